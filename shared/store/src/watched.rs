//! Table `watched`: what watching knows of builders and breaks, as rows of JSON that only it understands.

use crate::schema::Migration;
use rusqlite::{Connection, Result};

pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    version: 2,
    sql: "
        CREATE TABLE watched (
            name TEXT PRIMARY KEY,
            body TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;
    ",
}];

/// All rows, as names and bodies.
pub fn all(c: &Connection) -> Result<Vec<(String, String)>> {
    c.prepare_cached("SELECT name, body FROM watched")?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect()
}

/// Puts each row in place of the one with the same name; one without a body is forgotten.
pub fn put(c: &Connection, rows: &[(String, Option<String>)]) -> Result<()> {
    let mut put =
        c.prepare_cached("INSERT INTO watched VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET body = excluded.body")?;
    let mut forget = c.prepare_cached("DELETE FROM watched WHERE name = ?1")?;
    for (name, body) in rows {
        match body {
            Some(body) => put.execute((name, body))?,
            None => forget.execute([name])?,
        };
    }
    Ok(())
}
