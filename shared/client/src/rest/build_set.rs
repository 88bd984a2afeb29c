//! Build sets (§6).

use super::lenient;
use super::{SourceStamp, ids};
use model::{BuildId, BuildSetId, Results, Time};
use serde::Deserialize;

/// What one reason asks of some builders.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct BuildSet {
    /// `bsid`.
    #[serde(rename = "bsid", deserialize_with = "ids::one")]
    pub id: BuildSetId,
    /// A name that another program gave it.
    #[serde(rename = "external_idstring", default, deserialize_with = "lenient::maybe_text")]
    pub external_id: Option<String>,
    /// Why, for people.
    #[serde(default, deserialize_with = "lenient::text")]
    pub reason: String,
    /// The build that it repeats; from 4.0 on.
    #[serde(rename = "rebuilt_buildid", default, deserialize_with = "ids::maybe")]
    pub rebuilt_build: Option<BuildId>,
    /// When it was made.
    #[serde(default, deserialize_with = "lenient::time")]
    pub submitted_at: Option<Time>,
    /// It is over.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub complete: bool,
    /// When it ended.
    #[serde(default, deserialize_with = "lenient::time")]
    pub complete_at: Option<Time>,
    /// The worst of its builds; none before its end.
    #[serde(default, deserialize_with = "lenient::results")]
    pub results: Option<Results>,
    /// What is built.
    #[serde(rename = "sourcestamps", default, deserialize_with = "lenient::rows")]
    pub source_stamps: Vec<SourceStamp>,
    /// The build that triggered it.
    #[serde(rename = "parent_buildid", default, deserialize_with = "ids::maybe")]
    pub parent_build: Option<BuildId>,
    /// How, for people.
    #[serde(default, deserialize_with = "lenient::maybe_text")]
    pub parent_relationship: Option<String>,
}
