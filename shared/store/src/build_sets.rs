//! Table `build_sets` with its trees, properties and changes: what is to be built together, and why.

use crate::columns::{add_property, code, results, time, time_if_any, to_json};
use crate::query::{Field, Table};
use crate::schema::Migration;
use crate::{build_requests, source_stamps};
use model::query::Query;
use model::{BuildId, BuildRequest, BuildSet, BuildSetId, ChangeId, NewBuildSet, Properties, Results, Time};
use rusqlite::{Connection, OptionalExtension, Result, Row};

pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    version: 1,
    sql: "
        CREATE TABLE build_sets (
            bsid INTEGER PRIMARY KEY,
            scheduler TEXT NOT NULL,
            external_idstring TEXT,
            reason TEXT NOT NULL,
            submitted_at INTEGER NOT NULL,
            complete_at INTEGER,
            results INTEGER,
            parent_buildid INTEGER REFERENCES builds,
            parent_relationship TEXT,
            rebuilt_buildid INTEGER REFERENCES builds
        ) STRICT;
        CREATE INDEX build_sets_by_completion ON build_sets (complete_at);
        CREATE INDEX build_sets_by_submission ON build_sets (submitted_at);
        CREATE INDEX build_sets_by_rebuilt ON build_sets (rebuilt_buildid);
        CREATE INDEX build_sets_by_parent ON build_sets (parent_buildid);
        CREATE TABLE build_set_source_stamps (
            bsid INTEGER NOT NULL REFERENCES build_sets,
            position INTEGER NOT NULL,
            ssid INTEGER NOT NULL REFERENCES source_stamps,
            PRIMARY KEY (bsid, position)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX build_set_source_stamps_by_source_stamp ON build_set_source_stamps (ssid);
        CREATE TABLE build_set_properties (
            bsid INTEGER NOT NULL REFERENCES build_sets,
            name TEXT NOT NULL,
            value TEXT NOT NULL,
            source TEXT NOT NULL,
            PRIMARY KEY (bsid, name)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE build_set_changes (
            bsid INTEGER NOT NULL REFERENCES build_sets,
            changeid INTEGER NOT NULL REFERENCES changes ON DELETE CASCADE,
            PRIMARY KEY (bsid, changeid)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX build_set_changes_by_change ON build_set_changes (changeid);
    ",
}];

const TABLE: Table = Table {
    select: "SELECT * FROM build_sets",
    fields: &[
        Field::plain("bsid", "bsid"),
        Field::plain("external_idstring", "external_idstring"),
        Field::plain("reason", "reason"),
        Field::plain("rebuilt_buildid", "rebuilt_buildid"),
        Field::time("submitted_at"),
        Field::is_set("complete", "complete_at"),
        Field::time("complete_at"),
        // -1 while incomplete (`rest-v2` §6).
        Field::plain("results", "ifnull(results, -1)"),
        Field::plain("parent_buildid", "parent_buildid"),
        Field::plain("parent_relationship", "parent_relationship"),
    ],
    id: "bsid",
    newest_first: false,
};

fn of_row(c: &Connection, row: &Row) -> Result<BuildSet> {
    let id = BuildSetId(row.get("bsid")?);
    Ok(BuildSet {
        id,
        scheduler: row.get("scheduler")?,
        external_id: row.get("external_idstring")?,
        reason: row.get("reason")?,
        submitted_at: time(row, "submitted_at")?,
        complete_at: time_if_any(row, "complete_at")?,
        results: results(row, "results")?,
        source_stamps: source_stamps::for_build_set(c, id)?,
        parent_build: row.get::<_, Option<i64>>("parent_buildid")?.map(BuildId),
        parent_relationship: row.get("parent_relationship")?,
        rebuilt_build: row.get::<_, Option<i64>>("rebuilt_buildid")?.map(BuildId),
    })
}

/// Records a build set with its trees, properties, changes and one request per builder.
pub fn insert(c: &Connection, new: &NewBuildSet, now: Time) -> Result<(BuildSet, Vec<BuildRequest>)> {
    let sql = "INSERT INTO build_sets (scheduler, external_idstring, reason, submitted_at, rebuilt_buildid)
               VALUES (?1, ?2, ?3, ?4, ?5)";
    let rebuilt = new.rebuilt_build.map(|id| id.0);
    c.prepare_cached(sql)?
        .execute((&new.scheduler, &new.external_id, &new.reason, now.0, rebuilt))?;
    let id = BuildSetId(c.last_insert_rowid());
    let mut stamps = Vec::with_capacity(new.source_stamps.len());
    for (position, stamp) in new.source_stamps.iter().enumerate() {
        let stamp = source_stamps::find_or_insert(c, stamp, now)?;
        c.prepare_cached("INSERT INTO build_set_source_stamps VALUES (?1, ?2, ?3)")?
            .execute((id.0, position as i64, stamp.id.0))?;
        stamps.push(stamp);
    }
    for (name, value, source) in new.properties.iter() {
        c.prepare_cached("INSERT INTO build_set_properties VALUES (?1, ?2, ?3, ?4)")?
            .execute((id.0, name, to_json(value)?, source))?;
    }
    for change in &new.changes {
        c.prepare_cached("INSERT OR IGNORE INTO build_set_changes VALUES (?1, ?2)")?
            .execute((id.0, change.0))?;
    }
    let mut requests = Vec::with_capacity(new.builders.len());
    for builder in &new.builders {
        requests.push(build_requests::insert(c, id, *builder, new.priority, now)?);
    }
    let set = BuildSet {
        id,
        scheduler: new.scheduler.clone(),
        external_id: new.external_id.clone(),
        reason: new.reason.clone(),
        submitted_at: now,
        complete_at: None,
        results: None,
        source_stamps: stamps,
        parent_build: None,
        parent_relationship: None,
        rebuilt_build: new.rebuilt_build,
    };
    Ok((set, requests))
}

/// One build set.
pub fn get(c: &Connection, id: BuildSetId) -> Result<Option<BuildSet>> {
    c.prepare_cached("SELECT * FROM build_sets WHERE bsid = ?1")?
        .query_row([id.0], |row| of_row(c, row))
        .optional()
}

/// What `query` asks for; by id unless it says otherwise.
pub fn list(c: &Connection, query: &Query) -> Result<Vec<BuildSet>> {
    TABLE.list(c, query, None, of_row)
}

/// Those that are not complete, by id.
pub fn unfinished(c: &Connection) -> Result<Vec<BuildSet>> {
    c.prepare_cached("SELECT * FROM build_sets WHERE complete_at IS NULL ORDER BY bsid")?
        .query_map([], |row| of_row(c, row))?
        .collect()
}

/// Its last request is complete. Nothing happens to one that is complete already.
pub fn complete(c: &Connection, id: BuildSetId, results: Results, now: Time) -> Result<()> {
    let sql = "UPDATE build_sets SET complete_at = ?2, results = ?3 WHERE bsid = ?1 AND complete_at IS NULL";
    c.prepare_cached(sql)?.execute((id.0, now.0, code(results)))?;
    Ok(())
}

/// The properties for all its builds.
pub fn properties(c: &Connection, id: BuildSetId) -> Result<Properties> {
    let mut properties = Properties::default();
    let mut statement = c.prepare_cached("SELECT name, value, source FROM build_set_properties WHERE bsid = ?1")?;
    let mut rows = statement.query([id.0])?;
    while let Some(row) = rows.next()? {
        add_property(&mut properties, row)?;
    }
    Ok(properties)
}

/// The ids of the changes that caused it, oldest first.
pub fn changes(c: &Connection, id: BuildSetId) -> Result<Vec<ChangeId>> {
    c.prepare_cached("SELECT changeid FROM build_set_changes WHERE bsid = ?1 ORDER BY changeid")?
        .query_map([id.0], |row| row.get(0).map(ChangeId))?
        .collect()
}
