//! The handle to a master that runs.

use crate::build::context::Context;
use crate::catalog::{Catalog, Diff};
use crate::engine::message::{Message, Requested, Shutdown, WorkerOrder};
use crate::engine::start::{Started, start};
use crate::error::{AttachError, ControlError, StartError};
use crate::events::Events;
use crate::intake::{Delivery, judgements};
use crate::scheduler::force::{self, Builders, Params};
use crate::scheduler::verdict::Verdict;
use crate::setup::Setup;
use crate::state::State;
use crate::worker::{Origin, attach};
use model::config::{ForceScheduler, MasterConfig, SchedulerKind};
use model::{BuildId, BuilderId, ChangeId, Json, NewBuildSet, NewChange, RequestId, SchedulerId};
use std::sync::Arc;
use std::time::Duration;
use store::{Store, StoreError, build_requests, build_sets, builds, changes, workers};
use tokio::sync::oneshot;
use tokio_util::sync::DropGuard;
use wire::worker::link::End;

/// A worker of the same name that does not answer within this is dead.
const DUPLICATE_PATIENCE: Duration = Duration::from_secs(10);

/// A running master. Cheap to clone; when the last clone is dropped without [`Master::shutdown`], everything ends at
/// once, as in a crash, and the next start recovers.
#[derive(Clone)]
pub struct Master {
    inner: Arc<Inner>,
}

struct Inner {
    store: Store,
    started: Started,
    _end: DropGuard,
}

/// Builds that a person asks for by a form (`rest-v2` §9).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ForceRequest {
    /// Name of the force scheduler.
    pub scheduler: String,
    /// Who is logged in; empty or `anonymous` for nobody.
    pub owner: String,
    /// The form's values by full name, and `builderid` or `builderNames`.
    pub params: Params,
}

impl Master {
    /// Starts a master: recovers from a crash, takes the configuration into the store and begins to work.
    pub async fn start(setup: Setup) -> Result<Master, StartError> {
        let store = setup.store.clone();
        let started = start(setup).await?;
        let end = started.closed.clone().drop_guard();
        Ok(Master {
            inner: Arc::new(Inner {
                store,
                started,
                _end: end,
            }),
        })
    }

    /// What happens from now on. A listener that does not read fast enough is let go.
    pub fn subscribe(&self) -> Events {
        self.inner.started.publisher.subscribe()
    }

    /// The store; what is read there is never newer than the events.
    pub fn store(&self) -> &Store {
        &self.inner.store
    }

    /// The configuration in force.
    pub fn config(&self) -> Arc<MasterConfig> {
        self.catalog().config.clone()
    }

    /// The configuration in force with the ids of its names.
    pub fn catalog(&self) -> Arc<Catalog> {
        self.inner.started.catalog.borrow().clone()
    }

    /// The configuration in force, and each change of it.
    pub fn catalogs(&self) -> tokio::sync::watch::Receiver<Arc<Catalog>> {
        self.inner.started.catalog.clone()
    }

    /// What the master is doing now.
    pub async fn state(&self) -> State {
        let (reply, state) = oneshot::channel();
        self.send(Message::State(reply));
        state.await.unwrap_or_else(|_| State {
            shutting_down: true,
            ..State::default()
        })
    }

    /// Wakes when what [`Master::state`] tells of the faults of change sources, or of its own, has changed.
    pub fn troubles(&self) -> tokio::sync::watch::Receiver<()> {
        self.inner.started.troubles.clone()
    }

    /// Where events are told that no engine decides.
    pub(crate) fn publisher(&self) -> &crate::events::Publisher {
        &self.inner.started.publisher
    }

    fn send(&self, message: Message) {
        // When the engine has ended, the message is dropped with its reply, and that tells the caller.
        let _ = self.inner.started.sender.send(message);
    }

    pub(crate) async fn ask<T>(
        &self,
        message: impl FnOnce(oneshot::Sender<Result<T, ControlError>>) -> Message,
    ) -> Result<T, ControlError> {
        let (reply, answer) = oneshot::channel();
        self.send(message(reply));
        answer.await.unwrap_or(Err(ControlError::Stopped))
    }

