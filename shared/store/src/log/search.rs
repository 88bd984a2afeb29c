//! Finding a line: a text, or the first error. Whole blocks are searched, not line by line.

use super::growing::Block;
use super::reading::after_lines;
use super::{Logs, first_error};
use crate::{StoreError, log_blocks, logs, readers};
use model::{LogId, LogKind};
use regex::bytes::{Regex, RegexBuilder};
use rusqlite::Connection;
use std::sync::Arc;

/// Blocks to search at a time; in between, other readers have their turn.
const AT_ONCE: usize = 32;

/// What is looked for.
enum Looked {
    /// A text, in a `stdio` log not in the letter of the stream.
    Text { pattern: Regex, stdio: bool },
    /// A line that looks like an error.
    Error { stdio: bool },
}

impl Looked {
    /// Where, from `at` on, the first match is. `at` is the start of a line.
    fn next(&self, text: &[u8], mut at: usize) -> Option<usize> {
        match self {
            Looked::Error { stdio } => first_error::find(text, at, *stdio),
            Looked::Text { pattern, stdio } => loop {
                let start = pattern.find_at(text, at)?.start();
                if !stdio || (start > 0 && text[start - 1] != b'\n') {
                    return Some(start);
                }
                at = start + 1;
            },
        }
    }

    /// Where the first match is in line `from` of the block or after it; as a line of the log.
    fn forward(&self, first_line: i64, text: &str, from: i64) -> Option<i64> {
        let text = text.as_bytes();
        let start = self.next(text, after_lines(text, from - first_line))?;
        Some(first_line + memchr::memchr_iter(b'\n', &text[..start]).count() as i64)
    }

    /// Where the last match is in line `from` of the block or before it; as a line of the log.
    fn backward(&self, first_line: i64, text: &str, from: i64) -> Option<i64> {
        let text = &text.as_bytes()[..after_lines(text.as_bytes(), from - first_line + 1)];
        let mut last = None;
        let mut at = 0;
        while let Some(start) = self.next(text, at) {
            last = Some(start);
            at = start + after_lines(&text[start..], 1);
        }
        Some(first_line + memchr::memchr_iter(b'\n', &text[..last?]).count() as i64)
    }
}

/// What a piece of a search found.
enum Found {
    /// The line.
    Line(i64),
    /// Nothing yet; go on from this line.
    GoOn(i64),
    /// Nothing, and the table has no more.
    Nothing,
}

impl Logs {
    /// The first line from line `from` on that has `text` in it; with `backwards` the last one up to line `from`.
    /// Letters match in either case unless `match_case`. No line has an empty text, or one with a line end, in it.
    pub async fn find(
        &self,
        id: LogId,
        text: &str,
        match_case: bool,
        from: i64,
        backwards: bool,
    ) -> Result<Option<i64>, StoreError> {
        if text.is_empty() || text.contains('\n') {
            return Ok(None);
        }
        let Some(stdio) = self.is_stdio(id).await? else {
            return Ok(None);
        };
        let pattern = RegexBuilder::new(&regex::escape(text))
            .case_insensitive(!match_case)
            .build()
            .map_err(|_| StoreError::other("the text to find is too long"))?;
        let looked = Looked::Text { pattern, stdio };
        if backwards {
            self.backward(id, looked, from).await
        } else {
            self.forward(id, looked, from.max(0)).await
        }
    }

    /// The first line from line `from` on that looks like the error of a compiler, a test runner or a build tool.
    /// To find the next one, ask from the line after it. Header lines are never meant.
    pub async fn first_error(&self, id: LogId, from: i64) -> Result<Option<i64>, StoreError> {
        match self.is_stdio(id).await? {
            Some(stdio) => self.forward(id, Looked::Error { stdio }, from.max(0)).await,
            None => Ok(None),
        }
    }

    /// The last line up to line `from` that looks like an error, as [`Logs::first_error`] means it.
    pub async fn last_error(&self, id: LogId, from: i64) -> Result<Option<i64>, StoreError> {
        match self.is_stdio(id).await? {
            Some(stdio) => self.backward(id, Looked::Error { stdio }, from).await,
            None => Ok(None),
        }
    }

    /// Whether its lines have the letter of their stream; `None` if there is no such log.
    async fn is_stdio(&self, id: LogId) -> Result<Option<bool>, StoreError> {
        let log = readers::read(&self.readers, move |c| logs::get(c, id)).await?;
        Ok(log.map(|log| log.kind == LogKind::Stdio))
    }

    async fn forward(&self, id: LogId, looked: Looked, from: i64) -> Result<Option<i64>, StoreError> {
        let tail = self.tail(id);
        let stored = tail.as_ref().map_or(i64::MAX, |tail| tail.first_line);
        let looked = Arc::new(looked);
        let mut next = from;
        while next < stored {
            let looked = looked.clone();
            match readers::read(&self.readers, move |c| forward_in_table(c, id, &looked, next)).await? {
                Found::Line(line) => return Ok(Some(line)),
                Found::GoOn(after) => next = after,
                Found::Nothing => break,
            }
        }
        let blocks = tail.into_iter().flat_map(|tail| tail.blocks);
        let search = |block: Arc<Block>| looked.forward(block.first_line, &block.text, next);
        Ok(blocks
            .skip_while(|block| block.first_line + block.num_lines <= next)
            .find_map(search))
    }

    async fn backward(&self, id: LogId, looked: Looked, from: i64) -> Result<Option<i64>, StoreError> {
        let blocks = self.tail(id).map(|tail| tail.blocks).unwrap_or_default();
        let mut next = from;
        for block in blocks.iter().rev().filter(|block| block.first_line <= from) {
            if let Some(line) = looked.backward(block.first_line, &block.text, from) {
                return Ok(Some(line));
            }
            next = block.first_line - 1;
        }
        let looked = Arc::new(looked);
        while next >= 0 {
            let looked = looked.clone();
            match readers::read(&self.readers, move |c| backward_in_table(c, id, &looked, next)).await? {
                Found::Line(line) => return Ok(Some(line)),
                Found::GoOn(before) => next = before,
                Found::Nothing => break,
            }
        }
        Ok(None)
    }
}

fn forward_in_table(c: &Connection, id: LogId, looked: &Looked, from: i64) -> rusqlite::Result<Found> {
    let mut zstd = log_blocks::decompressor()?;
    let mut next = from;
    for packed in log_blocks::from_line(c, id, from, AT_ONCE)? {
        let after = packed.first_line + packed.num_lines;
        if after <= next {
            continue;
        }
        if let Some(line) = looked.forward(packed.first_line, &packed.unpack(&mut zstd)?, next) {
            return Ok(Found::Line(line));
        }
        next = after;
    }
    Ok(if next > from { Found::GoOn(next) } else { Found::Nothing })
}

fn backward_in_table(c: &Connection, id: LogId, looked: &Looked, from: i64) -> rusqlite::Result<Found> {
    let mut zstd = log_blocks::decompressor()?;
    let mut next = from;
    for packed in log_blocks::back_from_line(c, id, from, AT_ONCE)? {
        if let Some(line) = looked.backward(packed.first_line, &packed.unpack(&mut zstd)?, from) {
            return Ok(Found::Line(line));
        }
        next = packed.first_line - 1;
    }
    Ok(if next < from { Found::GoOn(next) } else { Found::Nothing })
}
