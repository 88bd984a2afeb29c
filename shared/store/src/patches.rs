//! Table `patches`: diffs to be applied after check-out; equal ones share one row.

use crate::schema::Migration;
use model::Patch;
use rusqlite::{Connection, OptionalExtension, Result, Row};

pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    version: 1,
    sql: "
        CREATE TABLE patches (
            patchid INTEGER PRIMARY KEY,
            level INTEGER NOT NULL,
            subdir TEXT NOT NULL,
            author TEXT NOT NULL,
            comment TEXT NOT NULL,
            body BLOB NOT NULL
        ) STRICT;
        CREATE INDEX patches_by_length ON patches (length(body));
    ",
}];

fn of_row(row: &Row) -> Result<Patch> {
    Ok(Patch {
        level: row.get("level")?,
        subdir: row.get("subdir")?,
        author: row.get("author")?,
        comment: row.get("comment")?,
        body: row.get("body")?,
    })
}

/// The id of an equal patch, made if there is none.
pub fn find_or_insert(c: &Connection, patch: &Patch) -> Result<i64> {
    let values = (patch.level, &patch.subdir, &patch.author, &patch.comment, &patch.body);
    let sql = "SELECT patchid FROM patches WHERE length(body) = length(?5)
               AND level = ?1 AND subdir = ?2 AND author = ?3 AND comment = ?4 AND body = ?5";
    if let Some(id) = c.prepare_cached(sql)?.query_row(values, |row| row.get(0)).optional()? {
        return Ok(id);
    }
    c.prepare_cached("INSERT INTO patches (level, subdir, author, comment, body) VALUES (?1, ?2, ?3, ?4, ?5)")?
        .execute(values)?;
    Ok(c.last_insert_rowid())
}

/// One patch, with its body.
pub fn get(c: &Connection, id: i64) -> Result<Option<Patch>> {
    c.prepare_cached("SELECT * FROM patches WHERE patchid = ?1")?
        .query_row([id], of_row)
        .optional()
}
