//! Finding a line: a text, or the first error. Whole blocks are searched, not line by line.

use super::Logs;
use super::growing::Block;
use crate::{StoreError, log_blocks, logs, readers};
use model::log_search::Sought;
use model::{LogId, LogKind};
use rusqlite::Connection;
use std::sync::Arc;

/// Blocks to search at a time; in between, other readers have their turn.
const AT_ONCE: usize = 32;

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
        let Some(sought) = Sought::text(text, match_case, stdio) else {
            return Err(StoreError::other("the text to find is too long"));
        };
        if backwards {
            self.backward(id, sought, from).await
        } else {
            self.forward(id, sought, from.max(0)).await
        }
    }

    /// The first line from line `from` on that looks like the error of a compiler, a test runner or a build tool.
    /// To find the next one, ask from the line after it. Header lines are never meant.
    pub async fn first_error(&self, id: LogId, from: i64) -> Result<Option<i64>, StoreError> {
        match self.is_stdio(id).await? {
            Some(stdio) => self.forward(id, Sought::error(stdio), from.max(0)).await,
            None => Ok(None),
        }
    }

    /// The last line up to line `from` that looks like an error, as [`Logs::first_error`] means it.
    pub async fn last_error(&self, id: LogId, from: i64) -> Result<Option<i64>, StoreError> {
        match self.is_stdio(id).await? {
            Some(stdio) => self.backward(id, Sought::error(stdio), from).await,
            None => Ok(None),
        }
    }

    /// Whether its lines have the letter of their stream; `None` if there is no such log.
    async fn is_stdio(&self, id: LogId) -> Result<Option<bool>, StoreError> {
        let log = readers::read(&self.readers, move |c| logs::get(c, id)).await?;
        Ok(log.map(|log| log.kind == LogKind::Stdio))
    }

    async fn forward(&self, id: LogId, sought: Sought, from: i64) -> Result<Option<i64>, StoreError> {
        let tail = self.tail(id);
        let stored = tail.as_ref().map_or(i64::MAX, |tail| tail.first_line);
        let sought = Arc::new(sought);
        let mut next = from;
        while next < stored {
            let sought = sought.clone();
            match readers::read(&self.readers, move |c| forward_in_table(c, id, &sought, next)).await? {
                Found::Line(line) => return Ok(Some(line)),
                Found::GoOn(after) => next = after,
                Found::Nothing => break,
            }
        }
        let blocks = tail.into_iter().flat_map(|tail| tail.blocks);
        let search = |block: Arc<Block>| sought.forward(block.first_line, &block.text, next);
        Ok(blocks
            .skip_while(|block| block.first_line + block.num_lines <= next)
            .find_map(search))
    }

    async fn backward(&self, id: LogId, sought: Sought, from: i64) -> Result<Option<i64>, StoreError> {
        let blocks = self.tail(id).map(|tail| tail.blocks).unwrap_or_default();
        let mut next = from;
        for block in blocks.iter().rev().filter(|block| block.first_line <= from) {
            if let Some(line) = sought.backward(block.first_line, &block.text, from) {
                return Ok(Some(line));
            }
            next = block.first_line - 1;
        }
        let sought = Arc::new(sought);
        while next >= 0 {
            let sought = sought.clone();
            match readers::read(&self.readers, move |c| backward_in_table(c, id, &sought, next)).await? {
                Found::Line(line) => return Ok(Some(line)),
                Found::GoOn(before) => next = before,
                Found::Nothing => break,
            }
        }
        Ok(None)
    }
}

fn forward_in_table(c: &Connection, id: LogId, sought: &Sought, from: i64) -> rusqlite::Result<Found> {
    let mut zstd = log_blocks::decompressor()?;
    let mut next = from;
    for packed in log_blocks::from_line(c, id, from, AT_ONCE)? {
        let after = packed.first_line + packed.num_lines;
        if after <= next {
            continue;
        }
        if let Some(line) = sought.forward(packed.first_line, &packed.unpack(&mut zstd)?, next) {
            return Ok(Found::Line(line));
        }
        next = after;
    }
    Ok(if next > from { Found::GoOn(next) } else { Found::Nothing })
}

fn backward_in_table(c: &Connection, id: LogId, sought: &Sought, from: i64) -> rusqlite::Result<Found> {
    let mut zstd = log_blocks::decompressor()?;
    let mut next = from;
    for packed in log_blocks::back_from_line(c, id, from, AT_ONCE)? {
        if let Some(line) = sought.backward(packed.first_line, &packed.unpack(&mut zstd)?, from) {
            return Ok(Found::Line(line));
        }
        next = packed.first_line - 1;
    }
    Ok(if next < from { Found::GoOn(next) } else { Found::Nothing })
}
