//! The configuration together with the ids that the store gave its names, and what a new configuration changes.

use model::config::{BuilderConfig, ChangeSourceConfig, MasterConfig, ProjectConfig, SchedulerConfig, WorkerConfig};
use model::event::{BuilderVerb, Event};
use model::{
    Builder, BuilderId, ChangeSourceId, MasterId, Project, ProjectId, Scheduler, SchedulerId, Time, Worker, WorkerId,
};
use serde::Serialize;
use std::collections::HashMap;
use std::sync::Arc;
use store::rusqlite::{Result, Transaction};
use store::{builders, change_sources, masters, projects, schedulers, workers};

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

/// What a reconfiguration changed, by name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Diff {
    /// Builders.
    pub builders: Changed,
    /// Schedulers.
    pub schedulers: Changed,
    /// Workers.
    pub workers: Changed,
    /// Change sources.
    pub change_sources: Changed,
}

/// What a reconfiguration changed of one kind.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Changed {
    /// New ones.
    pub added: Vec<String>,
    /// Gone ones.
    pub removed: Vec<String>,
    /// Those that are there before and after with other settings.
    pub changed: Vec<String>,
}

/// What [`enter`] did.
pub struct Entered {
    /// The new catalog.
    pub catalog: Catalog,
    /// Against the old one.
    pub diff: Diff,
    /// To be published.
    pub events: Vec<Event>,
}

/// Gives the names of `config` ids and marks exactly them as configured, all or nothing.
pub fn enter(
    c: &Transaction<'_>,
    config: Arc<MasterConfig>,
    old: Option<&Catalog>,
    master_name: &str,
    now: Time,
) -> Result<Entered> {
    let master = masters::find_or_insert(c, master_name, now)?;
    let mut events = Vec::new();
    let projects = enter_projects(c, &config, &mut events)?;
    let builders = enter_builders(c, &config, &projects, &mut events)?;
    let catalog = Catalog {
        workers: enter_workers(c, &config, &builders)?,
        schedulers: enter_schedulers(c, &config)?,
        change_sources: enter_change_sources(c, &config)?,
        config,
        master,
        builders,
    };
    let diff = diff(old, &catalog);
    Ok(Entered { catalog, diff, events })
}

fn enter_projects(
    c: &Transaction<'_>,
    config: &MasterConfig,
    events: &mut Vec<Event>,
) -> Result<HashMap<String, ProjectId>> {
    let mut ids = HashMap::new();
    let named = config.builders.iter().filter_map(|b| b.project.as_deref());
    let unlisted = named.filter(|name| config.projects.iter().all(|p| p.name != *name));
    let unlisted = unlisted.map(|name| ProjectConfig {
        name: name.to_owned(),
        ..ProjectConfig::default()
    });
    for project in config.projects.iter().cloned().chain(unlisted) {
        let known = projects::by_name(c, &project.name)?;
        let id = projects::find_or_insert(c, &project.name)?;
        let row = Project {
            id,
            slug: if project.slug.is_empty() {
                project.name.clone()
            } else {
                project.slug
            },
            name: project.name.clone(),
            description: project.description,
            description_format: project.description_format,
        };
        projects::update(c, &row)?;
        if known.is_some_and(|known| known != row) {
            events.push(Event::ProjectUpdated(row));
        }
        ids.insert(project.name, id);
    }
    Ok(ids)
}

