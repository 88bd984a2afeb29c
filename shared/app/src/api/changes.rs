//! Changes and what became of them.

use super::overview::BuildMark;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Which changes.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct ChangesQuery {
    /// Only this master's; all masters' when absent.
    #[serde(default)]
    pub master: Option<String>,
    /// `next` of the page before; the newest when absent.
    #[serde(default)]
    pub before: Option<String>,
    /// Only mine.
    pub mine: bool,
}

/// Changes, newest first.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct ChangesPage {
    /// At most 50.
    pub changes: Vec<ChangeRow>,
    /// Where the next page begins; `null` when there are no older ones.
    pub next: Option<String>,
}

/// A change.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct ChangeRow {
    /// Key of its master; `bundled` is this program's own.
    pub master: String,
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
