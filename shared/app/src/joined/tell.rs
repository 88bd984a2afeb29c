//! Tells `watch` what happens at a joined master, in order.
//!
//! A task of its own for each master: what has to be read for a build that may matter delays nothing that is shown,
//! and no other master.

use super::Around;
use super::absent::Absent;
use super::called::Called;
use super::ended;
use super::member::Member;
use super::translate;
use crate::service::clock::now;
use client::picture::{Finished, Reset, Running};
use model::{BuildId, BuildSetId, BuilderId, WorkerId};
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use tokio::sync::mpsc;
use watch::{BuildKey, BuilderKey, FinishedBuild, Happening};

/// What waits to be told of one master. When more comes, what is read of builds is left out first.
pub(super) const WAITING: usize = 1024;

/// While more than this waits, nothing is read.
const HURRY: usize = 12;

/// Builds of which something is read after a time without a connection.
const LOOKED_INTO: usize = 12;

/// Sets whose end was told, in case that one of their builds is told late.
const OVER: usize = 64;

/// What is to be told.
#[derive(Debug)]
pub(super) enum Telling {
    /// How the master can be heard.
    Link,
    /// Everything was read afresh.
    Reset(Box<Reset>),
    /// Builders came, went or changed.
    Builders,
    /// Other requests wait.
    Waiting,
    /// A build set is over.
    SetOver(BuildSetId),
    /// Workers came, went or changed.
    Workers,
    /// A worker is away for too long.
    Missing(WorkerId),
    /// The last builds of a builder are known.
    History(BuilderId),
    /// A build began.
    Started(Box<Running>),
    /// A build is over.
    Finished(Box<Finished>),
    /// A build is gone without an end.
    Gone(BuildId),
}

pub(super) struct Teller {
    /// As it was called when something was to be told last.
    pub member: Arc<Member>,
    pub called: Called,
    pub around: Around,
    /// Builds that were told to run: for those that vanish.
    pub running: BTreeMap<BuildId, Running>,
    /// Sets whose end was told lately.
    pub over: VecDeque<BuildSetId>,
    pub absent: Absent,
}

impl Teller {
    pub async fn run(mut self, mut tellings: mpsc::Receiver<Telling>) {
        while let Some(telling) = tellings.recv().await {
            let hurry = tellings.len() > HURRY;
            self.tell(telling, hurry).await;
        }
    }

    async fn tell(&mut self, telling: Telling, hurry: bool) {
        self.member = self.called.now().await;
        match telling {
            Telling::Link => self.apply(|member| translate::master(member, now())).await,
            Telling::Builders => self.apply(translate::builders).await,
            Telling::Waiting => self.apply(translate::waiting).await,
            Telling::SetOver(set) => self.set_over(set).await,
            Telling::Workers => self.workers(Some(now())).await,
            Telling::Missing(worker) => self.missing(worker).await,
            Telling::Reset(reset) => self.reset(*reset).await,
            Telling::History(builder) => self.history(&[builder]).await,
            Telling::Started(build) => {
                self.apply(|member| translate::started(member, &build)).await;
                self.running.insert(build.build, *build);
            }
            Telling::Finished(build) => {
                self.running.remove(&build.build);
                let told = self.finished(&build, hurry).await;
                let late = told.build_set.filter(|set| self.over.contains(set));
                self.tell_finished(told).await;
                if let Some(set) = late {
                    self.end_set(set).await;
                }
            }
            Telling::Gone(build) => self.gone(build).await,
        }
    }

    /// Tells something under the key that the master has at that moment.
    async fn apply(&self, happening: impl FnOnce(&Member) -> Happening) {
        let member = self.called.held().await;
        self.around.watching.apply(happening(&member)).await;
    }

    /// Reading took its time: the build may be of a master that is called otherwise by now.
    async fn tell_finished(&self, build: FinishedBuild) {
        let told = |member: &Member| Happening::Finished(Box::new(translate::under(&member.key, build)));
        self.apply(told).await;
    }

    async fn set_over(&mut self, set: BuildSetId) {
        if self.over.len() >= OVER {
            self.over.pop_front();
        }
        self.over.push_back(set);
        self.end_set(set).await;
    }

    /// Most sets end without anybody who waits for it.
    async fn end_set(&self, set: BuildSetId) {
        let member = self.called.held().await;
        let (watching, master) = (&self.around.watching, member.key.clone());
        if watching.awaits_end_of(&master, set) {
            watching.apply(Happening::SetOver { master, set }).await;
        }
    }

    /// Those who were missing may be back.
    async fn workers(&mut self, at: Option<model::Time>) {
        self.member.joined.with(|picture| self.absent.look(picture, at));
        let member = self.called.held().await;
        let watching = &self.around.watching;
        let missing = watching.missing_of(&member.key);
        for worker in missing.into_iter().filter(|worker| !self.absent.is_away(*worker)) {
            let master = member.key.clone();
            watching.apply(Happening::WorkerBack { master, worker }).await;
        }
    }

    async fn missing(&mut self, worker: WorkerId) {
        let name = |picture: &client::Picture| picture.worker_of(worker).map(|worker| worker.name.to_string());
        let Some(name) = self.member.joined.with(name) else {
            return;
        };
        let since = self.absent.since(worker);
        self.apply(|member| Happening::WorkerMissing {
            master: member.key.clone(),
            worker,
            name,
            since,
        })
        .await;
        // It may be back already.
        self.workers(Some(now())).await;
    }

