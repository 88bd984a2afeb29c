//! What a joined master has, as far as it was told: a pure value that events and snapshots change.
//!
//! Bodies of events are whole objects, so they are merged by id whatever their verb is; what is over never runs again;
//! a snapshot replaces what it covers. Everything is limited: a master that tells of a million builders is cut off, and
//! [`Picture::cuts`] says so. The picture reads no clock and no socket; times in it are the master's.

mod about;
mod builds;
mod event;
mod farm;
mod kept;
mod news;
mod queue;
mod recent;
mod rows;
mod sets;
mod snapshot;
mod watched;

pub use about::{About, PROPERTIES};
pub use event::{Event, Unreadable};
pub use kept::{Kept, KeptBuild, KeptBuilder};
pub use news::{News, Reset};
pub use rows::{BuildSet, Builder, Change, Finished, Master, Project, Request, Running, Watched, Worker};
pub use snapshot::Snapshot;

use about::Abouts;
use model::{BuildId, BuildSetId, BuilderId, ChangeId, MasterId, ProjectId, RequestId, WorkerId};
use recent::Recent;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Builds that are kept of each builder.
pub const HISTORY: usize = 12;
/// The most builders that are kept.
pub const BUILDERS: usize = 20_000;
/// The most running builds that are kept.
pub const RUNNING: usize = 5_000;
/// The most workers that are kept.
pub const WORKERS: usize = 10_000;
/// The most waiting requests that are kept.
pub const REQUESTS: usize = 5_000;
/// The most build sets under way that are kept.
pub const BUILD_SETS: usize = 2_000;
/// The changes that are kept, the last ones.
pub const CHANGES: usize = 300;
/// The most masters of one farm that are kept.
pub const MASTERS: usize = 200;
/// The most projects that are kept.
pub const PROJECTS: usize = 5_000;

/// What was over lately, so that a late word of its running is known for what it is.
const OVER: usize = 2_048;
/// Properties of builds that were not told of yet.
const EARLY: usize = 256;
/// Builders that are to be asked for.
const ASKED: usize = 200;

/// What a master has.
#[derive(Debug)]
pub struct Picture {
    builders: BTreeMap<BuilderId, Builder>,
    running: BTreeMap<BuildId, Running>,
    workers: BTreeMap<WorkerId, Worker>,
    masters: BTreeMap<MasterId, Master>,
    projects: BTreeMap<ProjectId, Project>,
    requests: BTreeMap<RequestId, Request>,
    changes: BTreeMap<ChangeId, Change>,
    sets: BTreeMap<BuildSetId, BuildSet>,
    sets_over: VecDeque<BuildSet>,
    /// Sets of which the end was told.
    told_over: Recent<BuildSetId>,
    set_of: BTreeMap<RequestId, BuildSetId>,
    watched: BTreeMap<BuildId, Watched>,
    abouts: Abouts,
    /// Properties that came before their builds.
    early: VecDeque<(BuildId, About)>,
    over: Recent<BuildId>,
    /// Requests that no longer wait, and those of them that never will again.
    claimed: Recent<RequestId>,
    complete: Recent<RequestId>,
    /// Builders that were named and are not known.
    asks: BTreeSet<BuilderId>,
    asked: Recent<BuilderId>,
    /// The highest id of a build that was told of.
    last_build: i64,
    /// Of all builds up to this id it is known whether they are over; of later ones, a word may have been missed.
    all_known: i64,
    /// Builds that ran when a [`Kept`] was made.
    ran: BTreeSet<BuildId>,
    /// Whether anything is known, from a snapshot or from what was kept.
    is_known: bool,
    cuts: BTreeMap<&'static str, usize>,
}

impl Default for Picture {
    fn default() -> Picture {
        Picture {
            builders: BTreeMap::new(),
            running: BTreeMap::new(),
            workers: BTreeMap::new(),
            masters: BTreeMap::new(),
            projects: BTreeMap::new(),
            requests: BTreeMap::new(),
            changes: BTreeMap::new(),
            sets: BTreeMap::new(),
            sets_over: VecDeque::new(),
            told_over: Recent::new(OVER),
            set_of: BTreeMap::new(),
            watched: BTreeMap::new(),
            abouts: Abouts::default(),
            early: VecDeque::new(),
            over: Recent::new(OVER),
            claimed: Recent::new(OVER),
            complete: Recent::new(OVER),
            asks: BTreeSet::new(),
            asked: Recent::new(ASKED),
            last_build: 0,
            all_known: 0,
            ran: BTreeSet::new(),
            is_known: false,
            cuts: BTreeMap::new(),
        }
    }
}

