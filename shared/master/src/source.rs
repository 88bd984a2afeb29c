//! The change sources of the configuration: each runs in a task of its own and delivers what it sees.

use crate::catalog::{Catalog, name_of};
use crate::clock::Clock;
use crate::intake::{Deliveries, Delivery};
use crate::state::SourceState;
use model::config::{ChangeSourceConfig, GitPoller};
use model::{ChangeSourceId, Json, NewChange};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use store::{Store, StoreError, change_sources};
use tokio::sync::{mpsc, oneshot, watch};
use tokio_util::sync::{CancellationToken, DropGuard};
use vcs::git::{Batch, Mode, Report, SourceStatus, Watch};

/// So long after changes could not be stored it is tried again.
const AGAIN: Duration = Duration::from_secs(2);

/// So long a new configuration waits at most for the first looks at its new local repositories. A disk that sleeps takes
/// so long, and one that does not answer must not hold up the rest.
const FIRST_LOOK: Duration = Duration::from_secs(5);

/// All sources that run.
pub struct Sources {
    surroundings: Surroundings,
    running: BTreeMap<ChangeSourceId, Running>,
}

/// What every source needs.
#[derive(Clone)]
pub struct Surroundings {
    /// Where sources remember.
    pub store: Store,
    /// Where changes go.
    pub deliveries: Deliveries,
    /// Folder for copies of remote repositories.
    pub cache: PathBuf,
    /// For waiting.
    pub clock: Arc<dyn Clock>,
    /// Told when a source gets into trouble or out of it.
    pub troubles: watch::Sender<()>,
}

/// The first looks at repositories that were not watched before: what is committed after them is a change.
#[derive(Default)]
pub struct FirstLooks(Vec<watch::Receiver<bool>>);

impl FirstLooks {
    /// Waits for all that come soon. A remote repository is not waited for: it may be slow, or far.
    pub async fn taken(mut self) {
        let all = async {
            for look in &mut self.0 {
                // An error says that the source is gone already.
                let _ = look.wait_for(|taken| *taken).await;
            }
        };
        let _ = tokio::time::timeout(FIRST_LOOK, all).await;
    }
}

struct Running {
    config: ChangeSourceConfig,
    state: Shared,
    polls: mpsc::Sender<()>,
    first_look: watch::Receiver<bool>,
    /// Ends the task when dropped.
    _end: DropGuard,
}

#[derive(Clone, Default)]
struct Shared(Arc<Mutex<SourceState>>);

impl Shared {
    fn lock(&self) -> MutexGuard<'_, SourceState> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Sources {
    /// None yet.
    pub fn new(surroundings: Surroundings) -> Sources {
        Sources {
            surroundings,
            running: BTreeMap::new(),
        }
    }

    /// Runs exactly the sources of `catalog`; those whose settings are the same go on. Gives the first looks of the others.
    pub fn follow(&mut self, catalog: &Catalog) -> FirstLooks {
        let wanted = |id: &ChangeSourceId| catalog.change_sources.iter().find(|(other, _)| other == id);
        self.running
            .retain(|id, running| wanted(id).is_some_and(|(_, config)| *config == running.config));
        // One that is gone may have been in trouble.
        self.surroundings.troubles.send_replace(());
        let mut first_looks = FirstLooks::default();
        for (id, config) in &catalog.change_sources {
            if !self.running.contains_key(id) {
                let running = start(self.surroundings.clone(), *id, config.clone());
                first_looks.0.push(running.first_look.clone());
                self.running.insert(*id, running);
            }
        }
        first_looks
    }

    /// Ends all of them.
    pub fn stop(&mut self) {
        self.running.clear();
    }

    /// Has all of them look now.
    pub fn poll_now(&self) {
        for running in self.running.values() {
            // A poll that is asked for already is enough.
            let _ = running.polls.try_send(());
        }
    }

    /// How they fare, by id.
    pub fn states(&self) -> Vec<SourceState> {
        self.running
            .values()
            .map(|running| running.state.lock().clone())
            .collect()
    }
}

