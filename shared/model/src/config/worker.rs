//! A worker as the configuration knows it, and the ports that workers come to.

use super::Location;
use crate::Properties;
use std::time::Duration;

/// `worker.Worker(…)` or `worker.LocalWorker(…)` (B-137, B-138).
#[derive(Clone, Debug)]
pub struct WorkerConfig {
    /// Unique.
    pub name: String,
    /// Runs in the resident itself and needs no password.
    pub local: bool,
    /// Name of the secret, or the literal, that a remote worker logs in with.
    pub password: Option<super::Render>,
    /// How many builds at once; `None` is no limit.
    pub max_builds: Option<u32>,
    /// For its builds, with source `Worker`.
    pub properties: Properties,
    /// Below every other property.
    pub default_properties: Properties,
    /// Who is told when it stays away; empty is nobody (B-149).
    pub notify_on_missing: Vec<String>,
    /// Away for longer than this, it is missing.
    pub missing_timeout: Duration,
    /// How often a sign of life goes to it, so that a dead connection is noticed; `None` is never.
    pub keepalive_interval: Option<Duration>,
    /// Where the configuration names it.
    pub location: Location,
}

/// Buildbot's default of `missing_timeout` and `keepalive_interval`.
const HOUR: Duration = Duration::from_secs(3600);

impl Default for WorkerConfig {
    fn default() -> WorkerConfig {
        WorkerConfig {
            name: String::new(),
            local: false,
            password: None,
            max_builds: None,
            properties: Properties::default(),
            default_properties: Properties::default(),
            notify_on_missing: Vec::new(),
            missing_timeout: HOUR,
            keepalive_interval: Some(HOUR),
            location: Location::default(),
        }
    }
}

/// What is spoken on a port for workers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum WorkerProtocol {
    /// Perspective Broker (B-139).
    Pb,
    /// msgpack over WebSocket (B-140).
    Msgpack,
}

impl WorkerProtocol {
    /// Its key in `c["protocols"]`.
    pub const fn key(self) -> &'static str {
        match self {
            WorkerProtocol::Pb => "pb",
            WorkerProtocol::Msgpack => "msgpack_experimental_v7",
        }
    }
}

/// A port for workers (`c["protocols"]`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkerPort {
    /// What is spoken there.
    pub protocol: WorkerProtocol,
    /// A number, or an endpoint such as `tcp:9989:interface=127.0.0.1`, as the person wrote it.
    pub endpoint: String,
    /// Where the configuration names it.
    pub location: Location,
}

/// Whether two endpoints of a configuration are one port: written alike, or with the same number (`9989`,
/// `tcp:9989:interface=127.0.0.1`), which can be opened once only.
pub fn same_port(one: &str, other: &str) -> bool {
    let number = |endpoint: &str| endpoint.split(':').find_map(|word| word.parse::<u16>().ok());
    one == other || number(one).is_some_and(|port| port != 0 && number(other) == Some(port))
}
