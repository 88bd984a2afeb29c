//! Tables `workers` and `configured_workers`: every worker that ever was, and which builders it is given.

use crate::columns::{json, to_json};
use crate::schema::Migration;
use model::{BuilderId, Json, Worker, WorkerId};
use rusqlite::{Connection, OptionalExtension, Result, Row};

pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    version: 1,
    sql: "
        CREATE TABLE workers (
            workerid INTEGER PRIMARY KEY,
            name TEXT NOT NULL UNIQUE,
            info TEXT NOT NULL DEFAULT '{}',
            paused INTEGER NOT NULL DEFAULT 0,
            pause_reason TEXT,
            graceful INTEGER NOT NULL DEFAULT 0,
            connected INTEGER NOT NULL DEFAULT 0
        ) STRICT;
        CREATE TABLE configured_workers (
            workerid INTEGER NOT NULL REFERENCES workers,
            builderid INTEGER NOT NULL REFERENCES builders,
            PRIMARY KEY (workerid, builderid)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX configured_workers_by_builder ON configured_workers (builderid);
    ",
}];

fn of_row(c: &Connection, row: &Row) -> Result<Worker> {
    let id = WorkerId(row.get("workerid")?);
    Ok(Worker {
        id,
        name: row.get("name")?,
        info: json(row, "info")?,
        paused: row.get("paused")?,
        pause_reason: row.get("pause_reason")?,
        graceful: row.get("graceful")?,
        connected: row.get("connected")?,
        configured_on: configured_on(c, id)?,
    })
}

fn configured_on(c: &Connection, id: WorkerId) -> Result<Vec<BuilderId>> {
    c.prepare_cached("SELECT builderid FROM configured_workers WHERE workerid = ?1 ORDER BY builderid")?
        .query_map([id.0], |row| row.get(0).map(BuilderId))?
        .collect()
}

/// The worker called `name`, made unconnected and on no builder if it is new.
pub fn find_or_insert(c: &Connection, name: &str) -> Result<WorkerId> {
    let found = c
        .prepare_cached("SELECT workerid FROM workers WHERE name = ?1")?
        .query_row([name], |row| row.get(0))
        .optional()?;
    if let Some(id) = found {
        return Ok(WorkerId(id));
    }
    c.prepare_cached("INSERT INTO workers (name) VALUES (?1)")?
        .execute([name])?;
    Ok(WorkerId(c.last_insert_rowid()))
}

/// The worker attached and told of itself.
pub fn connect(c: &Connection, id: WorkerId, info: &Json) -> Result<()> {
    c.prepare_cached("UPDATE workers SET connected = 1, info = ?2 WHERE workerid = ?1")?
        .execute((id.0, to_json(info)?))?;
    Ok(())
}

/// The worker is gone.
pub fn disconnect(c: &Connection, id: WorkerId) -> Result<()> {
    c.prepare_cached("UPDATE workers SET connected = 0 WHERE workerid = ?1")?
        .execute([id.0])?;
    Ok(())
}

/// No worker is attached: what holds when a master begins.
pub fn disconnect_all(c: &Connection) -> Result<()> {
    c.execute("UPDATE workers SET connected = 0 WHERE connected", [])?;
    Ok(())
}

/// Pauses the worker for `reason`, or lets it go on.
pub fn set_paused(c: &Connection, id: WorkerId, paused: bool, reason: Option<&str>) -> Result<()> {
    c.prepare_cached("UPDATE workers SET paused = ?2, pause_reason = ?3 WHERE workerid = ?1")?
        .execute((id.0, paused, reason))?;
    Ok(())
}

/// The worker leaves after its builds, or stays.
pub fn set_graceful(c: &Connection, id: WorkerId, graceful: bool) -> Result<()> {
    c.prepare_cached("UPDATE workers SET graceful = ?2 WHERE workerid = ?1")?
        .execute((id.0, graceful))?;
    Ok(())
}

/// The worker is given exactly `builders`.
pub fn set_configured(c: &Connection, id: WorkerId, builders: &[BuilderId]) -> Result<()> {
    c.prepare_cached("DELETE FROM configured_workers WHERE workerid = ?1")?
        .execute([id.0])?;
    let mut one = c.prepare_cached("INSERT OR IGNORE INTO configured_workers VALUES (?1, ?2)")?;
    for builder in builders {
        one.execute((id.0, builder.0))?;
    }
    Ok(())
}

/// One worker.
pub fn get(c: &Connection, id: WorkerId) -> Result<Option<Worker>> {
    c.prepare_cached("SELECT * FROM workers WHERE workerid = ?1")?
        .query_row([id.0], |row| of_row(c, row))
        .optional()
}

/// The worker of that name.
pub fn by_name(c: &Connection, name: &str) -> Result<Option<Worker>> {
    c.prepare_cached("SELECT * FROM workers WHERE name = ?1")?
        .query_row([name], |row| of_row(c, row))
        .optional()
}

/// All workers, by id.
pub fn list(c: &Connection) -> Result<Vec<Worker>> {
    c.prepare_cached("SELECT * FROM workers ORDER BY workerid")?
        .query_map([], |row| of_row(c, row))?
        .collect()
}

/// The workers that the configuration gives to `builder`, by id.
pub fn of_builder(c: &Connection, builder: BuilderId) -> Result<Vec<Worker>> {
    let sql = "SELECT * FROM workers WHERE workerid IN (SELECT workerid FROM configured_workers WHERE builderid = ?1)
               ORDER BY workerid";
    c.prepare_cached(sql)?
        .query_map([builder.0], |row| of_row(c, row))?
        .collect()
}
