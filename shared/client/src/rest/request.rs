//! Build requests (§6).

use super::lenient;
use super::{ids, properties};
use model::{BuildSetId, BuilderId, MasterId, Properties, RequestId, Results, Time};
use serde::Deserialize;

/// One builder's share of a build set.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Request {
    /// `buildrequestid`.
    #[serde(rename = "buildrequestid", deserialize_with = "ids::one")]
    pub id: RequestId,
    /// What it is of.
    #[serde(rename = "buildsetid", default, deserialize_with = "ids::maybe")]
    pub build_set: Option<BuildSetId>,
    /// Who is asked.
    #[serde(rename = "builderid", deserialize_with = "ids::one")]
    pub builder: BuilderId,
    /// Higher goes first.
    #[serde(default, deserialize_with = "lenient::number")]
    pub priority: i64,
    /// A master has taken it.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub claimed: bool,
    /// When.
    #[serde(default, deserialize_with = "lenient::time")]
    pub claimed_at: Option<Time>,
    /// Which.
    #[serde(rename = "claimed_by_masterid", default, deserialize_with = "ids::maybe")]
    pub claimed_by: Option<MasterId>,
    /// It is over.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub complete: bool,
    /// When it ended.
    #[serde(default, deserialize_with = "lenient::time")]
    pub complete_at: Option<Time>,
    /// When it was made.
    #[serde(default, deserialize_with = "lenient::time")]
    pub submitted_at: Option<Time>,
    /// How it ended; none before.
    #[serde(default, deserialize_with = "lenient::results")]
    pub results: Option<Results>,
    /// Another build waits for it.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub waited_for: bool,
    /// Those of its build set that were asked for.
    #[serde(default, deserialize_with = "properties::read")]
    pub properties: Properties,
}

impl Request {
    /// Whether it waits for a worker.
    pub fn is_pending(&self) -> bool {
        !self.claimed && !self.complete
    }
}
