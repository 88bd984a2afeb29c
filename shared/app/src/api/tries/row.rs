//! A try as it is kept and followed.

use super::targets::TryWay;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use ts_rs::TS;

/// How far a try is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum TryState {
    /// The master cannot be reached: it is sent when it is back.
    Queued,
    /// On the way.
    Sending,
    /// There; no builder has begun.
    Waiting,
    /// Builders are at it.
    Running,
    /// Every builder has ended.
    Ended,
    /// It was not taken.
    Refused,
    /// Taken back.
    Cancelled,
    /// There, but cannot be followed: the master is not joined and the way has no answers.
    Sent,
}

/// Whether the patch was applied; told before any colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum TryApplied {
    /// Not known yet.
    Unknown,
    /// The tree that was built has the change.
    Applied,
    /// The change did not fit; what the build says is not about it.
    NotApplied,
}

/// How a builder's result compares with the base's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum TryAgainstBase {
    /// The base is green there, the try is not: the change did it.
    New,
    /// The base fails there too, at the same step.
    Known,
    /// The base fails there too, but elsewhere.
    Different,
    /// The base fails there, the try does not.
    Repaired,
    /// Both are green.
    Same,
    /// The base was not built there.
    Unknown,
}

/// A builder of a try.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct TryBuild {
    /// Its name.
    pub builder: String,
    /// Page of the build: `/masters/KEY/builders/3/builds/7`; `null` before it begins or where it cannot be shown.
    pub path: Option<String>,
    /// Number of the build.
    pub number: Option<i64>,
    /// `waiting`, `running`, or the result as a word.
    pub state: String,
    /// Step or state in words.
    pub words: String,
    /// Whether the change is in.
    pub applied: TryApplied,
    /// When it began.
    pub started_at: Option<i64>,
    /// When it ended.
    pub ended_at: Option<i64>,
    /// When it will probably end.
    pub expected_at: Option<i64>,
    /// Against the base.
    pub against_base: TryAgainstBase,
    /// The same in words: `fails on the base too, since #812`.
    pub base_words: Option<String>,
}

/// A try, as it is kept.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct TryRow {
    /// Names it.
    pub id: i64,
    /// Of which project.
    pub project: String,
    /// Top of its working copy.
    pub root: String,
    /// Where to.
    pub target: String,
    /// Key of the master.
    pub master: String,
    /// What the master calls itself.
    pub title: String,
    /// How it travelled.
    pub way: TryWay,
    /// How far it is.
    pub state: TryState,
    /// The same in words, with the reason: `wrong name or password at ci.example.org:8031`.
    pub words: String,
    /// The next step, when one is needed.
    pub hint: Option<String>,
    /// Whether the change is in, over all builders.
    pub applied: TryApplied,
    /// Worst result over all builders that ended, as a word.
    pub results: Option<String>,
    /// When it was submitted.
    pub submitted_at: i64,
    /// When the last builder ended.
    pub ended_at: Option<i64>,
    /// Branch.
    pub branch: Option<String>,
    /// Base.
    pub base: Option<String>,
    /// Comment.
    pub comment: String,
    /// Files in it.
    pub files: u32,
    /// Bytes of the patch.
    pub bytes: i64,
    /// Properties.
    pub properties: BTreeMap<String, String>,
    /// Its builders, those that need a look first.
    pub builders: Vec<TryBuild>,
    /// The try that it repeats.
    pub repeats: Option<i64>,
    /// It can be taken back: queued, or requests wait, or builds run.
    pub can_cancel: bool,
    /// It can be sent again for what failed.
    pub can_repeat_failed: bool,
    /// Whether what passed can be pushed.
    pub push: TryPushState,
}

/// Pre-tested push.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum TryPushState {
    /// Nothing to push: not green, not git, or a part of the change only.
    No {
        /// Why not, where a person would ask.
        reason: Option<String>,
    },
    /// What passed is what would be pushed.
    Ready {
        /// `origin main`
        to: String,
    },
    /// It will be, when everything is green.
    Asked,
    /// It was.
    Done {
        /// The commit.
        commit: String,
        /// `origin main`
        to: String,
    },
    /// It was tried and refused.
    Failed {
        /// Why.
        reason: String,
        /// The next step.
        hint: Option<String>,
    },
}

/// What a push would do now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct TryPushPlan {
    /// `origin main`
    pub to: String,
    /// The commit that is checked out, where it has the tree that was built: it is pushed. `null` when one is made.
    pub commit: Option<String>,
    /// What a commit that is made stands on.
    pub parent: Option<String>,
    /// The message of a commit that is made.
    pub message: Option<String>,
}

/// Which tries.
#[derive(Clone, Debug, Default, Serialize, Deserialize, TS)]
pub struct TriesQuery {
    /// Of one project.
    #[serde(default)]
    pub project: Option<String>,
    /// Older than this one.
    #[serde(default)]
    pub before: Option<i64>,
    /// At most so many; 50 when absent.
    #[serde(default)]
    pub limit: Option<u32>,
}

/// The history.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct Tries {
    /// The resident's clock.
    pub now: i64,
    /// Newest first.
    pub tries: Vec<TryRow>,
    /// Older ones are there.
    pub more: bool,
    /// Working copies that a change can be taken from: projects here and where tries came from, last used first.
    pub folders: Vec<TryFolder>,
}

/// A working copy.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct TryFolder {
    /// Its top.
    pub root: String,
    /// What it is called.
    pub project: String,
}

/// One try.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct TryQuery {
    /// Which.
    pub id: i64,
}

/// The patch that was sent.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct TryPatch {
    /// Its text, bytes that are no text replaced.
    pub text: String,
    /// Its bytes in base64, for saving.
    pub base64: String,
    /// `-p`
    pub level: u32,
}

impl TryPatch {
    /// The exact bytes; none when they came damaged.
    pub fn bytes(&self) -> Option<Vec<u8>> {
        use base64::Engine as _;
        base64::engine::general_purpose::STANDARD.decode(&self.base64).ok()
    }
}
