//! Everything read afresh: what a connection begins with.

use super::builds::running;
use super::farm::short_name;
use super::news::{News, Reset};
use super::rows::Finished;
use super::{Picture, RUNNING};
use crate::rest;
use model::BuildId;
use std::collections::{BTreeMap, BTreeSet};
use std::mem::take;

/// What a master has, as it answered. What runs is read before what is over, so that a build that ends in between is in
/// both.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    /// Masters of the farm.
    pub masters: Vec<rest::MasterInfo>,
    /// All builders.
    pub builders: Vec<rest::Builder>,
    /// All workers.
    pub workers: Vec<rest::Worker>,
    /// Projects; empty where there are none.
    pub projects: Vec<rest::Project>,
    /// Builds that run.
    pub running: Vec<rest::Build>,
    /// Builds that are over: the last ones, at least those since the last known one, and those that ran then.
    pub finished: Vec<rest::Build>,
    /// More were over since the last known one than were read.
    pub more: bool,
    /// All builds that are over are there back to this one; all that there are when it is none.
    pub back_to: Option<BuildId>,
    /// Requests that wait.
    pub requests: Vec<rest::Request>,
    /// Requests that are built.
    pub claimed: Vec<rest::Request>,
    /// Build sets that are under way.
    pub build_sets: Vec<rest::BuildSet>,
    /// There are more of those than were read, and they are older.
    pub more_sets: bool,
    /// The last changes.
    pub changes: Vec<rest::Change>,
}

impl Snapshot {
    fn last_build(&self) -> i64 {
        let builds = self.running.iter().chain(&self.finished);
        builds.map(|build| build.id.0).max().unwrap_or(0)
    }
}

impl Picture {
    /// Whether this is a master whose database was made anew, so that ids mean other things than before.
    pub(crate) fn is_renewed(&self, snapshot: &Snapshot) -> bool {
        let renamed = |row: &rest::Builder| {
            let known = self.builders.get(&row.id);
            known.is_some_and(|known| *known.name != *short_name(&row.name))
        };
        snapshot.last_build() < self.last_build || snapshot.builders.iter().any(renamed)
    }

    /// Builds that ran when they were last heard of, and of which these rows say nothing.
    pub(crate) fn vanished(&self, snapshot: &Snapshot) -> Vec<BuildId> {
        let rows = snapshot.running.iter().chain(&snapshot.finished);
        let there: BTreeSet<BuildId> = rows.map(|build| build.id).collect();
        let mut ran = self.running.keys().chain(&self.ran).copied().collect::<BTreeSet<_>>();
        ran.retain(|build| !there.contains(build));
        ran.into_iter().collect()
    }

    /// Takes over a snapshot. What events told since the subscription is applied afterwards.
    pub fn replace(&mut self, snapshot: Snapshot) -> News {
        let renewed = self.is_known && self.is_renewed(&snapshot);
        if renewed {
            let watched = take(&mut self.watched);
            *self = Picture {
                watched: watched
                    .into_keys()
                    .map(|build| (build, super::Watched::default()))
                    .collect(),
                ..Picture::default()
            };
        }
        self.cuts.clear();
        self.replace_farm(&snapshot);
        let unseen = self.replace_builds(&snapshot);
        snapshot.claimed.iter().for_each(|row| self.note_set(row));
        self.replace_requests(&snapshot.requests);
        // That some are over is said by those that are not.
        self.replace_sets(&snapshot.build_sets, !snapshot.more_sets);
        self.keep_changes(&snapshot.changes);
        self.is_known = true;
        News::Reset(Box::new(Reset {
            unseen,
            build_sets: Some(self.sets.keys().copied().collect()),
            more: snapshot.more,
            renewed,
        }))
    }

    fn replace_farm(&mut self, snapshot: &Snapshot) {
        self.asked.clear();
        let there: BTreeSet<_> = snapshot.builders.iter().map(|row| row.id).collect();
        self.builders.retain(|id, _| there.contains(id));
        for row in &snapshot.builders {
            self.keep_builder(row);
        }
        self.workers.clear();
        for row in &snapshot.workers {
            self.keep_worker(row);
        }
        self.masters.clear();
        for row in &snapshot.masters {
            self.keep_master(row.id, &row.name, row.active);
        }
        self.projects.clear();
        for row in &snapshot.projects {
            self.keep_project(row);
        }
    }

    /// The builds that nobody had heard were over, the oldest first.
    fn replace_builds(&mut self, snapshot: &Snapshot) -> Vec<Finished> {
        self.claimed.clear();
        self.complete.clear();
        let (was_known, last) = (self.is_known, self.last_build);
        let all_known = std::mem::replace(&mut self.all_known, last.max(snapshot.last_build()));
        let mut before = take(&mut self.running);
        let ran = take(&mut self.ran);
        let mut unseen = BTreeMap::new();
        for row in snapshot.finished.iter().filter(|row| row.complete && row.id.0 > 0) {
            let known = before.remove(&row.id);
            let ran = known.is_some() || ran.contains(&row.id);
            let about = self.about(row, known.as_ref().map(|known| &*known.about));
            let build = self.finished(row, about);
            self.remember(build.clone());
            let is_news = was_known && (ran || row.id.0 > all_known) && !self.over.contains(row.id);
            self.remember_over(&build);
            if is_news {
                unseen.insert(row.id, build);
            }
        }
        for row in &snapshot.running {
            if row.complete || row.id.0 <= 0 || self.over.contains(row.id) {
                continue;
            }
            if self.fits("running builds", self.running.len(), RUNNING) {
                let known = before.remove(&row.id);
                let about = self.about(row, known.as_ref().map(|known| &*known.about));
                self.claimed.extend(row.request);
                self.running.insert(row.id, running(row, about));
            }
        }
        if snapshot.back_to.is_none() {
            self.builders.values_mut().for_each(|builder| builder.is_read = true);
        }
        self.last_build = self.all_known;
        unseen.into_values().collect()
    }

    /// Takes over the requests that wait, as they were read; whether that changed anything.
    pub(crate) fn replace_requests(&mut self, rows: &[rest::Request]) -> bool {
        let before = take(&mut self.requests);
        for row in rows.iter().filter(|row| row.is_pending()) {
            if !self.claimed.contains(row.id) && !self.complete.contains(row.id) {
                self.note_set(row);
                self.keep_request(row);
            }
        }
        self.requests != before
    }
}
