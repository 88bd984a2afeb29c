//! A worker as the configuration knows it.

use crate::Properties;

/// `worker.Worker(…)` or `worker.LocalWorker(…)`.
#[derive(Clone, Debug, Default)]
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
    /// Where the configuration names it.
    pub location: super::Location,
}
