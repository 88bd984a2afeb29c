//! Table `change_sources`, with what each must remember over a restart: the refs that it saw last.

use crate::columns::to_json;
use crate::schema::Migration;
use model::{ChangeSource, ChangeSourceId, Json};
use rusqlite::{Connection, OptionalExtension, Result, Row};

pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    version: 1,
    sql: "
        CREATE TABLE change_sources (
            changesourceid INTEGER PRIMARY KEY,
            name TEXT NOT NULL UNIQUE,
            configured INTEGER NOT NULL DEFAULT 0,
            state TEXT
        ) STRICT;
    ",
}];

fn of_row(row: &Row) -> Result<ChangeSource> {
    Ok(ChangeSource {
        id: ChangeSourceId(row.get("changesourceid")?),
        name: row.get("name")?,
        configured: row.get("configured")?,
    })
}

/// The change source called `name`, made unconfigured if it is new.
pub fn find_or_insert(c: &Connection, name: &str) -> Result<ChangeSourceId> {
    let found = c
        .prepare_cached("SELECT changesourceid FROM change_sources WHERE name = ?1")?
        .query_row([name], |row| row.get(0))
        .optional()?;
    if let Some(id) = found {
        return Ok(ChangeSourceId(id));
    }
    c.prepare_cached("INSERT INTO change_sources (name) VALUES (?1)")?
        .execute([name])?;
    Ok(ChangeSourceId(c.last_insert_rowid()))
}

/// Exactly `configured` are in the present configuration.
pub fn set_configured(c: &Connection, configured: &[ChangeSourceId]) -> Result<()> {
    c.execute("UPDATE change_sources SET configured = 0 WHERE configured", [])?;
    let mut one = c.prepare_cached("UPDATE change_sources SET configured = 1 WHERE changesourceid = ?1")?;
    for id in configured {
        one.execute([id.0])?;
    }
    Ok(())
}

/// What it remembers; `None` if it never remembered anything.
pub fn get_state(c: &Connection, id: ChangeSourceId) -> Result<Option<Json>> {
    crate::columns::state(c, "SELECT state FROM change_sources WHERE changesourceid = ?1", id.0)
}

/// Replaces what it remembers.
pub fn set_state(c: &Connection, id: ChangeSourceId, state: &Json) -> Result<()> {
    c.prepare_cached("UPDATE change_sources SET state = ?2 WHERE changesourceid = ?1")?
        .execute((id.0, to_json(state)?))?;
    Ok(())
}

/// One change source.
pub fn get(c: &Connection, id: ChangeSourceId) -> Result<Option<ChangeSource>> {
    c.prepare_cached("SELECT * FROM change_sources WHERE changesourceid = ?1")?
        .query_row([id.0], of_row)
        .optional()
}

/// All change sources, by id.
pub fn list(c: &Connection) -> Result<Vec<ChangeSource>> {
    c.prepare_cached("SELECT * FROM change_sources ORDER BY changesourceid")?
        .query_map([], of_row)?
        .collect()
}
