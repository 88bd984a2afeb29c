//! Finding a line in a log that is too large to be read whole: an error, or a text.

use super::{MOST_LINES, Reading};
use crate::Error;
use crate::rest::Log;
use crate::rest::log::Kind;
use futures_util::stream::{self, StreamExt};
use model::log_search::Sought;

/// After a few pieces of a size that is kept, a search goes on in pieces of so many lines.
const LARGE: i64 = 20_000;
/// How many pieces are of the smaller size.
const SMALL_ONES: i64 = 2;
/// How many pieces are asked for at once.
const AT_ONCE: usize = 2;
/// A log of so many lines is simply read from its start.
const SHORT: i64 = 20_000;

impl Reading {
    /// The line to look at first: an error. Of a short log it is the very first error. A long one is begun at its end, where
    /// a step that failed mostly says why: there it is the first error of the last part that has any. Where there is none,
    /// all of it is searched.
    pub async fn first_error(&self, log: &Log) -> Result<Option<i64>, Error> {
        let sought = error(log);
        if log.num_lines > SHORT
            && let Some(line) = self.near_the_end(log, &sought).await?
        {
            return Ok(Some(line));
        }
        self.forward(log, &sought, 0).await
    }

    /// The first error from line `from` on; with `backwards` the last one up to line `from`.
    pub async fn next_error(&self, log: &Log, from: i64, backwards: bool) -> Result<Option<i64>, Error> {
        self.search(log, &error(log), from, backwards).await
    }

    /// The first line from line `from` on that has `text` in it; with `backwards` the last one up to line `from`. Letters
    /// match in either case unless `match_case`.
    pub async fn find(
        &self,
        log: &Log,
        text: &str,
        match_case: bool,
        from: i64,
        backwards: bool,
    ) -> Result<Option<i64>, Error> {
        match Sought::text(text, match_case, log.kind == Kind::Stdio) {
            Some(sought) => self.search(log, &sought, from, backwards).await,
            None => Ok(None),
        }
    }

    async fn search(&self, log: &Log, sought: &Sought, from: i64, backwards: bool) -> Result<Option<i64>, Error> {
        if backwards {
            self.backward(log, sought, from).await
        } else {
            self.forward(log, sought, from.max(0)).await
        }
    }

    /// The first match of the last pieces that have one each, if the very last has one.
    async fn near_the_end(&self, log: &Log, sought: &Sought) -> Result<Option<i64>, Error> {
        let mut found = None;
        let mut end = log.num_lines;
        while end > 0 {
            let first = (end - 1) / MOST_LINES * MOST_LINES;
            // The last piece may be only a few lines long, without the word that tells.
            let first = if end == log.num_lines && end - first < MOST_LINES / 2 {
                (first - MOST_LINES).max(0)
            } else {
                first
            };
            let Some(line) = self.in_piece(log, sought, first, end - first).await?.line else {
                break;
            };
            found = Some(line);
            end = first;
        }
        Ok(found)
    }

    async fn forward(&self, log: &Log, sought: &Sought, from: i64) -> Result<Option<i64>, Error> {
        let pieces = stream::iter(pieces(from, log.num_lines))
            .map(|(first, count)| self.in_piece(log, sought, first, count))
            .buffered(AT_ONCE);
        first_found(pieces).await
    }

    async fn backward(&self, log: &Log, sought: &Sought, from: i64) -> Result<Option<i64>, Error> {
        let last = from.min(log.num_lines - 1);
        // The same pieces, counted from the other end.
        let back = pieces(0, last + 1).map(|(first, count)| (last + 1 - first - count, count));
        let pieces = stream::iter(back)
            .map(|(first, count)| async move {
                let text = self.piece(log, first, count).await?;
                Ok(Looked {
                    line: sought.backward(first, &text, first + count - 1),
                    is_empty: text.is_empty(),
                })
            })
            .buffered(AT_ONCE);
        first_found(pieces).await
    }

    /// The first match in a piece.
    async fn in_piece(&self, log: &Log, sought: &Sought, first: i64, count: i64) -> Result<Looked, Error> {
        let text = self.piece(log, first, count).await?;
        Ok(Looked {
            line: sought.forward(first, &text, first),
            is_empty: text.is_empty(),
        })
    }

    /// The lines of a piece. Small ones are kept: somebody will look at what is found there.
    async fn piece(&self, log: &Log, first: i64, count: i64) -> Result<String, Error> {
        if log.kind == Kind::Deleted {
            return Ok(String::new());
        }
        let mut text = String::new();
        let mut next = first;
        while next < first + count {
            let left = first + count - next;
            let (more, lines) = if left <= MOST_LINES {
                let lines = self.lines(log, next, left).await?;
                (lines.content, lines.count)
            } else {
                let lines = self.contents(log.id, next, left).await?;
                (lines.content, lines.count)
            };
            if lines == 0 {
                break;
            }
            text.push_str(&more);
            next += lines;
        }
        Ok(text)
    }
}

/// What a look at a piece tells.
struct Looked {
    line: Option<i64>,
    is_empty: bool,
}

fn error(log: &Log) -> Sought {
    Sought::error(log.kind == Kind::Stdio)
}

/// First line and number of lines of each piece from line `from` to `end`.
fn pieces(from: i64, end: i64) -> impl Iterator<Item = (i64, i64)> {
    let mut next = from;
    let mut number = 0;
    std::iter::from_fn(move || {
        if next >= end {
            return None;
        }
        let size = if number < SMALL_ONES { MOST_LINES } else { LARGE };
        let piece = (next, size.min(end - next));
        next += piece.1;
        number += 1;
        Some(piece)
    })
}

/// Ends at a piece without lines: there are not as many as the master says, and looking for them could last for ever.
async fn first_found(pieces: impl futures_util::Stream<Item = Result<Looked, Error>>) -> Result<Option<i64>, Error> {
    let mut pieces = std::pin::pin!(pieces);
    while let Some(looked) = pieces.next().await {
        let Looked { line, is_empty } = looked?;
        if line.is_some() || is_empty {
            return Ok(line);
        }
    }
    Ok(None)
}
