//! Timeline: a column for each builder, time downwards.
//!
//! History comes in pieces, from now towards the past. What happens now is in the overview's rows already, so that a
//! shown timeline asks nothing while it grows.

use super::overview::BuilderRef;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Which piece.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct TimelineQuery {
    /// Only these builders; all of all masters when empty.
    #[serde(default)]
    pub builders: Vec<BuilderRef>,
    /// Builds that began at this time or later.
    pub from: i64,
    /// Builds that began before this time; up to now, with all that run, when absent.
    #[serde(default)]
    pub until: Option<i64>,
}

/// A piece of it.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct Timeline {
    /// The resident's time.
    pub now: i64,
    /// Every build that began at this time or later is here: `from`, or later when there were too many.
    pub reached: i64,
    /// When an older build began, before which there is nothing until `reached`; `null` when there is none.
    pub older: Option<i64>,
    /// Builders that built something.
    pub columns: Vec<TimelineColumn>,
    /// Masters that could not be asked.
    pub silent: Vec<SilentMaster>,
}

/// What a builder built.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct TimelineColumn {
    /// Key of its master.
    pub master: String,
    /// `builderid`.
    pub builder: i64,
    /// The one that began last first.
    pub builds: Vec<TimelineBuild>,
}

/// A build, as little as a bar takes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct TimelineBuild {
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
    /// It has a change of mine.
    pub mine: bool,
    /// In words, when it is not plainly green.
    pub state: Option<String>,
    /// Revision that was built.
    pub revision: Option<String>,
}

/// A master that could not be asked.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct SilentMaster {
    /// Its key.
    pub master: String,
    /// Why, in a sentence.
    pub reason: String,
}
