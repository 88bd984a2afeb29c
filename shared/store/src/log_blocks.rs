//! Table `log_blocks`: the lines of logs, compressed in blocks that are only ever appended.
//!
//! `first_line` is the line index: any line is found by one indexed look-up and one decompression.

use crate::schema::Migration;
use model::LogId;
use rusqlite::types::Type;
use rusqlite::{Connection, Error, Result, Row};
use zstd::bulk::Decompressor;

pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    version: 1,
    sql: "
        CREATE TABLE log_blocks (
            logid INTEGER NOT NULL REFERENCES logs,
            first_line INTEGER NOT NULL,
            num_lines INTEGER NOT NULL,
            bytes INTEGER NOT NULL,
            data BLOB NOT NULL
        ) STRICT;
        CREATE UNIQUE INDEX log_blocks_by_line ON log_blocks (logid, first_line);
    ",
}];

/// Some lines of a log as they are stored.
#[derive(Debug)]
pub(crate) struct Packed {
    /// From 0 in the log.
    pub first_line: i64,
    /// At least 1.
    pub num_lines: i64,
    /// Length before compression.
    pub bytes: usize,
    /// One zstd frame.
    pub data: Vec<u8>,
}

/// No block of ours is larger; a larger number in the table is damage, not a reason to allocate.
const LARGEST: usize = 1 << 20;

impl Packed {
    /// The lines.
    pub(crate) fn unpack(&self, zstd: &mut Decompressor) -> Result<String> {
        let text = zstd.decompress(&self.data, self.bytes.min(LARGEST)).map_err(damaged)?;
        String::from_utf8(text).map_err(damaged)
    }
}

/// What [`Packed::unpack`] needs; worth keeping for several blocks.
pub(crate) fn decompressor() -> Result<Decompressor<'static>> {
    Decompressor::new().map_err(damaged)
}

fn damaged(error: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::FromSqlConversionFailure(0, Type::Blob, Box::new(error))
}

fn of_row(row: &Row) -> Result<Packed> {
    Ok(Packed {
        first_line: row.get("first_line")?,
        num_lines: row.get("num_lines")?,
        bytes: usize::try_from(row.get::<_, i64>("bytes")?).unwrap_or_default(),
        data: row.get("data")?,
    })
}

/// Appends blocks.
pub(crate) fn insert(c: &Connection, id: LogId, blocks: &[Packed]) -> Result<()> {
    let sql = "INSERT INTO log_blocks (logid, first_line, num_lines, bytes, data) VALUES (?1, ?2, ?3, ?4, ?5)";
    let mut one = c.prepare_cached(sql)?;
    for block in blocks {
        one.execute((id.0, block.first_line, block.num_lines, block.bytes as i64, &block.data))?;
    }
    Ok(())
}

/// At most `limit` blocks, from the one that has line `first` on.
pub(crate) fn from_line(c: &Connection, id: LogId, first: i64, limit: usize) -> Result<Vec<Packed>> {
    let sql = "SELECT first_line, num_lines, bytes, data FROM log_blocks
               WHERE logid = ?1 AND first_line >= ifnull((SELECT max(first_line) FROM log_blocks
                                                          WHERE logid = ?1 AND first_line <= ?2), 0)
               ORDER BY first_line LIMIT ?3";
    c.prepare_cached(sql)?
        .query_map((id.0, first, limit as i64), of_row)?
        .collect()
}

/// At most `limit` blocks that begin at or before `last`, last one first.
pub(crate) fn back_from_line(c: &Connection, id: LogId, last: i64, limit: usize) -> Result<Vec<Packed>> {
    let sql = "SELECT first_line, num_lines, bytes, data FROM log_blocks
               WHERE logid = ?1 AND first_line <= ?2 ORDER BY first_line DESC LIMIT ?3";
    c.prepare_cached(sql)?
        .query_map((id.0, last, limit as i64), of_row)?
        .collect()
}

/// Removes all blocks of a log.
pub(crate) fn delete(c: &Connection, id: LogId) -> Result<()> {
    c.prepare_cached("DELETE FROM log_blocks WHERE logid = ?1")?
        .execute([id.0])?;
    Ok(())
}
