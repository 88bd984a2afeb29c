//! Lines of a log, by ranges.

use super::Reading;
use super::chunk::{self, Scan};
use crate::Error;
use crate::http::Asked;
use crate::rest::Log;
use crate::rest::log::{Kind, MOST};
use bytes::Bytes;
use model::LogId;
use model::log_search::after_lines;

/// Most lines that are given at once.
pub const MOST_LINES: i64 = 5000;
/// Lines are kept in windows of so many; those of a window do not change, only more may come.
const WINDOW: i64 = 1000;

/// Some lines of a log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lines {
    /// Number of the first, from 0.
    pub first: i64,
    /// How many there are; fewer than asked for at the end of the log, and when they are very long.
    pub count: i64,
    /// Each with its end; in a `stdio` log each begins with the letter of its stream. Of a very long line there is only the
    /// beginning, and a word on the rest.
    pub content: String,
}

impl Lines {
    fn next(&self) -> i64 {
        self.first + self.count
    }

    /// Takes those of a window's lines that follow what is there and come before `end`.
    fn take(&mut self, first: i64, window: &str, end: i64) {
        let from = after_lines(window.as_bytes(), self.next() - first);
        let to = after_lines(window.as_bytes(), end - first);
        let more = &window[from..to.max(from)];
        self.count += lines_in(more);
        self.content.push_str(more);
    }
}

impl Reading {
    /// A log as it is now, without its lines; as it was if it is over or if the master cannot be asked.
    pub async fn log(&self, id: LogId) -> Result<Log, Error> {
        let path = format!("logs/{id}");
        let mut parts = super::Parts {
            reading: self,
            is_settled: false,
            is_old: false.into(),
        };
        let kept: Option<Vec<Log>> = parts.kept(&path, "logs").await;
        // A complete one changes only when its master removes it, and then the lines that were seen are still there.
        parts.is_settled = kept
            .and_then(|kept| kept.into_iter().next())
            .is_some_and(|log| log.complete);
        let found = parts.row(&path, "logs").await?;
        found.ok_or_else(|| Error::NotFound(format!("log {id}; it may have been removed")))
    }

    /// At most `count` lines, and at most [`MOST_LINES`], from line `first` on; a negative `first` counts from the end. What
    /// was read before is not asked for again.
    pub async fn lines(&self, log: &Log, first: i64, count: i64) -> Result<Lines, Error> {
        let first = if first < 0 {
            log.num_lines.saturating_add(first).max(0)
        } else {
            first.min(MOST)
        };
        let mut lines = Lines {
            first,
            ..Lines::default()
        };
        let mut end = first.saturating_add(count.clamp(0, MOST_LINES));
        if log.complete {
            end = end.min(log.num_lines);
        }
        if log.kind == Kind::Deleted {
            return Ok(lines);
        }
        while lines.next() < end {
            let before = lines.count;
            match self.kept_window(log.id, lines.next()).await {
                Some(window) => lines.take(window_start(lines.next()), &window, end),
                None if self.read_windows(log.id, &mut lines, end).await? => {}
                None => break,
            }
            if lines.count == before {
                break;
            }
        }
        Ok(lines)
    }

    /// The window that has this line, if it was read so far.
    async fn kept_window(&self, log: LogId, line: i64) -> Option<String> {
        let kept = self.kept.get(&key(log, line)).await?;
        let window = String::from_utf8(kept.into()).ok()?;
        (window_start(line) + lines_in(&window) > line).then_some(window)
    }

    /// Reads the windows from the next line on, and keeps them. Of one that has grown, only what is new is asked for.
    /// Whether there was more than is given at once.
    async fn read_windows(&self, log: LogId, lines: &mut Lines, end: i64) -> Result<bool, Error> {
        let start = window_start(lines.next());
        let mut content = self.kept_start(log, lines.next()).await;
        let known = start + lines_in(&content);
        let windows_end = window_start(end + WINDOW - 1);
        let read = self.contents(log, known, windows_end - known).await?;
        content.push_str(&read.content);
        let mut rest = content.as_str();
        let mut first = start;
        while !rest.is_empty() {
            let (window, after) = rest.split_at(after_lines(rest.as_bytes(), WINDOW));
            self.kept
                .put(key(log, first), Bytes::copy_from_slice(window.as_bytes()));
            (rest, first) = (after, first + WINDOW);
        }
        lines.take(start, &content, end);
        Ok(read.is_cut)
    }

    /// What was read of the window of this line so far, up to the line at most.
    async fn kept_start(&self, log: LogId, line: i64) -> String {
        let kept = self.kept.get(&key(log, line)).await;
        let window = kept.and_then(|kept| String::from_utf8(kept.into()).ok());
        window
            .filter(|window| window_start(line) + lines_in(window) <= line)
            .unwrap_or_default()
    }

    /// Lines as the master has them now; perhaps fewer.
    pub(super) async fn contents(&self, log: LogId, first: i64, count: i64) -> Result<chunk::Lines, Error> {
        let path = format!("logs/{log}/contents?offset={first}&limit={count}");
        let asked = Asked::data(&path);
        let mut scan = Scan::default();
        let answer = self.http.ask_into(&asked, &mut scan).await?;
        if answer.status != 200 {
            return Err(answer.trouble(&path));
        }
        let found = scan.lines();
        found.ok_or_else(|| Error::Lies(format!("there are no lines in the answer about log {log}")))
    }
}

fn window_start(line: i64) -> i64 {
    line / WINDOW * WINDOW
}

fn key(log: LogId, line: i64) -> String {
    format!("log {log} {}", line / WINDOW)
}

fn lines_in(text: &str) -> i64 {
    memchr::memchr_iter(b'\n', text.as_bytes()).count() as i64
}
