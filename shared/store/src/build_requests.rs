//! Table `build_requests`: one builder's share of a build set, from asked for to claimed to complete.

use crate::columns::{code, results, time, time_if_any};
use crate::query::{Field, Table};
use crate::schema::Migration;
use model::query::Query;
use model::{BuildRequest, BuildSetId, BuilderId, MasterId, RequestId, Results, Time};
use rusqlite::{Connection, OptionalExtension, Result, Row};

pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    version: 1,
    sql: "
        CREATE TABLE build_requests (
            buildrequestid INTEGER PRIMARY KEY,
            buildsetid INTEGER NOT NULL REFERENCES build_sets,
            builderid INTEGER NOT NULL REFERENCES builders,
            priority INTEGER NOT NULL,
            claimed_at INTEGER,
            claimed_by_masterid INTEGER REFERENCES masters,
            complete_at INTEGER,
            submitted_at INTEGER NOT NULL,
            results INTEGER,
            waited_for INTEGER NOT NULL DEFAULT 0
        ) STRICT;
        CREATE INDEX build_requests_by_build_set ON build_requests (buildsetid);
        CREATE INDEX build_requests_by_builder ON build_requests (builderid);
        CREATE INDEX build_requests_by_claim ON build_requests (claimed_at);
        CREATE INDEX build_requests_by_completion ON build_requests (complete_at);
        CREATE INDEX build_requests_by_submission ON build_requests (submitted_at);
    ",
}];

const TABLE: Table = Table {
    select: "SELECT * FROM build_requests",
    fields: &[
        Field::plain("buildrequestid", "buildrequestid"),
        Field::plain("buildsetid", "buildsetid"),
        Field::plain("builderid", "builderid"),
        Field::plain("priority", "priority"),
        Field::is_set("claimed", "claimed_at"),
        Field::time("claimed_at"),
        Field::plain("claimed_by_masterid", "claimed_by_masterid"),
        Field::is_set("complete", "complete_at"),
        Field::time("complete_at"),
        Field::time("submitted_at"),
        // -1 while incomplete (`rest-v2` §6).
        Field::plain("results", "ifnull(results, -1)"),
        Field::plain("waited_for", "waited_for"),
    ],
    id: "buildrequestid",
    newest_first: false,
};

pub(crate) fn of_row(row: &Row) -> Result<BuildRequest> {
    Ok(BuildRequest {
        id: RequestId(row.get("buildrequestid")?),
        build_set: BuildSetId(row.get("buildsetid")?),
        builder: BuilderId(row.get("builderid")?),
        priority: row.get("priority")?,
        claimed_at: time_if_any(row, "claimed_at")?,
        claimed_by: row.get::<_, Option<i64>>("claimed_by_masterid")?.map(MasterId),
        complete_at: time_if_any(row, "complete_at")?,
        submitted_at: time(row, "submitted_at")?,
        results: results(row, "results")?,
        waited_for: row.get("waited_for")?,
    })
}

/// Asks `builder` for its share of `set`.
pub(crate) fn insert(
    c: &Connection,
    set: BuildSetId,
    builder: BuilderId,
    priority: i64,
    now: Time,
) -> Result<BuildRequest> {
    let sql = "INSERT INTO build_requests (buildsetid, builderid, priority, submitted_at) VALUES (?1, ?2, ?3, ?4)";
    c.prepare_cached(sql)?.execute((set.0, builder.0, priority, now.0))?;
    Ok(BuildRequest {
        id: RequestId(c.last_insert_rowid()),
        build_set: set,
        builder,
        priority,
        claimed_at: None,
        claimed_by: None,
        complete_at: None,
        submitted_at: now,
        results: None,
        waited_for: false,
    })
}

/// One request.
pub fn get(c: &Connection, id: RequestId) -> Result<Option<BuildRequest>> {
    c.prepare_cached("SELECT * FROM build_requests WHERE buildrequestid = ?1")?
        .query_row([id.0], of_row)
        .optional()
}

/// What `query` asks for; by id unless it says otherwise.
pub fn list(c: &Connection, query: &Query) -> Result<Vec<BuildRequest>> {
    TABLE.list(c, query, None, |_, row| of_row(row))
}

/// All requests of a build set, by id.
pub fn of_build_set(c: &Connection, id: BuildSetId) -> Result<Vec<BuildRequest>> {
    c.prepare_cached("SELECT * FROM build_requests WHERE buildsetid = ?1 ORDER BY buildrequestid")?
        .query_map([id.0], of_row)?
        .collect()
}

/// Those that are not complete, claimed or not, by id.
pub fn unfinished(c: &Connection) -> Result<Vec<BuildRequest>> {
    c.prepare_cached("SELECT * FROM build_requests WHERE complete_at IS NULL ORDER BY buildrequestid")?
        .query_map([], of_row)?
        .collect()
}

/// Those of a builder that were left out in favour of a newer one and that no build serves yet, by id.
pub fn skipped_unserved(c: &Connection, builder: BuilderId) -> Result<Vec<BuildRequest>> {
    let sql = "SELECT * FROM build_requests WHERE builderid = ?1 AND results = ?2
               AND NOT EXISTS (SELECT 1 FROM served_requests WHERE buildrequestid = build_requests.buildrequestid)
               ORDER BY buildrequestid";
    c.prepare_cached(sql)?
        .query_map((builder.0, code(Results::Skipped)), of_row)?
        .collect()
}

/// Takes all of `ids` for `master`. `false`, and none taken, when one of them is claimed or complete already.
pub fn claim(c: &Connection, ids: &[RequestId], master: MasterId, now: Time) -> Result<bool> {
    let sql = "SELECT 1 FROM build_requests WHERE buildrequestid = ?1 AND claimed_at IS NULL AND complete_at IS NULL";
    for id in ids {
        if !c.prepare_cached(sql)?.exists([id.0])? {
            return Ok(false);
        }
    }
    let sql = "UPDATE build_requests SET claimed_at = ?2, claimed_by_masterid = ?3 WHERE buildrequestid = ?1";
    for id in ids {
        c.prepare_cached(sql)?.execute((id.0, now.0, master.0))?;
    }
    Ok(true)
}

/// Puts those of `ids` that are not complete back to the queue.
pub fn unclaim(c: &Connection, ids: &[RequestId]) -> Result<()> {
    let sql = "UPDATE build_requests SET claimed_at = NULL, claimed_by_masterid = NULL
               WHERE buildrequestid = ?1 AND complete_at IS NULL";
    for id in ids {
        c.prepare_cached(sql)?.execute([id.0])?;
    }
    Ok(())
}

/// They need nothing more. Those that are complete already stay as they are; how many were not.
pub fn complete(c: &Connection, ids: &[RequestId], results: Results, now: Time) -> Result<usize> {
    let sql = "UPDATE build_requests SET complete_at = ?2, results = ?3
               WHERE buildrequestid = ?1 AND complete_at IS NULL";
    let mut done = 0;
    for id in ids {
        done += c.prepare_cached(sql)?.execute((id.0, now.0, code(results)))?;
    }
    Ok(done)
}

/// Moves it in the queue; higher is built first.
pub fn set_priority(c: &Connection, id: RequestId, priority: i64) -> Result<()> {
    c.prepare_cached("UPDATE build_requests SET priority = ?2 WHERE buildrequestid = ?1")?
        .execute((id.0, priority))?;
    Ok(())
}