fn enter_builders(
    c: &Transaction<'_>,
    config: &MasterConfig,
    project_ids: &HashMap<String, ProjectId>,
    events: &mut Vec<Event>,
) -> Result<Vec<BuilderEntry>> {
    let before: HashMap<BuilderId, Builder> = builders::list(c)?.into_iter().map(|b| (b.id, b)).collect();
    let mut entries = Vec::new();
    let mut folders = Folders::default();
    for builder in &config.builders {
        let id = builders::find_or_insert(c, &builder.name)?;
        let project = builder
            .project
            .as_ref()
            .and_then(|name| Some((name.clone(), *project_ids.get(name)?)));
        let row = Builder {
            id,
            name: builder.name.clone(),
            description: builder.description.clone(),
            description_format: builder.description_format.clone(),
            project: project.as_ref().map(|(_, id)| *id),
            tags: builder.tags.clone(),
            configured: true,
        };
        builders::update(c, &row)?;
        match before.get(&id) {
            Some(known) if known.configured && *known != row => events.push(Event::Builder(BuilderVerb::Update, row)),
            Some(known) if known.configured => {}
            _ => events.push(Event::Builder(BuilderVerb::Started, row)),
        }
        let folder = folders.take(builder);
        entries.push(BuilderEntry {
            id,
            config: Arc::new(builder.clone()),
            project,
            folder,
        });
    }
    let ids: Vec<BuilderId> = entries.iter().map(|entry| entry.id).collect();
    builders::set_configured(c, &ids)?;
    let mut gone: Vec<Builder> = before
        .into_values()
        .filter(|b| b.configured && !ids.contains(&b.id))
        .collect();
    gone.sort_by_key(|b| b.id);
    for row in gone {
        events.push(Event::Builder(
            BuilderVerb::Stopped,
            Builder {
                configured: false,
                ..row
            },
        ));
    }
    Ok(entries)
}

fn enter_workers(
    c: &Transaction<'_>,
    config: &MasterConfig,
    builders: &[BuilderEntry],
) -> Result<Vec<(WorkerId, Arc<WorkerConfig>)>> {
    let mut entries = Vec::new();
    for worker in &config.workers {
        let id = workers::find_or_insert(c, &worker.name)?;
        let mine = builders.iter().filter(|b| b.config.workers.contains(&worker.name));
        workers::set_configured(c, id, &mine.map(|b| b.id).collect::<Vec<_>>())?;
        entries.push((id, Arc::new(worker.clone())));
    }
    let is_gone = |worker: &&Worker| entries.iter().all(|(id, _)| *id != worker.id);
    for worker in workers::list(c)?.iter().filter(is_gone) {
        workers::set_configured(c, worker.id, &[])?;
    }
    Ok(entries)
}

fn enter_schedulers(c: &Transaction<'_>, config: &MasterConfig) -> Result<Vec<SchedulerEntry>> {
    let mut entries = Vec::new();
    for scheduler in &config.schedulers {
        let id = schedulers::find_or_insert(c, &scheduler.name)?;
        let row = Scheduler {
            id,
            name: scheduler.name.clone(),
            enabled: true,
            configured: true,
        };
        entries.push(SchedulerEntry {
            id,
            config: Arc::new(scheduler.clone()),
            row,
        });
    }
    let ids: Vec<SchedulerId> = entries.iter().map(|entry| entry.id).collect();
    schedulers::set_configured(c, &ids)?;
    for entry in &mut entries {
        if let Some(row) = schedulers::get(c, entry.id)? {
            entry.row = row;
        }
    }
    Ok(entries)
}

fn enter_change_sources(
    c: &Transaction<'_>,
    config: &MasterConfig,
) -> Result<Vec<(ChangeSourceId, ChangeSourceConfig)>> {
    let mut entries: Vec<(ChangeSourceId, ChangeSourceConfig)> = Vec::new();
    let mut taken = Vec::new();
    for source in &config.change_sources {
        // One repository may be followed twice, for example for two projects.
        let base = name_of(source).to_owned();
        let numbered = (2u32..).map(|n| format!("{base} ({n})"));
        let free = |name: &String| !taken.contains(name);
        let name = std::iter::once(base.clone())
            .chain(numbered)
            .find(free)
            .unwrap_or_else(|| base.clone());
        let id = change_sources::find_or_insert(c, &name)?;
        taken.push(name);
        entries.push((id, source.clone()));
    }
    change_sources::set_configured(c, &entries.iter().map(|(id, _)| *id).collect::<Vec<_>>())?;
    Ok(entries)
}

/// The name that a change source goes by.
pub fn name_of(source: &ChangeSourceConfig) -> &str {
    match source {
        ChangeSourceConfig::Git(git) => &git.repourl,
    }
}

/// The folders that builders have on workers.
#[derive(Default)]
struct Folders {
    taken: Vec<String>,
}

