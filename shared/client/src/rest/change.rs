//! Changes (§6).

use super::lenient;
use super::{SourceStamp, ids, properties};
use model::{ChangeId, Properties, Time};
use serde::Deserialize;

/// A commit, as a change source told it.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Change {
    /// `changeid`.
    #[serde(rename = "changeid", deserialize_with = "ids::one")]
    pub id: ChangeId,
    /// Mostly `Name <mail>`; may be a bare name, or empty.
    #[serde(default, deserialize_with = "lenient::text")]
    pub author: String,
    /// From 2.4 on, where the source knows.
    #[serde(default, deserialize_with = "lenient::maybe_text")]
    pub committer: Option<String>,
    /// None for the default.
    #[serde(default, deserialize_with = "lenient::maybe_text")]
    pub branch: Option<String>,
    /// As the version control names it.
    #[serde(default, deserialize_with = "lenient::maybe_text")]
    pub revision: Option<String>,
    /// Where it can be seen; not yet known to be safe to open.
    #[serde(default, deserialize_with = "lenient::maybe_text")]
    pub revlink: Option<String>,
    /// For schedulers.
    #[serde(default, deserialize_with = "lenient::maybe_text")]
    pub category: Option<String>,
    /// The message.
    #[serde(default, deserialize_with = "lenient::text")]
    pub comments: String,
    /// What it touches.
    #[serde(default, deserialize_with = "lenient::texts")]
    pub files: Vec<String>,
    /// When it was made, as its source says.
    #[serde(rename = "when_timestamp", default, deserialize_with = "lenient::time")]
    pub when: Option<Time>,
    /// Where it is from.
    #[serde(default, deserialize_with = "lenient::text")]
    pub repository: String,
    /// Of what.
    #[serde(default, deserialize_with = "lenient::text")]
    pub project: String,
    /// Which part.
    #[serde(default, deserialize_with = "lenient::text")]
    pub codebase: String,
    /// What it follows.
    #[serde(rename = "parent_changeids", default, deserialize_with = "ids::many")]
    pub parents: Vec<ChangeId>,
    /// What its source added.
    #[serde(default, deserialize_with = "properties::read")]
    pub properties: Properties,
    /// What building it takes.
    #[serde(rename = "sourcestamp", default, deserialize_with = "lenient::or_default")]
    pub source_stamp: Option<SourceStamp>,
}
