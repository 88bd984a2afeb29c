//! Source stamps (§6).

use super::ids;
use super::lenient;
use model::{SourceStampId, Time};
use serde::Deserialize;

/// What is built, in one codebase.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct SourceStamp {
    /// `ssid`; equal ones are shared.
    #[serde(rename = "ssid", default, deserialize_with = "ids::maybe")]
    pub id: Option<SourceStampId>,
    /// None for the default.
    #[serde(default, deserialize_with = "lenient::maybe_text")]
    pub branch: Option<String>,
    /// None for the latest.
    #[serde(default, deserialize_with = "lenient::maybe_text")]
    pub revision: Option<String>,
    /// Of what.
    #[serde(default, deserialize_with = "lenient::text")]
    pub project: String,
    /// Where it is from.
    #[serde(default, deserialize_with = "lenient::text")]
    pub repository: String,
    /// Which part.
    #[serde(default, deserialize_with = "lenient::text")]
    pub codebase: String,
    /// When it was first needed.
    #[serde(default, deserialize_with = "lenient::time")]
    pub created_at: Option<Time>,
    /// What is changed before it is built.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub patch: Option<Patch>,
}

/// A diff that is tried. Its text is in the build's log `patch`; masters do not tell it here.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Patch {
    /// How many folders its paths have too many.
    #[serde(default, deserialize_with = "lenient::number")]
    pub level: i64,
    /// Where it is applied.
    #[serde(default, deserialize_with = "lenient::text")]
    pub subdir: String,
    /// Whose.
    #[serde(default, deserialize_with = "lenient::text")]
    pub author: String,
    /// Why.
    #[serde(default, deserialize_with = "lenient::text")]
    pub comment: String,
}