impl Folders {
    /// The configured folder, or a safe one made from the name. Two builders never share one unless the configuration
    /// says so for both (S-161).
    fn take(&mut self, builder: &BuilderConfig) -> String {
        if !builder.worker_builddir.is_empty() {
            self.taken.push(builder.worker_builddir.clone());
            return builder.worker_builddir.clone();
        }
        let base = safe_folder(&builder.name);
        let numbered = (2u32..).map(|n| format!("{base}_{n}"));
        let free = |folder: &String| !self.taken.contains(folder);
        let folder = std::iter::once(base.clone()).chain(numbered).find(free).unwrap_or(base);
        self.taken.push(folder.clone());
        folder
    }
}

/// One path element that every system takes; equal names give equal folders.
fn safe_folder(name: &str) -> String {
    let safe = |c: char| {
        if c.is_ascii_alphanumeric() || "-_.".contains(c) {
            c
        } else {
            '_'
        }
    };
    let folder: String = name.chars().take(100).map(safe).collect();
    match folder.trim_start_matches('.') {
        "" => format!("builder{folder}").replace('.', "_"),
        _ if folder.starts_with('.') => format!("_{}", &folder[1..]),
        _ => folder,
    }
}

fn diff(old: Option<&Catalog>, new: &Catalog) -> Diff {
    /// The names of one kind, with what tells whether their settings changed.
    fn names<T>(of: &[T], name: impl Fn(&T) -> (String, String)) -> Vec<(String, String)> {
        of.iter().map(name).collect()
    }
    // Settings hold functions, which have no equality; their written form tells functions apart by place.
    let builders = |c: &Catalog| names(&c.builders, |b| (b.config.name.clone(), format!("{:?}", b.config)));
    let schedulers = |c: &Catalog| names(&c.schedulers, |s| (s.config.name.clone(), format!("{:?}", s.config)));
    let workers = |c: &Catalog| names(&c.workers, |(_, w)| (w.name.clone(), format!("{w:?}")));
    let sources = |c: &Catalog| names(&c.change_sources, |(_, s)| (name_of(s).to_owned(), format!("{s:?}")));
    let of = |kind: &dyn Fn(&Catalog) -> Vec<(String, String)>| changed(&old.map(kind).unwrap_or_default(), &kind(new));
    Diff {
        builders: of(&builders),
        schedulers: of(&schedulers),
        workers: of(&workers),
        change_sources: of(&sources),
    }
}

fn changed(old: &[(String, String)], new: &[(String, String)]) -> Changed {
    let settings = |of: &[(String, String)], name: &str| of.iter().find(|(n, _)| n == name).map(|(_, s)| s.clone());
    let mut changed = Changed::default();
    for (name, now) in new {
        match settings(old, name) {
            None => changed.added.push(name.clone()),
            Some(before) if before != *now => changed.changed.push(name.clone()),
            Some(_) => {}
        }
    }
    let gone = old.iter().filter(|(name, _)| settings(new, name).is_none());
    changed.removed = gone.map(|(name, _)| name.clone()).collect();
    changed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_names_give_safe_folders_of_their_own() {
        let mut folders = Folders::default();
        let mut take = |name: &str, folder: &str| {
            folders.take(&BuilderConfig {
                name: name.to_owned(),
                worker_builddir: folder.to_owned(),
                ..BuilderConfig::default()
            })
        };
        assert_eq!(take("a/b", ""), "a_b");
        assert_eq!(take("a:b", ""), "a_b_2");
        assert_eq!(take("größe", ""), "gr__e");
        assert_eq!(take("..", ""), "builder__");
        assert_eq!(take(".git", ""), "_git");
        assert_eq!(take("mac (10.15)", ""), "mac__10.15_");
        assert_eq!(take("x", "shared"), "shared");
        assert_eq!(take("y", "shared"), "shared");
    }

    #[test]
    fn a_diff_names_what_came_went_and_changed() {
        let of = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
            pairs.iter().map(|(n, s)| ((*n).to_owned(), (*s).to_owned())).collect()
        };
        let diff = changed(
            &of(&[("a", "1"), ("b", "1"), ("c", "1")]),
            &of(&[("b", "2"), ("c", "1"), ("d", "1")]),
        );
        assert_eq!(
            diff,
            Changed {
                added: vec!["d".into()],
                removed: vec!["a".into()],
                changed: vec!["b".into()]
            }
        );
    }
}
