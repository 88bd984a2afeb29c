//! Masters (§6).

use super::ids;
use super::lenient;
use model::{MasterId, Time};
use serde::Deserialize;

/// One of the masters that share a database.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct MasterInfo {
    /// `masterid`.
    #[serde(rename = "masterid", deserialize_with = "ids::one")]
    pub id: MasterId,
    /// `host:basedir`.
    #[serde(default, deserialize_with = "lenient::text")]
    pub name: String,
    /// It runs.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub active: bool,
    /// When it last said so.
    #[serde(default, deserialize_with = "lenient::time")]
    pub last_active: Option<Time>,
}
