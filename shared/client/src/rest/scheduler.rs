//! Schedulers (§6).

use super::lenient;
use super::{MasterInfo, ids};
use model::SchedulerId;
use serde::Deserialize;

/// A scheduler; what kind it is, masters do not tell.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Scheduler {
    /// `schedulerid`.
    #[serde(rename = "schedulerid", deserialize_with = "ids::one")]
    pub id: SchedulerId,
    /// As configured.
    #[serde(default, deserialize_with = "lenient::text")]
    pub name: String,
    /// Its switch.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub enabled: bool,
    /// Who runs it; nobody: it is configured no more.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub master: Option<MasterInfo>,
}
