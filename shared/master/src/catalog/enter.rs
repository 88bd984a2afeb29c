//! Taking a configuration into the store: every name gets its id.

use super::diff::diff;
use super::folder::Folders;
use super::{BuilderEntry, Catalog, Diff, SchedulerEntry, name_of};
use model::config::{ChangeSourceConfig, MasterConfig, ProjectConfig, WorkerConfig};
use model::event::{BuilderVerb, Event};
use model::{Builder, BuilderId, ChangeSourceId, Project, ProjectId, Scheduler, SchedulerId, Time, Worker, WorkerId};
use std::collections::HashMap;
use std::sync::Arc;
use store::rusqlite::{Result, Transaction};
use store::{builders, change_sources, masters, projects, schedulers, workers};

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
