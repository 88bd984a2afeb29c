//! Tables `builds` and `served_requests`: each run of a builder, and the requests that it serves.

use crate::columns::{code, results, time, time_if_any};
use crate::query::{Field, Table};
use crate::schema::Migration;
use model::query::Query;
use model::{Build, BuildId, BuildRequest, BuilderId, ChangeId, MasterId, RequestId, Results, Time, WorkerId};
use rusqlite::{Connection, Error, OptionalExtension, Result, Row};

pub use crate::build_properties::{properties, selected_properties, set_properties};

pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    version: 1,
    sql: "
        CREATE TABLE builds (
            buildid INTEGER PRIMARY KEY,
            number INTEGER NOT NULL,
            builderid INTEGER NOT NULL REFERENCES builders,
            buildrequestid INTEGER NOT NULL REFERENCES build_requests,
            workerid INTEGER REFERENCES workers,
            masterid INTEGER NOT NULL REFERENCES masters,
            started_at INTEGER NOT NULL,
            complete_at INTEGER,
            locks_duration_ms INTEGER NOT NULL DEFAULT 0,
            results INTEGER,
            state_string TEXT NOT NULL,
            UNIQUE (builderid, number)
        ) STRICT;
        CREATE INDEX builds_by_builder ON builds (builderid);
        CREATE INDEX builds_by_builder_and_start ON builds (builderid, started_at);
        CREATE INDEX builds_by_request ON builds (buildrequestid);
        CREATE INDEX builds_by_worker ON builds (workerid);
        CREATE INDEX builds_by_start ON builds (started_at);
        CREATE INDEX builds_by_completion ON builds (complete_at, builderid);
        CREATE TABLE served_requests (
            buildid INTEGER NOT NULL REFERENCES builds,
            buildrequestid INTEGER NOT NULL REFERENCES build_requests,
            PRIMARY KEY (buildid, buildrequestid)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX served_requests_by_request ON served_requests (buildrequestid);
    ",
}];

const TABLE: Table = Table {
    select: "SELECT * FROM builds",
    fields: &[
        Field::plain("buildid", "buildid"),
        Field::plain("number", "number"),
        Field::plain("builderid", "builderid"),
        Field::plain("buildrequestid", "buildrequestid"),
        Field::plain("workerid", "workerid"),
        Field::plain("masterid", "masterid"),
        Field::time("started_at"),
        Field::is_set("complete", "complete_at"),
        Field::time("complete_at"),
        Field::plain("locks_duration_s", "(locks_duration_ms / 1000)"),
        Field::plain("results", "results"),
        Field::plain("state_string", "state_string"),
    ],
    id: "buildid",
    newest_first: false,
};

fn of_row(row: &Row) -> Result<Build> {
    Ok(Build {
        id: BuildId(row.get("buildid")?),
        number: row.get("number")?,
        builder: BuilderId(row.get("builderid")?),
        request: RequestId(row.get("buildrequestid")?),
        worker: row.get::<_, Option<i64>>("workerid")?.map(WorkerId),
        master: MasterId(row.get("masterid")?),
        started_at: time(row, "started_at")?,
        complete_at: time_if_any(row, "complete_at")?,
        locks_duration_ms: row.get("locks_duration_ms")?,
        results: results(row, "results")?,
        state_string: row.get("state_string")?,
    })
}

