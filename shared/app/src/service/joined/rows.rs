//! Builders of a joined master as rows, straight from its picture.

use super::super::App;
use super::super::marks::usual;
use super::marks::{Marker, name_of};
use crate::api::overview::{BuilderRow, RunningRow, WaitingRow, WorkerRow};
use crate::joined::Member;
use crate::joined::translate::project;
use client::picture::{Builder, Finished, Picture, Request, Running};
use model::{BuildSetId, BuilderId, Results, WorkerId};
use std::collections::{HashMap, HashSet};
use watch::{BuilderView, Colour};

/// A master's picture, looked at once for all its rows.
pub(in crate::service) struct Rows<'a> {
    member: &'a Member,
    picture: &'a Picture,
    marker: Marker<'a>,
    running: HashMap<BuilderId, Vec<&'a Running>>,
    waiting: HashMap<BuilderId, Vec<&'a Request>>,
    /// Workers that build something.
    building: HashSet<WorkerId>,
    stale: Option<i64>,
}

impl<'a> Rows<'a> {
    pub fn of(app: &'a App, member: &'a Member, picture: &'a Picture) -> Rows<'a> {
        let mut running: HashMap<BuilderId, Vec<&Running>> = HashMap::new();
        for build in picture.running() {
            running.entry(build.builder).or_default().push(build);
        }
        let mut waiting: HashMap<BuilderId, Vec<&Request>> = HashMap::new();
        for request in picture.requests() {
            waiting.entry(request.builder).or_default().push(request);
        }
        Rows {
            member,
            picture,
            marker: Marker::new(app, member),
            running,
            waiting,
            building: picture.running().filter_map(|build| build.worker).collect(),
            stale: member.stale_since(),
        }
    }

    pub fn marker(&self) -> &Marker<'a> {
        &self.marker
    }

    /// A builder's row; `watched` is what is known of it besides.
    pub fn builder(&self, builder: &Builder, watched: Option<&BuilderView>) -> BuilderRow {
        let name = builder.shown_name();
        let telling = telling(builder).next().and_then(|build| build.results);
        // After a restart the last build alone is known, and it may be of somebody's patch.
        let telling = telling.or_else(|| match watched?.colour {
            Colour::Green => Some(Results::Success),
            Colour::Red => Some(Results::Failure),
            Colour::Unknown => None,
        });
        let blame = watched.and_then(|view| view.blame.as_ref());
        let mut broken_by: Vec<String> = blame.map(|blame| blame.others.clone()).unwrap_or_default();
        if blame.is_some_and(|blame| blame.mine) {
            broken_by.insert(0, "you".to_owned());
        }
        let waiting = self.waiting.get(&builder.id).map_or(0, Vec::len);
        BuilderRow {
            master: self.member.key.0.clone(),
            builder: builder.id.0,
            name: name.to_owned(),
            project: project(self.picture, builder),
            tags: builder.shown_tags().iter().map(|tag| tag.to_string()).collect(),
            description: builder.description.as_ref().map(|text| text.to_string()),
            results: telling.map(u8::from),
            since: watched
                .and_then(|view| view.since)
                .map(|at| at.0)
                .or_else(|| Some(self.member.ours(since(builder)?).0)),
            broken_by,
            mine: blame.is_some_and(|blame| blame.mine),
            flaky: watched.is_some_and(super::super::overview::is_flaky),
            claimed_by: watched.and_then(super::super::overview::claimed_by),
            stale: self.stale,
            muted: watched.is_some_and(|view| view.muted.is_some()),
            running: self.running_of(builder.id),
            waiting: u32::try_from(waiting).unwrap_or(u32::MAX),
            last: builder
                .finished()
                .map(|build| self.marker.finished(name, build))
                .collect(),
            can_force: self.member.can_force(&builder.name),
            blocked: (waiting > 0).then(|| self.waits_for(builder.id)),
        }
    }

    fn running_of(&self, builder: BuilderId) -> Vec<RunningRow> {
        let running = self.running.get(&builder).into_iter().flatten();
        running.map(|build| self.running(build)).collect()
    }

