//! Table `schedulers`, with what each must remember over a restart: pending changes, running timers.

use crate::columns::to_json;
use crate::schema::Migration;
use model::{Json, Scheduler, SchedulerId};
use rusqlite::{Connection, OptionalExtension, Result, Row};

pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    version: 1,
    sql: "
        CREATE TABLE schedulers (
            schedulerid INTEGER PRIMARY KEY,
            name TEXT NOT NULL UNIQUE,
            enabled INTEGER NOT NULL DEFAULT 1,
            configured INTEGER NOT NULL DEFAULT 0,
            state TEXT
        ) STRICT;
    ",
}];

fn of_row(row: &Row) -> Result<Scheduler> {
    Ok(Scheduler {
        id: SchedulerId(row.get("schedulerid")?),
        name: row.get("name")?,
        enabled: row.get("enabled")?,
        configured: row.get("configured")?,
    })
}

/// The scheduler called `name`, made enabled if it is new.
pub fn find_or_insert(c: &Connection, name: &str) -> Result<SchedulerId> {
    let found = c
        .prepare_cached("SELECT schedulerid FROM schedulers WHERE name = ?1")?
        .query_row([name], |row| row.get(0))
        .optional()?;
    if let Some(id) = found {
        return Ok(SchedulerId(id));
    }
    c.prepare_cached("INSERT INTO schedulers (name) VALUES (?1)")?
        .execute([name])?;
    Ok(SchedulerId(c.last_insert_rowid()))
}

/// Switches it on or off.
pub fn set_enabled(c: &Connection, id: SchedulerId, enabled: bool) -> Result<()> {
    c.prepare_cached("UPDATE schedulers SET enabled = ?2 WHERE schedulerid = ?1")?
        .execute((id.0, enabled))?;
    Ok(())
}

/// Exactly `configured` are in the present configuration.
pub fn set_configured(c: &Connection, configured: &[SchedulerId]) -> Result<()> {
    c.execute("UPDATE schedulers SET configured = 0 WHERE configured", [])?;
    let mut one = c.prepare_cached("UPDATE schedulers SET configured = 1 WHERE schedulerid = ?1")?;
    for id in configured {
        one.execute([id.0])?;
    }
    Ok(())
}

/// What it remembers; `None` if it never remembered anything.
pub fn get_state(c: &Connection, id: SchedulerId) -> Result<Option<Json>> {
    crate::columns::state(c, "SELECT state FROM schedulers WHERE schedulerid = ?1", id.0)
}

/// Replaces what it remembers.
pub fn set_state(c: &Connection, id: SchedulerId, state: &Json) -> Result<()> {
    c.prepare_cached("UPDATE schedulers SET state = ?2 WHERE schedulerid = ?1")?
        .execute((id.0, to_json(state)?))?;
    Ok(())
}

/// One scheduler.
pub fn get(c: &Connection, id: SchedulerId) -> Result<Option<Scheduler>> {
    c.prepare_cached("SELECT * FROM schedulers WHERE schedulerid = ?1")?
        .query_row([id.0], of_row)
        .optional()
}

/// All schedulers, by id.
pub fn list(c: &Connection) -> Result<Vec<Scheduler>> {
    c.prepare_cached("SELECT * FROM schedulers ORDER BY schedulerid")?
        .query_map([], of_row)?
        .collect()
}
