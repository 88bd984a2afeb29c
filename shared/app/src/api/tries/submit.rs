//! What is chosen of a change, and what is done with it.

use super::targets::TryAt;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use ts_rs::TS;

/// Files and hunks.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct TryFileChoice {
    /// Place in the change.
    pub file: u32,
    /// Places of hunks; the whole file when absent.
    #[serde(default)]
    pub hunks: Option<Vec<u32>>,
}

/// Send it.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct TrySubmit {
    /// Which change.
    pub change: String,
    /// By which way; without meaning when `at` is given.
    pub target: String,
    /// To this master, which need not be joined.
    #[serde(default)]
    pub at: Option<TryAt>,
    /// All files, whole, when absent.
    #[serde(default)]
    pub files: Option<Vec<TryFileChoice>>,
    /// Untracked files that go along as new ones.
    #[serde(default)]
    pub untracked: Vec<u32>,
    /// Names; all of the target when empty.
    #[serde(default)]
    pub builders: Vec<String>,
    /// For all its builds.
    #[serde(default)]
    pub properties: BTreeMap<String, String>,
    /// In words.
    #[serde(default)]
    pub comment: String,
    /// Another submitter than the one that was told.
    #[serde(default)]
    pub who: Option<String>,
    /// Push it when everything is green.
    #[serde(default)]
    pub push_when_green: bool,
}

/// What would be sent.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct TryPreview {
    /// How and where to.
    pub words: String,
    /// Bytes of the patch.
    pub bytes: i64,
    /// Its text, bytes that are no text replaced.
    pub patch: String,
    /// `-p`
    pub level: u32,
    /// Branch, base, repository, project, who, comment, builders and properties as they would be sent.
    pub job: BTreeMap<String, String>,
}

/// Send it again.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct TryRepeat {
    /// Which.
    pub id: i64,
    /// Only the builders that failed; all when false.
    #[serde(default)]
    pub only_failed: bool,
    /// With the change as it is now, instead of the patch that was sent.
    #[serde(default)]
    pub fresh: bool,
}