    /// A build that runs.
    pub fn running(&self, build: &Running) -> RunningRow {
        let builder = self.picture.builder_of(build.builder);
        let usual = builder.and_then(usual_of);
        RunningRow {
            mark: self.marker.running(&name_of(self.picture, build.builder), build),
            step: self.step_of(build),
            reason: self.reason(
                build.builder,
                build.request.and_then(|request| self.picture.set_of(request)),
            ),
            expected: usual.map(|usual| usual.0),
            spread: usual.map(|usual| usual.1),
            by: build.about.owners.iter().map(|owner| owner.to_string()).collect(),
        }
    }

    /// The step that runs, where somebody watches.
    fn step_of(&self, build: &Running) -> Option<String> {
        let steps = &self.picture.watched(build.build)?.steps;
        let step = steps
            .values()
            .filter(|step| step.started_at.is_some() && !step.complete);
        step.max_by_key(|step| step.number).map(|step| step.name.to_string())
    }

    /// A request that waits.
    pub fn waiting(&self, request: &Request) -> WaitingRow {
        WaitingRow {
            master: self.member.key.0.clone(),
            request: request.id.0,
            builder: request.builder.0,
            builder_name: name_of(self.picture, request.builder),
            submitted_at: self.member.ours(request.submitted_at).0,
            reason: self.reason(request.builder, request.build_set),
            waits_for: self.waits_for(request.builder),
            priority: request.priority,
        }
    }

    /// Why it was asked for, as its set says; of a repetition also what it repeats, where that is known.
    fn reason(&self, builder: BuilderId, set: Option<BuildSetId>) -> String {
        let Some(set) = set.and_then(|set| self.picture.build_set(set)) else {
            return String::new();
        };
        let mut known = self.picture.builder_of(builder).into_iter().flat_map(Builder::finished);
        match known.find(|build| Some(build.build) == set.repeats) {
            Some(repeated) => format!("{} of #{}", set.reason, repeated.number),
            None => set.reason.to_string(),
        }
    }

    /// Why nothing is built for a builder now, as far as its workers tell.
    fn waits_for(&self, builder: BuilderId) -> String {
        let workers = self
            .picture
            .workers()
            .filter(|worker| worker.configured_on.contains(&builder));
        let (mut all, mut there, mut taking, mut building) = (0, 0, 0, 0);
        for worker in workers {
            let is_there = !worker.connected_to.is_empty();
            let is_taking = is_there && !worker.paused && !worker.graceful;
            all += 1;
            there += usize::from(is_there);
            taking += usize::from(is_taking);
            building += usize::from(is_taking && self.building.contains(&worker.id));
        }
        match (all, there, taking) {
            (0, ..) => "no worker is known for it".to_owned(),
            (_, 0, _) => "no worker is online".to_owned(),
            (_, _, 0) => "its workers take no builds now".to_owned(),
            (_, _, 1) if building == 1 => "its turn has not come: its worker is building".to_owned(),
            (_, _, taking) if building == taking => format!("its turn has not come: all {taking} workers are building"),
            _ => "its turn has not come".to_owned(),
        }
    }

    /// Its workers, as small rows.
    pub fn workers(&self) -> Vec<WorkerRow> {
        let shown = self
            .picture
            .workers()
            .filter(|worker| !worker.configured_on.is_empty() || !worker.connected_to.is_empty());
        let mut building: HashMap<WorkerId, u32> = HashMap::new();
        for worker in self.picture.running().filter_map(|build| build.worker) {
            *building.entry(worker).or_default() += 1;
        }
        shown
            .map(|worker| WorkerRow {
                master: self.member.key.0.clone(),
                worker: worker.id.0,
                name: worker.name.to_string(),
                connected: !worker.connected_to.is_empty(),
                paused: worker.paused,
                running: building.get(&worker.id).copied().unwrap_or(0),
                max_builds: None,
            })
            .collect()
    }
}

/// The builds that say green or red, the newest first.
fn telling(builder: &Builder) -> impl Iterator<Item = &Finished> {
    builder.finished().filter(|build| build.is_green().is_some())
}

/// Since when it has its colour, as far back as its builds are known.
fn since(builder: &Builder) -> Option<model::Time> {
    let now = telling(builder).next()?.is_green();
    let same = telling(builder).take_while(|build| build.is_green() == now);
    same.last().map(|build| build.complete_at)
}

/// The median and spread of its green builds.
pub(in crate::service) fn usual_of(builder: &Builder) -> Option<(i64, i64)> {
    let green = builder.finished().filter(|build| build.is_green() == Some(true));
    usual(green.map(|build| build.complete_at.since(build.started_at)).collect())
}
