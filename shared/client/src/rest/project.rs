//! Projects (§6), from version 3.9 on.

use super::ids;
use super::lenient;
use model::ProjectId;
use serde::Deserialize;

/// What builders are grouped by.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Project {
    /// `projectid`.
    #[serde(rename = "projectid", deserialize_with = "ids::one")]
    pub id: ProjectId,
    /// Unique.
    #[serde(default, deserialize_with = "lenient::text")]
    pub name: String,
    /// For people.
    #[serde(default, deserialize_with = "lenient::maybe_text")]
    pub description: Option<String>,
}