fn start(surroundings: Surroundings, id: ChangeSourceId, config: ChangeSourceConfig) -> Running {
    let state = Shared::default();
    state.lock().name = name_of(&config).to_owned();
    state.lock().mode = "starting".to_owned();
    let end = CancellationToken::new();
    let (polls, asked) = mpsc::channel(1);
    let ChangeSourceConfig::Git(git) = config.clone();
    let (looked, first_look) = watch::channel(!vcs::git::is_local(&git.repourl));
    let task = Task {
        surroundings,
        id,
        state: state.clone(),
        asked,
        looked,
    };
    let ended = end.clone();
    tokio::spawn(async move {
        tokio::select! {
            () = task.run(git) => {}
            () = ended.cancelled() => {}
        }
    });
    Running {
        config,
        state,
        polls,
        first_look,
        _end: end.drop_guard(),
    }
}

struct Task {
    surroundings: Surroundings,
    id: ChangeSourceId,
    state: Shared,
    asked: mpsc::Receiver<()>,
    /// Whether there was a first look, or none is to be waited for.
    looked: watch::Sender<bool>,
}

impl Task {
    async fn run(mut self, git: GitPoller) {
        let id = self.id;
        let remembered = loop {
            match self
                .surroundings
                .store
                .read(move |c| change_sources::get_state(c, id))
                .await
            {
                Ok(state) => break state,
                Err(StoreError::Gone) => return,
                Err(error) => self.failed(error.to_string()).await,
            }
        };
        let cache = self.surroundings.cache.join(id.to_string());
        let (handle, mut reports) = Watch::start(git, remembered, cache);
        loop {
            let report = tokio::select! {
                report = reports.recv() => report,
                Some(()) = self.asked.recv() => {
                    handle.poll_now();
                    continue;
                }
            };
            match report {
                Some(Report::Batch(batch)) => self.deliver(batch).await,
                Some(Report::Status(_)) => {}
                None => return,
            }
            self.note(&handle.status());
            // A look ends with a status that is not the first; what it found was delivered before.
            if handle.status().mode != Mode::Starting {
                self.looked.send_replace(true);
            }
        }
    }

    /// Delivers a batch; again and again until it is stored, since the watch will not tell it twice.
    async fn deliver(&mut self, batch: Batch) {
        for note in &batch.notes {
            tracing::info!(
                source = self.state.lock().name,
                note,
                "a change source left something out"
            );
        }
        let count = batch.changes.len() as u64;
        loop {
            match self.try_to_deliver(batch.changes.clone(), batch.state.clone()).await {
                Ok(()) => break,
                Err(StoreError::Gone) => return std::future::pending().await,
                Err(error) => self.failed(error.to_string()).await,
            }
        }
        self.state.lock().changes += count;
    }

    async fn try_to_deliver(&self, changes: Vec<NewChange>, state: Json) -> Result<(), StoreError> {
        let (reply, kept) = oneshot::channel();
        let delivery = Delivery::New {
            changes,
            source: Some((self.id, state)),
            reply,
        };
        self.surroundings
            .deliveries
            .send(delivery)
            .await
            .map_err(|_| StoreError::Gone)?;
        kept.await.map_err(|_| StoreError::Gone)?.map(drop)
    }

    async fn failed(&self, error: String) {
        self.tell(|state| state.error = Some(error));
        let clock = &self.surroundings.clock;
        clock.sleep_until(clock.uptime() + AGAIN).await;
    }

    fn note(&self, status: &SourceStatus) {
        let (mode, error) = match &status.mode {
            Mode::Starting => ("starting".to_owned(), None),
            Mode::Watching => ("watching".to_owned(), None),
            Mode::Polling { every, why } => (format!("polling every {every} s: {why}"), None),
            Mode::Failed { reason } => ("failed".to_owned(), Some(reason.clone())),
        };
        self.tell(|state| {
            state.last_contact = status.last_contact.or(state.last_contact);
            (state.mode, state.error) = (mode, error);
        });
    }

    /// Changes the state, and wakes those who show troubles when that is one or ends one.
    fn tell(&self, change: impl FnOnce(&mut SourceState)) {
        let mut state = self.state.lock();
        let before = state.error.clone();
        change(&mut state);
        if state.error != before {
            self.surroundings.troubles.send_replace(());
        }
    }
}
