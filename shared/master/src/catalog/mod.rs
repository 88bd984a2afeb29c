//! The configuration together with the ids that the store gave its names, and what a new configuration changes.

mod diff;
mod enter;
mod folder;

pub use diff::{Changed, Diff};
pub use enter::{Entered, enter};

use model::config::{BuilderConfig, ChangeSourceConfig, MasterConfig, SchedulerConfig, WorkerConfig};
use model::{BuilderId, ChangeSourceId, MasterId, ProjectId, Scheduler, SchedulerId, WorkerId};
use std::sync::Arc;

/// A configuration in force. Builds keep the one that they began with.
#[derive(Clone, Debug)]
pub struct Catalog {
    /// As it was read.
    pub config: Arc<MasterConfig>,
    /// This master.
    pub master: MasterId,
    /// Builders in the order of the file.
    pub builders: Vec<BuilderEntry>,
    /// Workers in the order of the file.
    pub workers: Vec<(WorkerId, Arc<WorkerConfig>)>,
    /// Schedulers in the order of the file.
    pub schedulers: Vec<SchedulerEntry>,
    /// Change sources in the order of the file.
    pub change_sources: Vec<(ChangeSourceId, ChangeSourceConfig)>,
}

/// A builder of the configuration.
#[derive(Clone, Debug)]
pub struct BuilderEntry {
    /// Its id.
    pub id: BuilderId,
    /// As configured.
    pub config: Arc<BuilderConfig>,
    /// Its project.
    pub project: Option<(String, ProjectId)>,
    /// Its folder on workers: one safe path element.
    pub folder: String,
}

/// A scheduler of the configuration.
#[derive(Clone, Debug)]
pub struct SchedulerEntry {
    /// Its id.
    pub id: SchedulerId,
    /// As configured.
    pub config: Arc<SchedulerConfig>,
    /// As stored: whether it is switched on.
    pub row: Scheduler,
}

impl Catalog {
    /// The builder of that id.
    pub fn builder(&self, id: BuilderId) -> Option<&BuilderEntry> {
        self.builders.iter().find(|entry| entry.id == id)
    }

    /// The worker of that name.
    pub fn worker(&self, name: &str) -> Option<&(WorkerId, Arc<WorkerConfig>)> {
        self.workers.iter().find(|(_, config)| config.name == name)
    }

    /// The scheduler of that name.
    pub fn scheduler(&self, name: &str) -> Option<&SchedulerEntry> {
        self.schedulers.iter().find(|entry| entry.config.name == name)
    }

    /// The builders that `worker` may build, with their folders: what a worker is told.
    pub fn builders_of(&self, worker: &str) -> Vec<(String, String)> {
        let mine = self
            .builders
            .iter()
            .filter(|b| b.config.workers.iter().any(|name| name == worker));
        mine.map(|b| (b.config.name.clone(), b.folder.clone())).collect()
    }
}

/// The name that a change source goes by.
pub fn name_of(source: &ChangeSourceConfig) -> &str {
    match source {
        ChangeSourceConfig::Git(git) => &git.repourl,
    }
}
