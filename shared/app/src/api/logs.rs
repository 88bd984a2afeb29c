//! Logs, in ranges: no face ever needs a whole one.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Most lines that one answer holds.
pub const MOST_LINES: i64 = 5000;

/// Which lines.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct LinesQuery {
    /// Key of its master; this program's own when absent.
    #[serde(default = "super::bundled")]
    pub master: String,
    /// `logid`.
    pub log: i64,
    /// The first line, from 0. Negative counts from the end.
    pub first: i64,
    /// How many; at most [`MOST_LINES`].
    pub count: i64,
}

/// Lines of a log.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct Lines {
    /// `logid`.
    pub log: i64,
    /// Number of the first line given.
    pub first: i64,
    /// The lines, without line ends. In a stdio log each begins with `o`, `e` or `h` for its stream.
    pub lines: Vec<String>,
    /// Lines in the log so far.
    pub num_lines: i64,
    /// No more will come.
    pub complete: bool,
    /// `s` stdio, `t` text, `h` HTML, `d` deleted.
    pub kind: String,
}

/// Look for an error.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct ErrorQuery {
    /// Key of its master; this program's own when absent.
    #[serde(default = "super::bundled")]
    pub master: String,
    /// `logid`.
    pub log: i64,
    /// Look after this line, or before it when `backwards`; −1 looks from the start.
    pub from: i64,
    /// Towards the start.
    pub backwards: bool,
}

/// Look for a text.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct FindQuery {
    /// Key of its master; this program's own when absent.
    #[serde(default = "super::bundled")]
    pub master: String,
    /// `logid`.
    pub log: i64,
    /// The text, as it stands.
    pub text: String,
    /// Capitals matter.
    pub case: bool,
    /// Look after this line, or before it when `backwards`.
    pub from: i64,
    /// Towards the start.
    pub backwards: bool,
}

/// Where it was found.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct Found {
    /// The line, from 0; `null` when there is none.
    pub line: Option<i64>,
}
