//! What a farm is made of: builders, workers, masters, projects.

use super::about::cut;
use super::news::News;
use super::rows::{Builder, Master, Project, Worker};
use super::{BUILDERS, MASTERS, PROJECTS, Picture, WORKERS};
use crate::rest;
use model::{BuilderId, Json, MasterId};
use std::collections::VecDeque;

/// The longest name, description or reason.
const NAME: usize = 300;
/// The most tags, masters or builders of one thing.
const LIST: usize = 1_000;

impl Picture {
    pub(super) fn builder(&mut self, row: &rest::Builder, news: &mut Vec<News>) {
        if self.keep_builder(row) {
            news.push(News::BuildersChanged);
        }
    }

    /// Keeps a builder as it is described, with the last builds that were known; whether that changed anything.
    pub(super) fn keep_builder(&mut self, row: &rest::Builder) -> bool {
        if row.id.0 <= 0 {
            return false;
        }
        let mut builder = builder(row);
        if let Some(known) = self.builders.get_mut(&row.id) {
            builder.finished = std::mem::take(&mut known.finished);
            builder.is_read = known.is_read;
            std::mem::swap(known, &mut builder);
            return !described_alike(known, &builder);
        }
        let fits = self.fits("builders", self.builders.len(), BUILDERS);
        if fits {
            self.builders.insert(row.id, builder);
        }
        fits
    }

    pub(super) fn configured(&mut self, id: BuilderId, master: MasterId, here: bool, news: &mut Vec<News>) {
        let Some(builder) = self.builders.get_mut(&id) else {
            if here && id.0 > 0 {
                self.ask(id);
            }
            return;
        };
        if builder.masters.contains(&master) == here || builder.masters.len() >= LIST {
            return;
        }
        let mut masters = builder.masters.to_vec();
        match here {
            true => masters.push(master),
            false => masters.retain(|other| *other != master),
        }
        builder.masters = masters.into();
        news.push(News::BuildersChanged);
    }

    pub(super) fn worker(&mut self, row: &rest::Worker, news: &mut Vec<News>) {
        if self.keep_worker(row) {
            news.push(News::WorkersChanged);
        }
    }

    /// Whoever is there is not missing, whatever is told late.
    pub(super) fn worker_missing(&mut self, row: &rest::Worker, notify: bool, news: &mut Vec<News>) {
        self.worker(row, news);
        if notify && !row.is_connected() && self.workers.contains_key(&row.id) {
            news.push(News::WorkerMissing(row.id));
        }
    }

    pub(super) fn keep_worker(&mut self, row: &rest::Worker) -> bool {
        let worker = worker(row);
        match self.workers.get_mut(&row.id) {
            Some(known) if *known == worker => false,
            Some(known) => {
                *known = worker;
                true
            }
            None => {
                let fits = self.fits("workers", self.workers.len(), WORKERS);
                if fits {
                    self.workers.insert(row.id, worker);
                }
                fits
            }
        }
    }

    pub(super) fn master(&mut self, id: MasterId, name: &str, active: bool, news: &mut Vec<News>) {
        if self.keep_master(id, name, active) {
            news.push(News::WorkersChanged);
        }
    }

    pub(super) fn keep_master(&mut self, id: MasterId, name: &str, active: bool) -> bool {
        if let Some(known) = self.masters.get_mut(&id) {
            let changed = known.active != active;
            known.active = active;
            return changed;
        }
        let fits = self.fits("masters", self.masters.len(), MASTERS);
        if fits {
            let name = cut(name, NAME).into();
            self.masters.insert(id, Master { id, name, active });
        }
        fits
    }

    pub(super) fn project(&mut self, row: &rest::Project, news: &mut Vec<News>) {
        if self.keep_project(row) {
            news.push(News::BuildersChanged);
        }
    }

    pub(super) fn keep_project(&mut self, row: &rest::Project) -> bool {
        let name = cut(&row.name, NAME);
        if let Some(known) = self.projects.get_mut(&row.id) {
            let changed = *known.name != *name;
            known.name = name.into();
            return changed;
        }
        let fits = self.fits("projects", self.projects.len(), PROJECTS);
        if fits {
            let name = name.into();
            self.projects.insert(row.id, Project { id: row.id, name });
        }
        fits
    }
}

/// Whether two rows of the same builder say the same of it; its builds are not looked at.
fn described_alike(one: &Builder, other: &Builder) -> bool {
    one.name == other.name
        && one.description == other.description
        && one.project == other.project
        && one.tags == other.tags
        && one.masters == other.masters
}

fn builder(row: &rest::Builder) -> Builder {
    Builder {
        id: row.id,
        name: short_name(&row.name).into(),
        description: short(row.description.as_deref()),
        project: row.project,
        tags: row.tags.iter().take(LIST).map(|tag| cut(tag, NAME).into()).collect(),
        masters: row.masters.iter().take(LIST).copied().collect(),
        finished: VecDeque::new(),
        is_read: false,
    }
}

fn worker(row: &rest::Worker) -> Worker {
    let says = |name: &str| row.info.get(name).and_then(Json::as_str);
    Worker {
        id: row.id,
        name: cut(&row.name, NAME).into(),
        connected_to: row.connected_to.iter().take(LIST).map(|to| to.master).collect(),
        configured_on: row.configured_on.iter().take(LIST).map(|on| on.builder).collect(),
        paused: row.paused,
        pause_reason: short(row.pause_reason.as_deref()),
        graceful: row.graceful,
        host: short(says("host")),
        admin: short(says("admin")),
        version: short(says("version")),
    }
}

fn short(text: Option<&str>) -> Option<Box<str>> {
    text.filter(|text| !text.is_empty()).map(|text| cut(text, NAME).into())
}

/// A builder's name as it is kept.
pub(super) fn short_name(name: &str) -> &str {
    cut(name, NAME)
}
