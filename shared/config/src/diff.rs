//! What applying a configuration would change.

use model::config::{BuilderConfig, ChangeSourceConfig, Location, MasterConfig, SchedulerConfig, WorkerConfig};
use std::collections::BTreeMap;

/// What differs between two configurations.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diff {
    /// By name.
    pub builders: Part,
    /// By name.
    pub schedulers: Part,
    /// By name.
    pub workers: Part,
    /// By repository.
    pub change_sources: Part,
    /// By name.
    pub projects: Part,
    /// Keys of the dictionary that differ: `title`, `properties` and so on.
    pub settings: Vec<String>,
}

/// Names of what came, went and is different; each list is sorted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Part {
    /// Only in the new configuration.
    pub added: Vec<String>,
    /// Only in the old one.
    pub removed: Vec<String>,
    /// In both, but not alike. A part with functions counts as changed when the function's text is.
    pub changed: Vec<String>,
}

/// What happened to one of a [`Part`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// It is different.
    Changed,
}

impl Diff {
    /// Whether the configurations are alike.
    pub fn is_empty(&self) -> bool {
        *self == Diff::default()
    }

    /// What kind of thing, its name and what happened to it: `("builder", "unit", Added)`.
    pub fn entries(&self) -> Vec<(&'static str, &str, Status)> {
        let parts = [
            ("builder", &self.builders),
            ("scheduler", &self.schedulers),
            ("worker", &self.workers),
            ("source", &self.change_sources),
            ("project", &self.projects),
        ];
        let mut entries = Vec::new();
        for (what, part) in parts {
            let statuses = [
                (&part.added, Status::Added),
                (&part.removed, Status::Removed),
                (&part.changed, Status::Changed),
            ];
            for (names, status) in statuses {
                entries.extend(names.iter().map(|name| (what, name.as_str(), status)));
            }
        }
        entries.extend(
            self.settings
                .iter()
                .map(|name| ("setting", name.as_str(), Status::Changed)),
        );
        entries
    }
}

/// What applying `new` in place of `old` changes. Where something stands in the file does not count.
pub fn diff(old: &MasterConfig, new: &MasterConfig) -> Diff {
    Diff {
        builders: part(builders(old), builders(new)),
        schedulers: part(schedulers(old), schedulers(new)),
        workers: part(workers(old), workers(new)),
        change_sources: part(change_sources(old), change_sources(new)),
        projects: part(projects(old), projects(new)),
        settings: settings(old)
            .into_iter()
            .zip(settings(new))
            .filter(|((_, old), (_, new))| old != new)
            .map(|((name, _), _)| name.to_owned())
            .collect(),
    }
}

/// Everything of a value that counts, by name. Values that are alike print alike.
type Prints = BTreeMap<String, String>;

fn part(old: Prints, new: Prints) -> Part {
    let missing =
        |from: &Prints, other: &Prints| from.keys().filter(|name| !other.contains_key(*name)).cloned().collect();
    Part {
        added: missing(&new, &old),
        removed: missing(&old, &new),
        changed: old
            .iter()
            .filter(|(name, print)| new.get(*name).is_some_and(|other| other != *print))
            .map(|(name, _)| name.clone())
            .collect(),
    }
}

fn builders(config: &MasterConfig) -> Prints {
    let print = |builder: &BuilderConfig| {
        let mut builder = builder.clone();
        builder.location = Location::default();
        for step in &mut builder.steps {
            step.location = Location::default();
        }
        format!("{builder:?}")
    };
    config
        .builders
        .iter()
        .map(|builder| (builder.name.clone(), print(builder)))
        .collect()
}

fn schedulers(config: &MasterConfig) -> Prints {
    let print = |scheduler: &SchedulerConfig| {
        let scheduler = SchedulerConfig {
            location: Location::default(),
            ..scheduler.clone()
        };
        format!("{scheduler:?}")
    };
    config
        .schedulers
        .iter()
        .map(|scheduler| (scheduler.name.clone(), print(scheduler)))
        .collect()
}

fn workers(config: &MasterConfig) -> Prints {
    let print = |worker: &WorkerConfig| {
        let worker = WorkerConfig {
            location: Location::default(),
            ..worker.clone()
        };
        format!("{worker:?}")
    };
    config
        .workers
        .iter()
        .map(|worker| (worker.name.clone(), print(worker)))
        .collect()
}

fn change_sources(config: &MasterConfig) -> Prints {
    let mut prints = Prints::new();
    for ChangeSourceConfig::Git(poller) in &config.change_sources {
        let mut poller = poller.clone();
        poller.location = Location::default();
        let print = format!("{poller:?}");
        // Several pollers may follow one repository.
        prints
            .entry(poller.repourl)
            .and_modify(|all| all.push_str(&print))
            .or_insert(print);
    }
    prints
}

fn projects(config: &MasterConfig) -> Prints {
    config
        .projects
        .iter()
        .map(|project| {
            let mut project = project.clone();
            project.location = Location::default();
            (project.name.clone(), format!("{project:?}"))
        })
        .collect()
}

fn settings(config: &MasterConfig) -> [(&'static str, String); 6] {
    [
        ("title", config.title.clone()),
        ("titleURL", config.title_url.clone()),
        ("buildbotURL", config.buildbot_url.clone()),
        ("properties", format!("{:?}", config.properties)),
        ("collapseRequests", format!("{:?}", config.collapse)),
        ("changeHorizon", format!("{:?}", config.change_horizon)),
    ]
}
