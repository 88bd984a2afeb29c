//! One build.

use super::overview::{BuildMark, LogPlace, Suspect};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Which build: by `buildid`, or by builder and number.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(untagged)]
pub enum BuildQuery {
    /// By `buildid`.
    Id {
        /// Key of its master; this program's own when absent.
        #[serde(default = "super::bundled")]
        master: String,
        /// `buildid`.
        build: i64,
    },
    /// By builder and number.
    Number {
        /// Key of its master; this program's own when absent.
        #[serde(default = "super::bundled")]
        master: String,
        /// `builderid`.
        builder: i64,
        /// Per builder.
        number: i64,
    },
}

/// A build with everything that its page shows.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct BuildPage {
    /// The build.
    pub mark: BuildMark,
    /// The master's time.
    pub now: i64,
    /// The request that it serves.
    pub request: i64,
    /// Why it was asked for.
    pub reason: String,
    /// Where it runs or ran.
    pub worker: Option<String>,
    /// What failed, in one line: `compile: src/main.c:7: error: …`.
    pub summary: Option<String>,
    /// The first error line of the first failed step.
    pub error: Option<LogPlace>,
    /// Steps in order.
    pub steps: Vec<StepRow>,
    /// Changes in it, newest first.
    pub changes: Vec<Suspect>,
    /// The trees it was built from.
    pub sources: Vec<Source>,
    /// Everybody to blame, as in the property `owners`.
    pub owners: Vec<String>,
    /// Properties.
    pub properties: Vec<PropertyRow>,
    /// The median of this builder's green builds.
    pub expected: Option<i64>,
    /// Half of those builds lie within this distance of it.
    pub spread: Option<i64>,
    /// Number of the build before.
    pub previous: Option<i64>,
    /// Number of the build after.
    pub next: Option<i64>,
    /// The build that this one repeats.
    pub rebuild_of: Option<BuildMark>,
    /// The latest build that repeats this one.
    pub rebuilt_by: Option<BuildMark>,
    /// What was kept of it earlier: its master cannot be heard since then.
    pub stale: Option<i64>,
    /// Its page at its own master, to open in a browser.
    pub page: Option<String>,
}

/// A step.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct StepRow {
    /// `stepid`.
    pub step: i64,
    /// From 0.
    pub number: i64,
    /// Unique in the build.
    pub name: String,
    /// In words.
    pub state: String,
    /// 0 to 6; `null` while it runs or waits.
    pub results: Option<u8>,
    /// `null` until started.
    pub started_at: Option<i64>,
    /// When it ended.
    pub complete_at: Option<i64>,
    /// Hidden by default.
    pub hidden: bool,
    /// Links.
    pub urls: Vec<Link>,
    /// Its logs.
    pub logs: Vec<LogRow>,
}

/// A link.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct Link {
    /// Text.
    pub name: String,
    /// Address.
    pub url: String,
}

/// A log.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct LogRow {
    /// `logid`.
    pub log: i64,
    /// As the step calls it.
    pub name: String,
    /// Identifier in the step.
    pub slug: String,
    /// `s` stdio, `t` text, `h` HTML, `d` deleted.
    pub kind: String,
    /// Lines so far.
    pub num_lines: i64,
    /// No more will come.
    pub complete: bool,
}

/// The coordinates of a tree (S-017).
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct Source {
    /// Empty is the default codebase.
    pub codebase: String,
    /// Where from.
    pub repository: String,
    /// `null` is the default branch.
    pub branch: Option<String>,
    /// What was asked for; `null` is the newest.
    pub revision: Option<String>,
    /// What was taken.
    pub got_revision: Option<String>,
    /// Free word.
    pub project: String,
    /// It has a patch.
    pub patched: bool,
}

/// A property.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct PropertyRow {
    /// Its name.
    pub name: String,
    /// As JSON text.
    pub value: String,
    /// Who set it.
    pub source: String,
}
