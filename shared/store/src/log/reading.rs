//! Ranges of lines, of complete logs and of growing ones.

use super::Logs;
use crate::{StoreError, log_blocks, readers};
use model::LogId;
use model::log_search::after_lines;
use rusqlite::{Connection, Result};

/// An answer is not longer than this, in bytes, but for its last line; the caller goes on after what it got.
const LONGEST_ANSWER: usize = 16 << 20;

/// Blocks to get at a time.
const AT_ONCE: usize = 8;

/// Some lines of a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lines {
    /// The first line asked for.
    pub first_line: i64,
    /// How many lines there are; fewer than asked for at the end of the log, and when they are very long.
    pub num_lines: i64,
    /// The lines, each with its end; in a `stdio` log each begins with the letter of its stream.
    pub content: String,
}

impl Lines {
    fn next(&self) -> i64 {
        self.first_line + self.num_lines
    }

    /// Takes those of the block's lines that follow what is there and come before `end`. Whether it wants more.
    fn take(&mut self, first_line: i64, num_lines: i64, text: &str, end: i64) -> bool {
        let skip = self.next() - first_line;
        if !(0..num_lines).contains(&skip) {
            return skip >= num_lines;
        }
        let text = &text[after_lines(text.as_bytes(), skip)..];
        let wanted = (num_lines - skip).min(end - self.next());
        self.content.push_str(&text[..after_lines(text.as_bytes(), wanted)]);
        self.num_lines += wanted;
        self.next() < end && self.content.len() < LONGEST_ANSWER
    }
}

impl Logs {
    /// At most `limit` lines from line `first` (from 0) on. Past the end, and of an unknown log, there are none.
    pub async fn lines(&self, id: LogId, first: i64, limit: i64) -> std::result::Result<Lines, StoreError> {
        let first = first.max(0);
        let end = first.saturating_add(limit.max(0));
        let tail = self.tail(id);
        let stored = tail.as_ref().map_or(i64::MAX, |tail| tail.first_line);
        let mut lines = Lines {
            first_line: first,
            num_lines: 0,
            content: String::new(),
        };
        if first < stored.min(end) {
            lines = readers::read(&self.readers, move |c| from_table(c, id, lines, stored.min(end))).await?;
        }
        for block in tail.iter().flat_map(|tail| &tail.blocks) {
            if lines.next() >= end || lines.content.len() >= LONGEST_ANSWER {
                break;
            }
            lines.take(block.first_line, block.num_lines, &block.text, end);
        }
        Ok(lines)
    }
}

/// Adds to `lines` what the table has before `end`.
fn from_table(c: &Connection, id: LogId, mut lines: Lines, end: i64) -> Result<Lines> {
    let mut zstd = log_blocks::decompressor()?;
    loop {
        let before = lines.num_lines;
        for packed in log_blocks::from_line(c, id, lines.next(), AT_ONCE)? {
            if packed.first_line >= end {
                return Ok(lines);
            }
            let text = packed.unpack(&mut zstd)?;
            if !lines.take(packed.first_line, packed.num_lines, &text, end) {
                return Ok(lines);
            }
        }
        if lines.num_lines == before {
            return Ok(lines);
        }
    }
}
