//! Builds (§6).

use super::lenient;
use super::{ids, properties};
use model::{BuildId, BuilderId, MasterId, Properties, RequestId, Results, Time, WorkerId};
use serde::Deserialize;

/// A build, running or over.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Build {
    /// `buildid`.
    #[serde(rename = "buildid", deserialize_with = "ids::one")]
    pub id: BuildId,
    /// Per builder, from 1.
    #[serde(default, deserialize_with = "lenient::number")]
    pub number: i64,
    /// Whose.
    #[serde(rename = "builderid", deserialize_with = "ids::one")]
    pub builder: BuilderId,
    /// What asked for it.
    #[serde(rename = "buildrequestid", default, deserialize_with = "ids::maybe")]
    pub request: Option<RequestId>,
    /// Where it runs.
    #[serde(rename = "workerid", default, deserialize_with = "ids::maybe")]
    pub worker: Option<WorkerId>,
    /// Who runs it.
    #[serde(rename = "masterid", default, deserialize_with = "ids::maybe")]
    pub master: Option<MasterId>,
    /// When it began.
    #[serde(default, deserialize_with = "lenient::time")]
    pub started_at: Option<Time>,
    /// It is over.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub complete: bool,
    /// When it ended.
    #[serde(default, deserialize_with = "lenient::time")]
    pub complete_at: Option<Time>,
    /// Seconds spent waiting for locks; from 4.0 on.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub locks_duration_s: Option<i64>,
    /// How it ended; none while it runs.
    #[serde(default, deserialize_with = "lenient::results")]
    pub results: Option<Results>,
    /// What it does or did, for people.
    #[serde(default, deserialize_with = "lenient::text")]
    pub state_string: String,
    /// Those that were asked for.
    #[serde(default, deserialize_with = "properties::read")]
    pub properties: Properties,
}
