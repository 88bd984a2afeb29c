//! Table `settings`: small JSON values by name, for whoever owns the name.

use crate::columns::{json, to_json};
use crate::schema::Migration;
use model::Json;
use rusqlite::{Connection, OptionalExtension, Result};

pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    version: 1,
    sql: "
        CREATE TABLE settings (
            key TEXT PRIMARY KEY,
            value TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;
    ",
}];

/// The value of `key`.
pub fn get(c: &Connection, key: &str) -> Result<Option<Json>> {
    c.prepare_cached("SELECT value FROM settings WHERE key = ?1")?
        .query_row([key], |row| json(row, "value"))
        .optional()
}

/// Sets `key`, replacing what was there.
pub fn set(c: &Connection, key: &str, value: &Json) -> Result<()> {
    c.prepare_cached("INSERT INTO settings VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = excluded.value")?
        .execute((key, to_json(value)?))?;
    Ok(())
}

/// Forgets `key`.
pub fn remove(c: &Connection, key: &str) -> Result<()> {
    c.prepare_cached("DELETE FROM settings WHERE key = ?1")?
        .execute([key])?;
    Ok(())
}
