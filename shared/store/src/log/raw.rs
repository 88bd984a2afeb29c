//! A whole log as plain text, in chunks.

use super::Logs;
use super::growing::Block;
use crate::{StoreError, log_blocks, logs, readers};
use model::{LogId, LogKind};
use rusqlite::{Connection, Result};
use std::collections::VecDeque;
use std::sync::Arc;

/// Blocks in a chunk: about half a megabyte.
const AT_ONCE: usize = 8;

/// The text of a log without the letters of its streams, as it was when [`Logs::raw`] was called.
///
/// Nothing is read ahead and nothing is held between chunks, so that a reader who goes away leaves nothing behind.
#[derive(Debug)]
pub struct Raw {
    logs: Logs,
    id: LogId,
    kind: LogKind,
    next: i64,
    stored: i64,
    tail: VecDeque<Arc<Block>>,
}

impl Logs {
    /// The whole text of a log, or `None` if there is no such log.
    pub async fn raw(&self, id: LogId) -> std::result::Result<Option<Raw>, StoreError> {
        let tail = self.tail(id);
        let Some(log) = readers::read(&self.readers, move |c| logs::get(c, id)).await? else {
            return Ok(None);
        };
        let (stored, tail) = match tail {
            Some(tail) => (tail.first_line, tail.blocks.into()),
            None => (log.num_lines, VecDeque::new()),
        };
        Ok(Some(Raw {
            logs: self.clone(),
            id,
            kind: log.kind,
            next: 0,
            stored,
            tail,
        }))
    }
}

impl Raw {
    /// What the log's lines are.
    pub fn kind(&self) -> LogKind {
        self.kind
    }

    /// The next chunk, not empty; `None` at the end.
    pub async fn next(&mut self) -> Option<std::result::Result<Vec<u8>, StoreError>> {
        let stdio = self.kind == LogKind::Stdio;
        if self.next < self.stored {
            let (id, next, end) = (self.id, self.next, self.stored);
            match readers::read(&self.logs.readers, move |c| chunk(c, id, next, end, stdio)).await {
                Ok((bytes, after)) if after > next => {
                    self.next = after;
                    return Some(Ok(bytes));
                }
                // The contents were deleted meanwhile.
                Ok(_) => self.next = self.stored,
                Err(error) => {
                    self.next = self.stored;
                    self.tail.clear();
                    return Some(Err(error));
                }
            }
        }
        let block = self.tail.pop_front()?;
        let mut bytes = Vec::with_capacity(block.text.len());
        add_text(&mut bytes, block.text.as_bytes(), stdio);
        Some(Ok(bytes))
    }
}

/// The text of some blocks from line `next` on that begin before `end`, and the line after them.
fn chunk(c: &Connection, id: LogId, mut next: i64, end: i64, stdio: bool) -> Result<(Vec<u8>, i64)> {
    let blocks = log_blocks::from_line(c, id, next, AT_ONCE)?;
    let mut zstd = log_blocks::decompressor()?;
    let mut bytes = Vec::with_capacity(blocks.iter().map(|block| block.bytes).sum());
    for block in blocks.iter().filter(|block| block.first_line < end) {
        add_text(&mut bytes, block.unpack(&mut zstd)?.as_bytes(), stdio);
        next = block.first_line + block.num_lines;
    }
    Ok((bytes, next))
}

fn add_text(bytes: &mut Vec<u8>, text: &[u8], stdio: bool) {
    if !stdio {
        bytes.extend_from_slice(text);
        return;
    }
    let mut start = 0;
    for end in memchr::memchr_iter(b'\n', text) {
        bytes.extend_from_slice(&text[start + 1..=end]);
        start = end + 1;
    }
}