/// Makes the builder's next build, in state `created`, for `requests` (at least one; the first is *the* request).
/// The changes of their build sets become the build's.
pub fn insert(
    c: &Connection,
    builder: BuilderId,
    requests: &[RequestId],
    worker: Option<WorkerId>,
    master: MasterId,
    now: Time,
) -> Result<Build> {
    let request = *requests.first().ok_or(Error::QueryReturnedNoRows)?;
    let number: i64 = c
        .prepare_cached("SELECT ifnull(max(number), 0) + 1 FROM builds WHERE builderid = ?1")?
        .query_row([builder.0], |row| row.get(0))?;
    let state_string = "created";
    let sql = "INSERT INTO builds (number, builderid, buildrequestid, workerid, masterid, started_at, state_string)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    let worker_id = worker.map(|id| id.0);
    c.prepare_cached(sql)?
        .execute((number, builder.0, request.0, worker_id, master.0, now.0, state_string))?;
    let id = BuildId(c.last_insert_rowid());
    let take_over = "INSERT OR IGNORE INTO build_changes SELECT ?1, changeid FROM build_set_changes
                     WHERE bsid = (SELECT buildsetid FROM build_requests WHERE buildrequestid = ?2)";
    for request in requests {
        c.prepare_cached("INSERT INTO served_requests VALUES (?1, ?2)")?
            .execute((id.0, request.0))?;
        c.prepare_cached(take_over)?.execute((id.0, request.0))?;
    }
    Ok(Build {
        id,
        number,
        builder,
        request,
        worker,
        master,
        started_at: now,
        complete_at: None,
        locks_duration_ms: 0,
        results: None,
        state_string: state_string.to_owned(),
    })
}

/// One build.
pub fn get(c: &Connection, id: BuildId) -> Result<Option<Build>> {
    c.prepare_cached("SELECT * FROM builds WHERE buildid = ?1")?
        .query_row([id.0], of_row)
        .optional()
}

/// The builder's build of that number.
pub fn by_number(c: &Connection, builder: BuilderId, number: i64) -> Result<Option<Build>> {
    c.prepare_cached("SELECT * FROM builds WHERE builderid = ?1 AND number = ?2")?
        .query_row((builder.0, number), of_row)
        .optional()
}

/// What `query` asks for; by id unless it says otherwise.
pub fn list(c: &Connection, query: &Query) -> Result<Vec<Build>> {
    TABLE.list(c, query, None, |_, row| of_row(row))
}

/// As [`list`], among the builds that have the change.
pub fn list_of_change(c: &Connection, change: ChangeId, query: &Query) -> Result<Vec<Build>> {
    let within = "buildid IN (SELECT buildid FROM build_changes WHERE changeid = ?)";
    TABLE.list(c, query, Some((within, change.0)), |_, row| of_row(row))
}

/// As [`list`], among the builds that serve the request, also where several were collapsed into one build.
pub fn list_of_request(c: &Connection, request: RequestId, query: &Query) -> Result<Vec<Build>> {
    let within = "buildid IN (SELECT buildid FROM served_requests WHERE buildrequestid = ?)";
    TABLE.list(c, query, Some((within, request.0)), |_, row| of_row(row))
}

/// As [`list`], among the builds that were triggered by the build.
pub fn list_triggered_by(c: &Connection, build: BuildId, query: &Query) -> Result<Vec<Build>> {
    let within = "buildrequestid IN (SELECT buildrequestid FROM build_requests WHERE buildsetid IN
                  (SELECT bsid FROM build_sets WHERE parent_buildid = ?))";
    TABLE.list(c, query, Some((within, build.0)), |_, row| of_row(row))
}

/// Says in words what it does now.
pub fn set_state(c: &Connection, id: BuildId, state_string: &str) -> Result<()> {
    c.prepare_cached("UPDATE builds SET state_string = ?2 WHERE buildid = ?1")?
        .execute((id.0, state_string))?;
    Ok(())
}

/// How long it waited for locks so far, in milliseconds.
pub fn set_locks_duration(c: &Connection, id: BuildId, milliseconds: i64) -> Result<()> {
    c.prepare_cached("UPDATE builds SET locks_duration_ms = ?2 WHERE buildid = ?1")?
        .execute((id.0, milliseconds))?;
    Ok(())
}

/// It is over. Nothing happens to one that is over already.
pub fn finish(c: &Connection, id: BuildId, results: Results, state_string: &str, now: Time) -> Result<()> {
    let sql = "UPDATE builds SET complete_at = ?2, results = ?3, state_string = ?4
               WHERE buildid = ?1 AND complete_at IS NULL";
    c.prepare_cached(sql)?
        .execute((id.0, now.0, code(results), state_string))?;
    Ok(())
}