    /// Asks for builds by a form. Resolves when the request is durable.
    pub async fn force(&self, request: ForceRequest) -> Result<Requested, ControlError> {
        let catalog = self.catalog();
        let unknown = || ControlError::Unknown {
            what: "force scheduler",
            name: request.scheduler.clone(),
        };
        let entry = catalog.scheduler(&request.scheduler).ok_or_else(unknown)?;
        let SchedulerKind::Force(form) = &entry.config.kind else {
            return Err(unknown());
        };
        let form: &ForceScheduler = form;
        let builders = chosen_builders(&catalog, &entry.config.builders, &request)?;
        let mut set =
            force::requested(&entry.config, form, &request.owner, &request.params).map_err(ControlError::Form)?;
        set.builders = builders;
        let scheduler = Some(entry.id);
        self.ask(|reply| Message::AddSet {
            set: Box::new(set),
            scheduler,
            reply,
        })
        .await
    }

    /// Asks for a build like that one: same trees, patch and properties (B-067). Where the trees name no revision, its
    /// source steps get what the first build found (S-022).
    pub async fn rebuild(&self, build: BuildId) -> Result<Requested, ControlError> {
        let read = self.inner.store.read(move |c| {
            let Some(row) = builds::get(c, build)? else {
                return Ok(None);
            };
            let Some(request) = build_requests::get(c, row.request)? else {
                return Ok(None);
            };
            let Some(set) = build_sets::get(c, request.build_set)? else {
                return Ok(None);
            };
            let properties = build_sets::properties(c, set.id)?;
            let changes = changes::for_build(c, build)?;
            Ok(Some((row, request, set, properties, changes)))
        });
        let unknown = ControlError::Unknown {
            what: "build",
            name: build.to_string(),
        };
        let (row, request, set, properties, changes) = read.await?.ok_or(unknown)?;
        if self.catalog().builder(row.builder).is_none() {
            return Err(ControlError::Removed(self.builder_name(row.builder).await));
        }
        let set = NewBuildSet {
            scheduler: set.scheduler,
            source_stamps: set.source_stamps.into_iter().map(|stamp| stamp.new).collect(),
            reason: "rebuild".to_owned(),
            external_id: None,
            properties,
            builders: vec![row.builder],
            priority: request.priority,
            rebuilt_build: Some(build),
            changes: changes.iter().map(|change| change.id).collect(),
        };
        self.ask(|reply| Message::AddSet {
            set: Box::new(set),
            scheduler: None,
            reply,
        })
        .await
    }

    async fn builder_name(&self, id: BuilderId) -> String {
        let row = self.inner.store.read(move |c| store::builders::get(c, id)).await;
        row.ok().flatten().map_or_else(|| id.to_string(), |row| row.name)
    }

    /// Asks for a set that somebody else has made up; its builders must be filled in.
    pub async fn add_build_set(&self, set: NewBuildSet) -> Result<Requested, ControlError> {
        self.ask(|reply| Message::AddSet {
            set: Box::new(set),
            scheduler: None,
            reply,
        })
        .await
    }

    /// Stops a build under way; it ends as cancelled. Resolves at once, not when it has ended.
    pub async fn stop_build(&self, build: BuildId, reason: Option<String>) -> Result<(), ControlError> {
        self.ask(|reply| Message::StopBuild(build, reason, reply)).await
    }

    /// Cancels a request: one that waits is complete, the build of another is stopped.
    pub async fn cancel_request(&self, request: RequestId, reason: Option<String>) -> Result<(), ControlError> {
        self.ask(|reply| Message::CancelRequest(request, reason, reply)).await
    }

    /// Lets a request that waits be built sooner, with a higher priority, or later.
    pub async fn set_priority(&self, request: RequestId, priority: i64) -> Result<(), ControlError> {
        self.ask(|reply| Message::SetPriority(request, priority, reply)).await
    }

    /// Switches a scheduler on or off.
    pub async fn set_scheduler_enabled(&self, scheduler: SchedulerId, enabled: bool) -> Result<(), ControlError> {
        self.ask(|reply| Message::EnableScheduler(scheduler, enabled, reply))
            .await
    }

