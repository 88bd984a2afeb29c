//! Tables `tries` and `try_patches`: changes that a person had built, each with the exact patch that was sent.
//!
//! What there is to know of a try besides is one record, which belongs to whoever keeps it here.

use crate::columns;
use crate::schema::Migration;
use model::{Json, Time};
use rusqlite::{Connection, Error, OptionalExtension, Result, Row, types::Type};

pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    version: 3,
    sql: "
        CREATE TABLE tries (
            tryid INTEGER PRIMARY KEY AUTOINCREMENT,
            project TEXT NOT NULL,
            root TEXT NOT NULL,
            submitted_at INTEGER NOT NULL,
            open INTEGER NOT NULL,
            record TEXT NOT NULL
        ) STRICT;
        CREATE INDEX tries_by_project ON tries (project, tryid);
        CREATE INDEX tries_open ON tries (tryid) WHERE open = 1;
        CREATE TABLE try_patches (
            tryid INTEGER PRIMARY KEY REFERENCES tries ON DELETE CASCADE,
            length INTEGER NOT NULL,
            body BLOB NOT NULL
        ) STRICT;
    ",
}];

/// Of zstd, as for logs: a patch is text mostly.
const LEVEL: i32 = 3;

/// The longest patch that is kept, in bytes.
pub const LONGEST: usize = 256 << 20;

/// A try that is to be kept.
#[derive(Clone, Debug, PartialEq)]
pub struct NewTry {
    /// Of which project.
    pub project: String,
    /// Top of its working copy.
    pub root: String,
    /// When it was submitted.
    pub submitted_at: Time,
    /// Something is still to happen to it.
    pub open: bool,
    /// What there is to know of it.
    pub record: Json,
    /// The exact patch.
    pub patch: Vec<u8>,
}

/// A try without its patch.
#[derive(Clone, Debug, PartialEq)]
pub struct Try {
    /// Its id; never used again.
    pub id: i64,
    /// Of which project.
    pub project: String,
    /// Top of its working copy.
    pub root: String,
    /// When it was submitted.
    pub submitted_at: Time,
    /// Something is still to happen to it.
    pub open: bool,
    /// What there is to know of it.
    pub record: Json,
}

fn of_row(row: &Row) -> Result<Try> {
    Ok(Try {
        id: row.get("tryid")?,
        project: row.get("project")?,
        root: row.get("root")?,
        submitted_at: Time(row.get("submitted_at")?),
        open: row.get("open")?,
        record: columns::json(row, "record")?,
    })
}

/// Keeps one; its id.
pub fn insert(c: &Connection, new: &NewTry) -> Result<i64> {
    if new.patch.len() > LONGEST {
        let what = format!("a patch of {} bytes is longer than what is kept", new.patch.len());
        return Err(Error::ToSqlConversionFailure(what.into()));
    }
    let body = zstd::bulk::compress(&new.patch, LEVEL).map_err(|error| Error::ToSqlConversionFailure(error.into()))?;
    let sql = "INSERT INTO tries (project, root, submitted_at, open, record) VALUES (?1, ?2, ?3, ?4, ?5)";
    c.prepare_cached(sql)?.execute((
        &new.project,
        &new.root,
        new.submitted_at.0,
        new.open,
        new.record.to_string(),
    ))?;
    let id = c.last_insert_rowid();
    c.prepare_cached("INSERT INTO try_patches (tryid, length, body) VALUES (?1, ?2, ?3)")?
        .execute((id, new.patch.len() as i64, body))?;
    Ok(id)
}

/// Forgets the oldest of those that are over, with their patches, until there are no more than `tries` of them and their
/// packed patches take no more than `bytes`. How many were forgotten.
pub fn make_room(c: &Connection, tries: u32, bytes: u64) -> Result<usize> {
    let sql = "
        DELETE FROM tries WHERE tryid IN (
            SELECT tryid FROM (
                SELECT tryid, count(*) OVER newest AS place, sum(coalesce(length(body), 0)) OVER newest AS bytes
                FROM tries LEFT JOIN try_patches USING (tryid) WHERE open = 0
                WINDOW newest AS (ORDER BY tryid DESC))
            WHERE place > ?1 OR bytes > ?2)";
    let bytes = i64::try_from(bytes).unwrap_or(i64::MAX);
    c.prepare_cached(sql)?.execute((tries, bytes))
}

/// Keeps what is known now; whether it is there.
pub fn update(c: &Connection, id: i64, open: bool, record: &Json) -> Result<bool> {
    let sql = "UPDATE tries SET open = ?2, record = ?3 WHERE tryid = ?1";
    Ok(c.prepare_cached(sql)?.execute((id, open, record.to_string()))? > 0)
}

/// Gives each record to `change`, which says whether it changed it: something is called otherwise in all of them.
pub fn revise(c: &Connection, mut change: impl FnMut(&mut Json) -> bool) -> Result<()> {
    let rows = c
        .prepare_cached("SELECT tryid, record FROM tries")?
        .query_map([], |row| {
            Ok((row.get::<_, i64>("tryid")?, columns::json(row, "record")?))
        })?
        .collect::<Result<Vec<_>>>()?;
    for (id, mut record) in rows {
        if change(&mut record) {
            c.prepare_cached("UPDATE tries SET record = ?2 WHERE tryid = ?1")?
                .execute((id, record.to_string()))?;
        }
    }
    Ok(())
}

/// One.
pub fn get(c: &Connection, id: i64) -> Result<Option<Try>> {
    c.prepare_cached("SELECT * FROM tries WHERE tryid = ?1")?
        .query_row([id], of_row)
        .optional()
}

/// The newest first: of one project or of all, older than `before`, at most `limit`.
pub fn list(c: &Connection, project: Option<&str>, before: Option<i64>, limit: u32) -> Result<Vec<Try>> {
    let before = before.unwrap_or(i64::MAX);
    let sql = "SELECT * FROM tries WHERE tryid < ?1 AND (?2 IS NULL OR project = ?2) ORDER BY tryid DESC LIMIT ?3";
    c.prepare_cached(sql)?
        .query_map((before, project, limit), of_row)?
        .collect()
}

/// Those to which something is still to happen, the oldest first.
pub fn open(c: &Connection) -> Result<Vec<Try>> {
    c.prepare_cached("SELECT * FROM tries WHERE open = 1 ORDER BY tryid")?
        .query_map([], of_row)?
        .collect()
}

/// The exact patch of one.
pub fn patch(c: &Connection, id: i64) -> Result<Option<Vec<u8>>> {
    let found: Option<(i64, Vec<u8>)> = c
        .prepare_cached("SELECT length, body FROM try_patches WHERE tryid = ?1")?
        .query_row([id], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let Some((length, packed)) = found else {
        return Ok(None);
    };
    let length = usize::try_from(length).unwrap_or(0).min(LONGEST);
    let body = zstd::bulk::decompress(&packed, length)
        .map_err(|error| Error::FromSqlConversionFailure(1, Type::Blob, error.into()))?;
    Ok(Some(body))
}

/// Forgets one with its patch; whether it was there.
pub fn remove(c: &Connection, id: i64) -> Result<bool> {
    Ok(c.prepare_cached("DELETE FROM tries WHERE tryid = ?1")?.execute([id])? > 0)
}

/// Where changes were taken from, with the projects' names, last used first.
pub fn roots(c: &Connection, limit: u32) -> Result<Vec<(String, String)>> {
    let sql = "SELECT root, project, max(tryid) AS last FROM tries GROUP BY root ORDER BY last DESC LIMIT ?1";
    c.prepare_cached(sql)?
        .query_map([limit], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect()
}
