//! Changes and what became of them.

use super::overview::BuildMark;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Which changes.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct ChangesQuery {
    /// Older than this one; the newest when absent.
    pub before: Option<i64>,
    /// Only mine.
    pub mine: bool,
}

/// Changes, newest first.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct ChangesPage {
    /// At most 50.
    pub changes: Vec<ChangeRow>,
    /// There are older ones.
    pub more: bool,
}

/// A change.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct ChangeRow {
    /// `changeid`.
    pub change: i64,
    /// As reported.
    pub author: String,
    /// It is me.
    pub mine: bool,
    /// When it was committed.
    pub when: i64,
    /// `null` is the default branch.
    pub branch: Option<String>,
    /// Whole stamp.
    pub revision: Option<String>,
    /// The whole message.
    pub comments: String,
    /// Paths.
    pub files: Vec<String>,
    /// Where from.
    pub repository: String,
    /// Free word.
    pub project: String,
    /// Builds that have it, newest first.
    pub builds: Vec<BuildMark>,
    /// Why it was not built, when it was not: `branch 'wip' is not followed`.
    pub not_built: Option<String>,
}