    /// Pauses a worker and the like.
    pub async fn order_worker(
        &self,
        worker: &str,
        order: WorkerOrder,
        reason: Option<String>,
    ) -> Result<(), ControlError> {
        self.ask(|reply| Message::OrderWorker(worker.to_owned(), order, reason, reply))
            .await
    }

    /// Takes a change in. Resolves when it is durable.
    pub async fn add_change(&self, change: NewChange) -> Result<ChangeId, ControlError> {
        let ids = self.add_changes(vec![change]).await?;
        ids.first().copied().ok_or(ControlError::Stopped)
    }

    /// Takes changes in, oldest first, all or none.
    pub async fn add_changes(&self, changes: Vec<NewChange>) -> Result<Vec<ChangeId>, ControlError> {
        let (reply, kept) = oneshot::channel();
        let delivery = Delivery::New {
            changes,
            source: None,
            reply,
        };
        let sent = self.inner.started.deliveries.send(delivery).await;
        sent.map_err(|_| ControlError::Stopped)?;
        match kept.await {
            Ok(kept) => Ok(kept?),
            Err(_) => Err(ControlError::Stopped),
        }
    }

    /// Why each scheduler builds a change, or does not.
    pub async fn verdicts(&self, change: ChangeId) -> Result<Vec<Verdict>, ControlError> {
        let row = self.inner.store.read(move |c| changes::get(c, change)).await?;
        let row = row.ok_or_else(|| ControlError::Unknown {
            what: "change",
            name: change.to_string(),
        })?;
        let mut judged = judgements(self.catalog(), vec![Arc::new(row)]).await;
        let (reply, verdicts) = oneshot::channel();
        self.send(Message::Verdicts(change, judged.pop().unwrap_or_default(), reply));
        verdicts.await.map_err(|_| ControlError::Stopped)
    }

    /// Has all change sources look now.
    pub fn poll_change_sources(&self) {
        self.send(Message::PollSources);
    }

    /// Serves another configuration. Builds under way keep theirs. Resolves when it is in force and local repositories
    /// that are new in it were looked at, so that a later commit there is a change.
    pub async fn reconfigure(&self, config: MasterConfig) -> Result<Diff, ControlError> {
        self.ask(|reply| Message::Reconfigure(Box::new(config), reply)).await
    }

    /// Attaches the worker of this process at `end`. Resolves when it may build; afterwards it is the master's until the
    /// link ends.
    pub async fn attach_worker(&self, name: &str, end: End) -> Result<(), AttachError> {
        self.attach(name, None, end).await
    }

    /// As [`Master::attach_worker`], for a worker that came over a network and whose password was right.
    pub async fn attach_remote_worker(&self, name: &str, origin: Origin, end: End) -> Result<(), AttachError> {
        self.attach(name, Some(origin), end).await
    }

    /// The password that a worker of another machine must have; `None` when there is none of this name.
    ///
    /// The error is one sentence that says why it cannot be read. May take long, for example while a key ring waits for
    /// a person.
    pub async fn worker_password(&self, name: &str) -> Result<Option<String>, String> {
        let catalog = self.catalog();
        let Some((_, config)) = catalog.worker(name).filter(|(_, config)| !config.local) else {
            return Ok(None);
        };
        let Some(password) = &config.password else {
            return Ok(None);
        };
        match Context::outside(self.inner.started.secrets.clone())
            .render(password)
            .await?
        {
            Json::String(password) => Ok(Some(password)),
            _ => Err("it is no text".to_owned()),
        }
    }

    /// Where secrets come from.
    pub(crate) fn secrets(&self) -> Arc<dyn crate::secrets::Secrets> {
        self.inner.started.secrets.clone()
    }

