//! Workers (§6).

use super::ids;
use super::lenient;
use model::{BuilderId, Json, MasterId, WorkerId};
use serde::Deserialize;
use std::collections::BTreeMap;

/// A worker, connected or not.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Worker {
    /// `workerid`.
    #[serde(rename = "workerid", deserialize_with = "ids::one")]
    pub id: WorkerId,
    /// As the master's configuration names it.
    #[serde(default, deserialize_with = "lenient::text")]
    pub name: String,
    /// What it says of itself; anything.
    #[serde(rename = "workerinfo", default, deserialize_with = "lenient::object")]
    pub info: BTreeMap<String, Json>,
    /// It is given no new builds.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub paused: bool,
    /// Why; from 3.10 on.
    #[serde(default, deserialize_with = "lenient::maybe_text")]
    pub pause_reason: Option<String>,
    /// It leaves after its build.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub graceful: bool,
    /// The masters that it is connected to; none: it is offline.
    #[serde(default, deserialize_with = "lenient::rows")]
    pub connected_to: Vec<Connection>,
    /// The builders that may use it; none: it is configured no more.
    #[serde(default, deserialize_with = "lenient::rows")]
    pub configured_on: Vec<Place>,
}

impl Worker {
    /// Whether it is connected to a master.
    pub fn is_connected(&self) -> bool {
        !self.connected_to.is_empty()
    }

    /// Whether a configuration has it.
    pub fn is_configured(&self) -> bool {
        !self.configured_on.is_empty()
    }
}

/// A master that a worker is connected to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub struct Connection {
    /// Which.
    #[serde(rename = "masterid", deserialize_with = "ids::one")]
    pub master: MasterId,
}

/// A builder on a master that may use a worker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub struct Place {
    /// On which master.
    #[serde(rename = "masterid", deserialize_with = "ids::one")]
    pub master: MasterId,
    /// Which builder.
    #[serde(rename = "builderid", deserialize_with = "ids::one")]
    pub builder: BuilderId,
}
