//! Steps (§6).

use super::ids;
use super::lenient;
use model::{BuildId, Results, StepId, Time};
use serde::Deserialize;

/// A step of a build.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Step {
    /// `stepid`.
    #[serde(rename = "stepid", deserialize_with = "ids::one")]
    pub id: StepId,
    /// Within the build, from 0.
    #[serde(default, deserialize_with = "lenient::number")]
    pub number: i64,
    /// Unique in the build.
    #[serde(default, deserialize_with = "lenient::text")]
    pub name: String,
    /// Of which build.
    #[serde(rename = "buildid", default, deserialize_with = "ids::maybe")]
    pub build: Option<BuildId>,
    /// None: not yet.
    #[serde(default, deserialize_with = "lenient::time")]
    pub started_at: Option<Time>,
    /// None while it waits for locks; from 3.10 on.
    #[serde(default, deserialize_with = "lenient::time")]
    pub locks_acquired_at: Option<Time>,
    /// It is over.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub complete: bool,
    /// When it ended.
    #[serde(default, deserialize_with = "lenient::time")]
    pub complete_at: Option<Time>,
    /// How it ended.
    #[serde(default, deserialize_with = "lenient::results")]
    pub results: Option<Results>,
    /// What it does or did, for people.
    #[serde(default, deserialize_with = "lenient::text")]
    pub state_string: String,
    /// What it links to.
    #[serde(default, deserialize_with = "lenient::rows")]
    pub urls: Vec<Link>,
    /// Not to be shown unless asked for.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub hidden: bool,
}

/// A link that a step gives.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Link {
    /// For people.
    #[serde(default, deserialize_with = "lenient::text")]
    pub name: String,
    /// Where to; not yet known to be safe to open.
    #[serde(default, deserialize_with = "lenient::text")]
    pub url: String,
}