/// Further changes that are new in the build.
pub fn add_changes(c: &Connection, id: BuildId, changes: &[ChangeId]) -> Result<()> {
    for change in changes {
        c.prepare_cached("INSERT OR IGNORE INTO build_changes VALUES (?1, ?2)")?
            .execute((id.0, change.0))?;
    }
    Ok(())
}

/// Those that are not over, by id.
pub fn unfinished(c: &Connection) -> Result<Vec<Build>> {
    c.prepare_cached("SELECT * FROM builds WHERE complete_at IS NULL ORDER BY buildid")?
        .query_map([], of_row)?
        .collect()
}

/// The builder's last `n` builds, running ones too, newest first.
pub fn last_of_builder(c: &Connection, builder: BuilderId, n: u32) -> Result<Vec<Build>> {
    c.prepare_cached("SELECT * FROM builds WHERE builderid = ?1 ORDER BY number DESC LIMIT ?2")?
        .query_map((builder.0, n), of_row)?
        .collect()
}

/// The builder's last green or red build before number `before`; other results leave a builder as it was.
pub fn previous_finished(c: &Connection, builder: BuilderId, before: i64) -> Result<Option<Build>> {
    let decided = [Results::Success, Results::Warnings, Results::Failure].map(code);
    let sql = "SELECT * FROM builds WHERE builderid = ?1 AND number < ?2 AND results IN (?3, ?4, ?5)
               ORDER BY number DESC LIMIT 1";
    c.prepare_cached(sql)?
        .query_row((builder.0, before, decided[0], decided[1], decided[2]), of_row)
        .optional()
}

/// Milliseconds that the builder's last `n` green builds took, newest first: what an estimate is made from.
pub fn durations(c: &Connection, builder: BuilderId, n: u32) -> Result<Vec<i64>> {
    let sql = "SELECT max(complete_at - started_at, 0) FROM builds
               WHERE builderid = ?1 AND results IN (?2, ?3) ORDER BY number DESC LIMIT ?4";
    c.prepare_cached(sql)?
        .query_map((builder.0, code(Results::Success), code(Results::Warnings), n), |row| {
            row.get(0)
        })?
        .collect()
}

/// The builds that began from `from` to before `until`, of one builder or of all, the last one first; at most `n`.
pub fn begun_between(
    c: &Connection,
    builder: Option<BuilderId>,
    from: Time,
    until: Time,
    n: u32,
) -> Result<Vec<Build>> {
    let of_builder = if builder.is_some() {
        "builderid = ?4"
    } else {
        "?4 IS NULL"
    };
    let sql = format!(
        "SELECT * FROM builds WHERE started_at >= ?1 AND started_at < ?2 AND {of_builder}
         ORDER BY started_at DESC, buildid DESC LIMIT ?3"
    );
    c.prepare_cached(&sql)?
        .query_map((from.0, until.0, n, builder.map(|id| id.0)), of_row)?
        .collect()
}

/// Which builds have which of the changes, by build; a build that has several of them is there several times.
pub fn of_changes(c: &Connection, changes: &[ChangeId]) -> Result<Vec<(ChangeId, Build)>> {
    let sql = "SELECT * FROM builds WHERE buildid IN (SELECT buildid FROM build_changes WHERE changeid = ?1)";
    let mut statement = c.prepare_cached(sql)?;
    let mut found = Vec::new();
    for change in changes {
        for build in statement.query_map([change.0], of_row)? {
            found.push((*change, build?));
        }
    }
    found.sort_by_key(|(_, build)| build.id);
    Ok(found)
}

/// The requests that it serves, by id.
pub fn requests_of(c: &Connection, id: BuildId) -> Result<Vec<BuildRequest>> {
    let sql = "SELECT * FROM build_requests
               WHERE buildrequestid IN (SELECT buildrequestid FROM served_requests WHERE buildid = ?1)
               ORDER BY buildrequestid";
    c.prepare_cached(sql)?
        .query_map([id.0], crate::build_requests::of_row)?
        .collect()
}