impl Picture {
    /// Takes in an event and adds what it changed to `news`.
    pub fn apply(&mut self, event: Event, news: &mut Vec<News>) {
        match event {
            Event::Build(row) => self.build(&row, news),
            Event::Properties(build, properties) => self.properties(build, &properties, news),
            Event::Builder(row) => self.builder(&row, news),
            Event::Configured { builder, master, here } => self.configured(builder, master, here, news),
            Event::Worker(row) => self.worker(&row, news),
            Event::WorkerMissing { row, notify } => self.worker_missing(&row, notify, news),
            Event::Master { master, name, active } => self.master(master, &name, active, news),
            Event::Request { row, again } => self.request(&row, again, news),
            Event::BuildSet(row) => self.set(&row, news),
            Event::Change(row) => self.change(&row, news),
            Event::Project(row) => self.project(&row, news),
            Event::Step(row) => self.step(*row, news),
            Event::Log(row) => self.log(*row, news),
            Event::Claim => news.push(News::ClaimsChanged),
            Event::Other => {}
        }
    }

    /// All builders, configured or not, by id.
    pub fn builders(&self) -> impl ExactSizeIterator<Item = &Builder> {
        self.builders.values()
    }

    /// A builder.
    pub fn builder_of(&self, id: BuilderId) -> Option<&Builder> {
        self.builders.get(&id)
    }

    /// A builder by its name, which is what people and settings remember.
    pub fn builder_named(&self, name: &str) -> Option<&Builder> {
        self.builders.values().find(|builder| &*builder.name == name)
    }

    /// The builds that run, the oldest first.
    pub fn running(&self) -> impl DoubleEndedIterator<Item = &Running> + ExactSizeIterator {
        self.running.values()
    }

    /// A build, if it runs.
    pub fn running_build(&self, id: BuildId) -> Option<&Running> {
        self.running.get(&id)
    }

    /// Workers, by id.
    pub fn workers(&self) -> impl ExactSizeIterator<Item = &Worker> {
        self.workers.values()
    }

    /// A worker.
    pub fn worker_of(&self, id: WorkerId) -> Option<&Worker> {
        self.workers.get(&id)
    }

    /// The masters that share this one's database, and itself.
    pub fn masters(&self) -> impl ExactSizeIterator<Item = &Master> {
        self.masters.values()
    }

    /// Projects, by id.
    pub fn projects(&self) -> impl ExactSizeIterator<Item = &Project> {
        self.projects.values()
    }

    /// A project.
    pub fn project_of(&self, id: ProjectId) -> Option<&Project> {
        self.projects.get(&id)
    }

    /// The requests that wait, the oldest first.
    pub fn requests(&self) -> impl ExactSizeIterator<Item = &Request> {
        self.requests.values()
    }

    /// The last changes, the newest first.
    pub fn changes(&self) -> impl ExactSizeIterator<Item = &Change> {
        self.changes.values().rev()
    }

    /// What is known of a build that somebody watches.
    pub fn watched(&self, build: BuildId) -> Option<&Watched> {
        self.watched.get(&build)
    }

    /// Whether there is anything to show: a snapshot was read, or something was kept from an earlier run.
    pub fn is_known(&self) -> bool {
        self.is_known
    }

    /// The highest id of a build that was told of; 0 when none was.
    pub fn last_build(&self) -> BuildId {
        BuildId(self.last_build)
    }

    /// What there is more of than is kept: its name and how many are kept.
    pub fn cuts(&self) -> impl Iterator<Item = (&'static str, usize)> {
        self.cuts.iter().map(|(what, kept)| (*what, *kept))
    }

    /// Builders that events named and that are not known; each is given out once.
    pub(crate) fn take_asks(&mut self) -> Vec<BuilderId> {
        let asks: Vec<BuilderId> = std::mem::take(&mut self.asks).into_iter().collect();
        asks.into_iter().filter(|builder| self.asked.add(*builder)).collect()
    }

    fn ask(&mut self, builder: BuilderId) {
        if self.asks.len() < ASKED && !self.asked.contains(builder) {
            self.asks.insert(builder);
        }
    }

    /// Whether another one fits; when not, that is told from now on.
    fn fits(&mut self, what: &'static str, count: usize, most: usize) -> bool {
        let fits = count < most;
        if !fits {
            self.cuts.insert(what, most);
        }
        fits
    }
}
