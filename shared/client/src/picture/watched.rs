//! Steps and logs of the builds that somebody watches.

use super::Picture;
use super::news::News;
use super::rows::Watched;
use crate::rest;
use model::{BuildId, StepId};

/// The most steps of a build and logs of a build that are kept.
const MOST: usize = 5_000;

impl Picture {
    /// From now on its steps and logs are kept.
    pub fn watch(&mut self, build: BuildId) {
        self.watched.entry(build).or_default();
    }

    /// Its steps and logs are of no more interest.
    pub(crate) fn unwatch(&mut self, build: BuildId) {
        self.watched.remove(&build);
    }

    /// The watched build that has this step.
    fn build_of(&self, step: StepId) -> Option<BuildId> {
        let has = |watched: &Watched| watched.steps.contains_key(&step);
        let found = self.watched.iter().find(|(_, watched)| has(watched));
        found.map(|(build, _)| *build)
    }

    pub(super) fn step(&mut self, row: rest::Step, news: &mut Vec<News>) {
        let Some(watched) = row.build.and_then(|build| self.watched.get_mut(&build)) else {
            return;
        };
        let known = watched.steps.get(&row.id);
        let is_late = known.is_some_and(|known| known.complete && !row.complete);
        if is_late || (known.is_none() && watched.steps.len() >= MOST) || known == Some(&row) {
            return;
        }
        watched.steps.insert(row.id, row.clone());
        news.push(News::StepChanged(Box::new(row)));
    }

    pub(super) fn log(&mut self, mut row: rest::Log, news: &mut Vec<News>) {
        let Some(build) = row.step.and_then(|step| self.build_of(step)) else {
            return;
        };
        let Some(watched) = self.watched.get_mut(&build) else {
            return;
        };
        let known = watched.logs.get(&row.id);
        if known.is_none() && watched.logs.len() >= MOST {
            return;
        }
        if let Some(known) = known {
            row.num_lines = row.num_lines.max(known.num_lines);
            row.complete |= known.complete;
        }
        if known != Some(&row) {
            watched.logs.insert(row.id, row.clone());
            news.push(News::LogGrew(build, Box::new(row)));
        }
    }
}
