//! What was told, what was not, and why; and mutes.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// The latest notices and verdicts.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct Notices {
    /// Newest first, at most 100.
    pub notices: Vec<NoticeRow>,
    /// Why each of the last builds was told or not, newest first, at most 200.
    pub verdicts: Vec<VerdictRow>,
}

/// A notice.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct NoticeRow {
    /// Notices with the same key replace each other.
    pub key: String,
    /// When.
    pub at: i64,
    /// First line.
    pub title: String,
    /// The rest.
    pub body: String,
    /// `broken`, `fixed` or `other`.
    pub about: String,
    /// Where a click leads.
    pub path: String,
}

/// Why a build was told or not.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct VerdictRow {
    /// Key of its master; `bundled` is this program's own.
    pub master: String,
    /// `buildid`.
    pub build: i64,
    /// Its builder.
    pub builder_name: String,
    /// Its number.
    pub number: i64,
    /// When.
    pub at: i64,
    /// A notice was made or replaced.
    pub told: bool,
    /// In words.
    pub reason: String,
    /// What decided: `your settings`, `your rule 2 (builder nightly-*)`.
    #[serde(default)]
    pub rule: String,
}

/// About what to ask: a build; or a builder's last build; or, when neither is given, notices as a whole.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct WhyQuery {
    /// Key of its master; this program's own when absent.
    #[serde(default = "super::bundled")]
    pub master: String,
    /// `builderid`.
    #[serde(default)]
    pub builder: Option<i64>,
    /// `buildid`.
    #[serde(default)]
    pub build: Option<i64>,
}

/// Why there was a notice, or none.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Why {
    /// The answer.
    pub sentence: String,
    /// A notice came; `null` when no build is asked about.
    pub told: Option<bool>,
    /// What played a part, in the order in which it was looked at.
    pub facts: Vec<WhyFact>,
}

/// Something that played a part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct WhyFact {
    /// `Rule`, `Blame`, `Mute`, `Quiet hours`, `Claim`, `Flaky`, …
    pub label: String,
    /// In words.
    pub text: String,
    /// A page about it.
    pub path: Option<String>,
}

/// Be quiet.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct Mute {
    /// About what.
    pub scope: MuteScope,
    /// For how long.
    pub until: MuteUntil,
}

/// About what to be quiet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "about", rename_all = "snake_case")]
pub enum MuteScope {
    /// One builder.
    Builder {
        /// Key of its master; this program's own when absent.
        #[serde(default = "super::bundled")]
        master: String,
        /// `builderid`.
        builder: i64,
    },
    /// All builders of a project.
    Project {
        /// Key of its master; this program's own when absent.
        #[serde(default = "super::bundled")]
        master: String,
        /// Its name.
        project: String,
    },
    /// All builders with a tag, on every master.
    Tag {
        /// The tag.
        tag: String,
    },
    /// All builders of a master.
    Master {
        /// Its key.
        master: String,
    },
    /// Everything.
    Everything,
}

/// For how long to be quiet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "until", rename_all = "snake_case")]
pub enum MuteUntil {
    /// For so many minutes.
    Minutes {
        /// From now.
        minutes: u32,
    },
    /// Until the next morning, at eight.
    Tomorrow,
    /// Until it is green again.
    Fixed,
    /// Until unmuted.
    Forever,
}

/// Speak again.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct Unmute {
    /// Which mute.
    pub mute: i64,
}

/// A mute.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct MuteRow {
    /// Names it.
    pub mute: i64,
    /// About what.
    pub scope: MuteScope,
    /// In words: `linux-tests`, `project app`, `everything`.
    pub name: String,
    /// When it ends by itself; `null` when not by time.
    pub ends_at: Option<i64>,
    /// In words: `until fixed`, `for ever`, `until 14:30`.
    pub ends: String,
}

/// Say "I have it", or give it back: about the builder and those that broke together with it.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct ClaimQuery {
    /// Key of its master; this program's own when absent.
    #[serde(default = "super::bundled")]
    pub master: String,
    /// `builderid`.
    pub builder: i64,
}

/// Somebody said "I have it".
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct ClaimRow {
    /// Who.
    pub by: String,
    /// It is me.
    pub mine: bool,
    /// Since when.
    pub at: i64,
    /// Ends by itself then, if it is not green before.
    pub until: i64,
    /// Others see it; on a plain Buildbot it stays here.
    pub shared: bool,
}
