//! Builders (§6).

use super::ids;
use super::lenient;
use model::{BuilderId, MasterId, ProjectId};
use serde::Deserialize;

/// A builder, configured now or long ago.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Builder {
    /// `builderid`; another after the master's database was made anew.
    #[serde(rename = "builderid", deserialize_with = "ids::one")]
    pub id: BuilderId,
    /// Any characters.
    #[serde(default, deserialize_with = "lenient::text")]
    pub name: String,
    /// For people.
    #[serde(default, deserialize_with = "lenient::maybe_text")]
    pub description: Option<String>,
    /// From 3.9 on.
    #[serde(rename = "projectid", default, deserialize_with = "ids::maybe")]
    pub project: Option<ProjectId>,
    /// For filters.
    #[serde(default, deserialize_with = "lenient::texts")]
    pub tags: Vec<String>,
    /// The masters whose configuration has it; none: it is configured no more.
    #[serde(rename = "masterids", default, deserialize_with = "ids::many")]
    pub masters: Vec<MasterId>,
}
