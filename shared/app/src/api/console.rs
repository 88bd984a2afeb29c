//! Console: what became of each change on each builder.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Which changes.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct ConsoleQuery {
    /// Key of the master; this program's own when absent.
    #[serde(default = "super::bundled")]
    pub master: String,
    /// Of this project only; of the newest change's when absent.
    #[serde(default)]
    pub project: Option<String>,
    /// Of this branch only, empty for the default one; of the newest change's when absent.
    #[serde(default)]
    pub branch: Option<String>,
    /// `next` of the page before; the newest when absent.
    #[serde(default)]
    pub before: Option<String>,
    /// How many changes; at most 100.
    pub limit: u32,
}

/// Changes by builders.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct Console {
    /// The resident's time.
    pub now: i64,
    /// What is shown of `lines`; `null` when there is no change at all.
    pub line: Option<ConsoleLine>,
    /// Projects and branches that changed lately, the newest first.
    pub lines: Vec<ConsoleLine>,
    /// The rows, newest first.
    pub changes: Vec<ConsoleChange>,
    /// The columns that have a cell, by name.
    pub builders: Vec<ConsoleBuilder>,
    /// What the builders made of the changes.
    pub cells: Vec<ConsoleCell>,
    /// Where builders turned red.
    pub breaks: Vec<ConsoleBreak>,
    /// Where the next page begins; `null` when there are no older changes.
    pub next: Option<String>,
    /// Why some of it may be missing or old, if so.
    pub partial: Option<String>,
}

/// A line of development.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ConsoleLine {
    /// Free word of the change source; may be empty.
    pub project: String,
    /// Empty for the default branch.
    pub branch: String,
}

/// A change as a row.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct ConsoleChange {
    /// `changeid`.
    pub change: i64,
    /// Whole stamp.
    pub revision: Option<String>,
    /// As reported.
    pub author: String,
    /// It is me.
    pub mine: bool,
    /// When it was committed.
    pub when: i64,
    /// First line of the message.
    pub comment: String,
    /// Where from.
    pub repository: String,
}

/// A builder as a column.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct ConsoleBuilder {
    /// `builderid`.
    pub builder: i64,
    /// Unique.
    pub name: String,
    /// For groups.
    pub tags: Vec<String>,
    /// For groups.
    pub project: Option<String>,
}

/// A build in its column: it has the changes of rows `top` to `bottom`, and these were new in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ConsoleCell {
    /// `builderid`.
    pub builder: i64,
    /// The row of its newest change, from 0.
    pub top: usize,
    /// The row of its oldest change, at least `top`.
    pub bottom: usize,
    /// `buildid`.
    pub build: i64,
    /// Per builder.
    pub number: i64,
    /// 0 to 6; `null` while it runs.
    pub results: Option<u8>,
    /// When it began.
    pub started_at: i64,
    /// When it ended.
    pub complete_at: Option<i64>,
    /// In words.
    pub state: String,
    /// Earlier builds of the same changes that it repeats.
    pub before: u32,
}

/// One of these changes turned the builder red: the first red build, back to the last green one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ConsoleBreak {
    /// `builderid`.
    pub builder: i64,
    /// The row of the newest change that may be to blame.
    pub top: usize,
    /// The row of the oldest.
    pub bottom: usize,
}
