//! Table `source_stamps`: the trees that were built or are to be; equal coordinates share one row.

use crate::columns::time;
use crate::patches;
use crate::schema::Migration;
use model::{BuildSetId, NewSourceStamp, Patch, SourceStamp, SourceStampId, Time};
use rusqlite::{Connection, OptionalExtension, Result, Row};

pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    version: 1,
    sql: "
        CREATE TABLE source_stamps (
            ssid INTEGER PRIMARY KEY,
            branch TEXT,
            revision TEXT,
            repository TEXT NOT NULL,
            project TEXT NOT NULL,
            codebase TEXT NOT NULL,
            patchid INTEGER REFERENCES patches,
            created_at INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX source_stamps_by_revision ON source_stamps (revision, repository, branch, patchid);
    ",
}];

fn of_row(c: &Connection, row: &Row) -> Result<SourceStamp> {
    let patch_id = row.get("patchid")?;
    let patch = match patch_id {
        Some(id) => patches::get(c, id)?,
        None => None,
    };
    Ok(SourceStamp {
        id: SourceStampId(row.get("ssid")?),
        new: NewSourceStamp {
            branch: row.get("branch")?,
            revision: row.get("revision")?,
            repository: row.get("repository")?,
            project: row.get("project")?,
            codebase: row.get("codebase")?,
            patch,
        },
        patch_id,
        created_at: time(row, "created_at")?,
    })
}

/// The source stamp of equal coordinates and equal patch, made if there is none.
pub fn find_or_insert(c: &Connection, new: &NewSourceStamp, now: Time) -> Result<SourceStamp> {
    let patch_id = new
        .patch
        .as_ref()
        .map(|patch| patches::find_or_insert(c, patch))
        .transpose()?;
    let values = (
        &new.branch,
        &new.revision,
        &new.repository,
        &new.project,
        &new.codebase,
        patch_id,
    );
    let sql = "SELECT * FROM source_stamps WHERE branch IS ?1 AND revision IS ?2 AND repository = ?3 AND project = ?4
               AND codebase = ?5 AND patchid IS ?6";
    let found = c
        .prepare_cached(sql)?
        .query_row(values, |row| of_row(c, row))
        .optional()?;
    if let Some(found) = found {
        return Ok(found);
    }
    let sql = "INSERT INTO source_stamps (branch, revision, repository, project, codebase, patchid, created_at)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    c.prepare_cached(sql)?.execute((
        &new.branch,
        &new.revision,
        &new.repository,
        &new.project,
        &new.codebase,
        patch_id,
        now.0,
    ))?;
    Ok(SourceStamp {
        id: SourceStampId(c.last_insert_rowid()),
        new: new.clone(),
        patch_id,
        created_at: now,
    })
}

/// One source stamp, with its patch.
pub fn get(c: &Connection, id: SourceStampId) -> Result<Option<SourceStamp>> {
    c.prepare_cached("SELECT * FROM source_stamps WHERE ssid = ?1")?
        .query_row([id.0], |row| of_row(c, row))
        .optional()
}

/// All source stamps, by id.
pub fn list(c: &Connection) -> Result<Vec<SourceStamp>> {
    c.prepare_cached("SELECT * FROM source_stamps ORDER BY ssid")?
        .query_map([], |row| of_row(c, row))?
        .collect()
}

/// The trees of a build set, in the order in which they were given.
pub fn for_build_set(c: &Connection, id: BuildSetId) -> Result<Vec<SourceStamp>> {
    let sql = "SELECT s.* FROM build_set_source_stamps JOIN source_stamps s USING (ssid) WHERE bsid = ?1
               ORDER BY position";
    c.prepare_cached(sql)?
        .query_map([id.0], |row| of_row(c, row))?
        .collect()
}

/// The patch of a source stamp, if it has one.
pub fn patch(c: &Connection, id: SourceStampId) -> Result<Option<Patch>> {
    Ok(get(c, id)?.and_then(|stamp| stamp.new.patch))
}
