//! Table `seen`: what joined masters answered about things that do not change any more, to be read without them.
//!
//! Bounded: what was not used for the longest time goes first.

use crate::schema::Migration;
use model::Time;
use rusqlite::{Connection, Error, OptionalExtension, Result, types::Type};

pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    version: 2,
    sql: "
        CREATE TABLE seen (
            seenid INTEGER PRIMARY KEY,
            master TEXT NOT NULL,
            key TEXT NOT NULL,
            used_at INTEGER NOT NULL,
            length INTEGER NOT NULL,
            size INTEGER NOT NULL,
            body BLOB NOT NULL,
            UNIQUE (master, key)
        ) STRICT;
        CREATE INDEX seen_by_use ON seen (used_at, size);
    ",
}];

/// Of zstd; what is kept is text that compresses well.
const LEVEL: i32 = 3;
/// A larger body is not kept.
const LARGEST: usize = 8 << 20;

/// What `master` answered under `key`. To be followed by [`touch`] now and then, so that it is kept.
pub fn get(c: &Connection, master: &str, key: &str) -> Result<Option<Vec<u8>>> {
    let found: Option<(i64, Vec<u8>)> = c
        .prepare_cached("SELECT length, body FROM seen WHERE master = ?1 AND key = ?2")?
        .query_row((master, key), |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let Some((length, packed)) = found else {
        return Ok(None);
    };
    let length = usize::try_from(length).unwrap_or(0).min(LARGEST);
    let body = zstd::bulk::decompress(&packed, length)
        .map_err(|error| Error::FromSqlConversionFailure(0, Type::Blob, Box::new(error)))?;
    Ok(Some(body))
}

/// Keeps what `master` answered under `key`, and drops what was not used for the longest time until all of it takes no
/// more than `most` bytes. A body that is very large is not kept.
pub fn put(c: &Connection, master: &str, key: &str, body: &[u8], now: Time, most: u64) -> Result<()> {
    if body.len() > LARGEST {
        return Ok(());
    }
    let packed = zstd::bulk::compress(body, LEVEL).map_err(|error| Error::ToSqlConversionFailure(Box::new(error)))?;
    let sql = "INSERT INTO seen (master, key, used_at, length, size, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
               ON CONFLICT (master, key) DO UPDATE SET used_at = excluded.used_at, length = excluded.length,
               size = excluded.size, body = excluded.body";
    let size = packed.len() + master.len() + key.len();
    c.prepare_cached(sql)?
        .execute((master, key, now.0, body.len() as i64, size as i64, packed))?;
    make_room(c, most)
}

fn make_room(c: &Connection, most: u64) -> Result<()> {
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    while size(c)? > most {
        let sql = "DELETE FROM seen WHERE seenid IN (SELECT seenid FROM seen ORDER BY used_at, seenid LIMIT 16)";
        if c.prepare_cached(sql)?.execute([])? == 0 {
            break;
        }
    }
    Ok(())
}

/// What was kept under `key` is used.
pub fn touch(c: &Connection, master: &str, key: &str, now: Time) -> Result<()> {
    c.prepare_cached("UPDATE seen SET used_at = max(used_at, ?3) WHERE master = ?1 AND key = ?2")?
        .execute((master, key, now.0))?;
    Ok(())
}

/// Forgets everything of a master: it was left, or its ids mean other things now.
pub fn forget(c: &Connection, master: &str) -> Result<()> {
    c.prepare_cached("DELETE FROM seen WHERE master = ?1")?
        .execute([master])?;
    Ok(())
}

/// A master has another key; what was kept under that is forgotten.
pub fn rename(c: &Connection, from: &str, to: &str) -> Result<()> {
    forget(c, to)?;
    c.prepare_cached("UPDATE seen SET master = ?2 WHERE master = ?1")?
        .execute((from, to))?;
    Ok(())
}

/// Bytes that all of it takes.
pub fn size(c: &Connection) -> Result<i64> {
    c.prepare_cached("SELECT coalesce(sum(size), 0) FROM seen")?
        .query_row([], |row| row.get(0))
}