    /// A build that is over, with what is worth reading of it.
    async fn finished(&self, build: &Finished, hurry: bool) -> FinishedBuild {
        let mut told = self
            .member
            .joined
            .with(|picture| translate::finished(&self.member, picture, build));
        if !hurry && self.matters(build) {
            ended::read(&self.member, build.request(), &mut told).await;
            if told.patched {
                self.member.joined.note_patched(build.builder, build.build);
            }
        }
        if told.changes.is_empty() {
            told.changes = self.known_changes(build);
        }
        told
    }

    /// It turned its builder red or green, or is the person's and red.
    fn matters(&self, build: &Finished) -> bool {
        let red = build.results.is_some_and(|results| results.is_red());
        let mine = || {
            build
                .about
                .owners
                .iter()
                .any(|owner| self.around.is_me(&self.member.key, owner))
        };
        let turned = self.member.joined.with(|picture| {
            let builder = picture.builder_of(build.builder);
            builder.is_none_or(|builder| translate::turned(builder, build))
        });
        turned || (red && mine())
    }

    /// The change that has the build's revision, where nothing was read.
    fn known_changes(&self, build: &Finished) -> Vec<watch::Suspect> {
        let Some(revision) = &build.about.revision else {
            return Vec::new();
        };
        self.member.joined.with(|picture| {
            let of_it = picture
                .changes()
                .filter(|change| change.revision.as_ref() == Some(revision));
            of_it
                .map(|change| watch::Suspect {
                    change: change.id,
                    author: change.author.to_string(),
                    revision: change.revision.as_ref().map(|revision| revision.to_string()),
                    branch: change.branch.as_ref().map(|branch| branch.to_string()),
                    repository: change.repository.to_string(),
                    comments: change.title.to_string(),
                })
                .collect()
        })
    }

    async fn reset(&mut self, reset: Reset) {
        if reset.renewed {
            // Ids mean other things now: what was known of them is of other builders.
            self.apply(|member| Happening::MasterGone(member.key.clone())).await;
        }
        self.apply(|member| translate::master(member, now())).await;
        self.apply(translate::builders).await;
        self.missed(&reset.unseen).await;
        let ids: Vec<BuilderId> = self.member.joined.with(|picture| {
            let shown = picture.builders().filter(|builder| builder.is_configured());
            shown.map(|builder| builder.id).collect()
        });
        self.history(&ids).await;
        self.apply(translate::waiting).await;
        let running: Vec<Running> = self.member.joined.with(|picture| picture.running().cloned().collect());
        self.vanished(&running).await;
        for build in &running {
            self.apply(|member| translate::started(member, build)).await;
        }
        self.running = running.into_iter().map(|build| (build.build, build)).collect();
        self.workers(None).await;
        if let Some(sets) = reset.build_sets {
            let under_way = sets.into_iter().collect();
            self.apply(|member| Happening::BuildSets {
                master: member.key.clone(),
                under_way,
            })
            .await;
        }
    }

    /// What ended while nobody listened, as one.
    async fn missed(&mut self, unseen: &[Finished]) {
        if unseen.is_empty() {
            return;
        }
        let mut builds = Vec::with_capacity(unseen.len());
        let mut read = 0;
        for build in unseen {
            self.running.remove(&build.build);
            read += usize::from(self.matters(build));
            builds.push(self.finished(build, read > LOOKED_INTO).await);
        }
        self.apply(|member| Happening::Missed {
            master: member.key.clone(),
            builds: builds
                .into_iter()
                .map(|build| translate::under(&member.key, build))
                .collect(),
        })
        .await;
    }

    /// What the last builds say of builders. `watch` counts each once, and is quiet about what is long over.
    async fn history(&self, builders: &[BuilderId]) {
        let told: Vec<FinishedBuild> = self.member.joined.with(|picture| {
            let builders = builders.iter().filter_map(|id| picture.builder_of(*id));
            let builds = builders
                .filter(|builder| builder.is_configured())
                .flat_map(translate::telling);
            builds
                .map(|build| translate::finished(&self.member, picture, build))
                .collect()
        });
        for build in told {
            self.tell_finished(build).await;
        }
    }

    /// Builds that were told to run and do not.
    async fn vanished(&mut self, running: &[Running]) {
        let gone: Vec<BuildId> = self
            .running
            .keys()
            .filter(|id| !running.iter().any(|build| build.build == **id))
            .copied()
            .collect();
        for build in gone {
            self.gone(build).await;
        }
    }

    /// A build that vanished is over, without a result that says anything.
    async fn gone(&mut self, build: BuildId) {
        let Some(ran) = self.running.remove(&build) else { return };
        let key = &self.member.key;
        let told = FinishedBuild {
            build: BuildKey::new(key, build),
            builder: BuilderKey::new(key, ran.builder),
            number: ran.number,
            results: model::Results::Exception,
            started_at: self.member.ours(ran.started_at),
            complete_at: now(),
            failed: None,
            changes: Vec::new(),
            owners: Vec::new(),
            reason: String::new(),
            build_set: None,
            rebuilt: false,
            branches: Vec::new(),
            tree: None,
            patched: false,
        };
        self.tell_finished(told).await;
    }
}
