//! Table `masters`: who runs builds. A store of ours has one.

use crate::columns::time;
use crate::schema::Migration;
use model::{Master, MasterId, Time};
use rusqlite::{Connection, OptionalExtension, Result, Row};

pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    version: 1,
    sql: "
        CREATE TABLE masters (
            masterid INTEGER PRIMARY KEY,
            name TEXT NOT NULL UNIQUE,
            active INTEGER NOT NULL,
            last_active INTEGER NOT NULL
        ) STRICT;
    ",
}];

fn of_row(row: &Row) -> Result<Master> {
    Ok(Master {
        id: MasterId(row.get("masterid")?),
        name: row.get("name")?,
        active: row.get("active")?,
        last_active: time(row, "last_active")?,
    })
}

/// The master called `name` (`host:basedir`), made inactive if it is new.
pub fn find_or_insert(c: &Connection, name: &str, now: Time) -> Result<MasterId> {
    let found = c
        .prepare_cached("SELECT masterid FROM masters WHERE name = ?1")?
        .query_row([name], |row| row.get(0))
        .optional()?;
    if let Some(id) = found {
        return Ok(MasterId(id));
    }
    c.prepare_cached("INSERT INTO masters (name, active, last_active) VALUES (?1, 0, ?2)")?
        .execute((name, now.0))?;
    Ok(MasterId(c.last_insert_rowid()))
}

/// Notes that the master runs, or runs no more.
pub fn set_active(c: &Connection, id: MasterId, active: bool, now: Time) -> Result<()> {
    c.prepare_cached("UPDATE masters SET active = ?2, last_active = ?3 WHERE masterid = ?1")?
        .execute((id.0, active, now.0))?;
    Ok(())
}

/// One master.
pub fn get(c: &Connection, id: MasterId) -> Result<Option<Master>> {
    c.prepare_cached("SELECT * FROM masters WHERE masterid = ?1")?
        .query_row([id.0], of_row)
        .optional()
}

/// All masters, by id.
pub fn list(c: &Connection) -> Result<Vec<Master>> {
    c.prepare_cached("SELECT * FROM masters ORDER BY masterid")?
        .query_map([], of_row)?
        .collect()
}