    async fn attach(&self, name: &str, origin: Option<Origin>, end: End) -> Result<(), AttachError> {
        let (reply, arrival) = oneshot::channel();
        self.send(Message::Arrives(name.to_owned(), reply));
        let arrival = arrival.await.map_err(|_| AttachError::Stopped)??;
        if let Some(present) = arrival.present {
            let clock = &self.inner.started.clock;
            let answers = tokio::select! {
                answer = present.print("master got a duplicate connection") => answer.is_ok(),
                () = clock.sleep_until(clock.uptime() + DUPLICATE_PATIENCE) => false,
            };
            if answers {
                return Err(AttachError::Duplicate(name.to_owned()));
            }
            present.drop_link();
        }
        let (notices, told) = oneshot::channel::<crate::worker::Connection>();
        let engine = self.inner.started.sender.clone();
        let connection = attach(name, origin, end, arrival.builders, forward(engine, told)).await?;
        // Whoever stops waiting here leaves no link behind that nobody knows of.
        let unless_attached = connection.closed().clone().drop_guard();
        // The notices need the connection that they are about.
        let _ = notices.send(connection.clone());
        let row = self.store_worker(name, connection.info().clone()).await;
        let row = match row {
            Ok(Some(row)) => row,
            Ok(None) => return Err(AttachError::Unknown(name.to_owned())),
            Err(error) => return Err(error.into()),
        };
        let (reply, attached) = oneshot::channel();
        self.send(Message::Attached(row, connection, reply));
        attached.await.unwrap_or(Err(AttachError::Stopped))?;
        unless_attached.disarm();
        Ok(())
    }

    async fn store_worker(&self, name: &str, info: Json) -> Result<Option<model::Worker>, StoreError> {
        let name = name.to_owned();
        let told = |key: &str| info.get(key).cloned().unwrap_or(Json::Null);
        let kept: serde_json::Map<String, Json> = ["admin", "host", "access_uri", "version"]
            .map(|key| (key.to_owned(), told(key)))
            .into_iter()
            .collect();
        let written = self.inner.store.write(move |c| {
            let Some(worker) = workers::by_name(c, &name)? else {
                return Ok(None);
            };
            workers::connect(c, worker.id, &Json::Object(kept))?;
            workers::set_graceful(c, worker.id, false)?;
            workers::get(c, worker.id)
        });
        written.await
    }

    /// Ends the master. Resolves when nothing is under way any more and all is stored; the store stays open.
    pub async fn shutdown(&self, how: Shutdown) {
        let (reply, ended) = oneshot::channel();
        self.send(Message::Shutdown(how, reply));
        // Dropped unanswered when it had ended already.
        let _ = ended.await;
    }
}

/// The builders that a force request asks for, among those of its scheduler.
fn chosen_builders(catalog: &Catalog, of: &[String], request: &ForceRequest) -> Result<Vec<BuilderId>, ControlError> {
    let mine: Vec<_> = of
        .iter()
        .filter_map(|name| catalog.builders.iter().find(|entry| entry.config.name == *name))
        .collect();
    let chosen: Vec<BuilderId> = match force::builders(&request.params) {
        Builders::All => mine.iter().map(|entry| entry.id).collect(),
        Builders::Id(id) => {
            let known = catalog.builder(BuilderId(id));
            known.ok_or_else(|| ControlError::Unknown {
                what: "builder",
                name: id.to_string(),
            })?;
            mine.iter()
                .filter(|entry| entry.id.0 == id)
                .map(|entry| entry.id)
                .collect()
        }
        Builders::Named(names) => mine
            .iter()
            .filter(|entry| names.contains(&entry.config.name))
            .map(|entry| entry.id)
            .collect(),
    };
    if chosen.is_empty() {
        return Err(ControlError::NoBuilder {
            scheduler: request.scheduler.clone(),
        });
    }
    Ok(chosen)
}

/// Passes a link's notices on to the engine, as soon as it is known which link it is.
fn forward(
    engine: crate::engine::Sender,
    connection: oneshot::Receiver<crate::worker::Connection>,
) -> impl Fn(crate::worker::Notice) + Send + Sync + 'static {
    let (sender, mut notices) = tokio::sync::mpsc::unbounded_channel();
    tokio::spawn(async move {
        let Ok(connection) = connection.await else { return };
        while let Some(notice) = notices.recv().await {
            let _ = engine.send(Message::Notice(connection.clone(), notice));
        }
    });
    move |notice| {
        let _ = sender.send(notice);
    }
}
