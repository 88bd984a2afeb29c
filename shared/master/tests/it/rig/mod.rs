//! What every test needs.

pub mod clock;
pub mod config;
pub mod script;
pub mod working;

pub use config::*;
pub use script::Script;

use clock::FakeClock;
use master::{Events, ForceRequest, Master, Requested, Setup, Shutdown};
use model::config::MasterConfig;
use model::event::{BuildVerb, LogVerb, RequestVerb};
use model::{Build, BuildId, Event, Json, Log, Properties, RequestId, Results, Step};
use serde_json::json;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use store::{Store, builds, logs, steps};

/// Longer than anything takes, shorter than a person waits.
const PATIENCE: Duration = Duration::from_secs(30);

/// A master in a folder of its own.
pub struct Rig {
    pub master: Master,
    pub events: Events,
    pub clock: Arc<FakeClock>,
    folder: PathBuf,
    _temporary: Option<tempfile::TempDir>,
}

/// Gives `future` time, but not for ever.
pub async fn soon<T>(what: &str, future: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, future)
        .await
        .unwrap_or_else(|_| panic!("{what} did not happen"))
}

impl Rig {
    /// A master with `config`.
    pub async fn start(config: MasterConfig) -> Rig {
        let temporary = tempfile::tempdir().expect("a temporary folder");
        let mut rig = Rig::open(temporary.path(), config, |_| ()).await;
        rig._temporary = Some(temporary);
        rig
    }

    /// A master on what is in `folder`, with some of its setup changed.
    pub async fn open(folder: &Path, config: MasterConfig, change: impl FnOnce(&mut Setup)) -> Rig {
        let store = Store::open(&folder.join("state.sqlite")).expect("the store opens");
        let clock = Arc::new(FakeClock::default());
        let mut setup = Setup::new(store, config, "test:here", folder.join("cache"));
        setup.clock = clock.clone();
        change(&mut setup);
        let master = Master::start(setup).await.expect("the master starts");
        let events = master.subscribe();
        Rig {
            master,
            events,
            clock,
            folder: folder.to_owned(),
            _temporary: None,
        }
    }

    /// Ends as a crash does, then starts again on the same store.
    pub async fn crash(self, config: MasterConfig) -> Rig {
        let Rig {
            master,
            events,
            folder,
            _temporary,
            ..
        } = self;
        let store = master.store().clone();
        drop((master, events));
        store.close().await;
        let mut rig = Rig::open(&folder, config, |_| ()).await;
        rig._temporary = _temporary;
        rig
    }

    pub async fn shut_down(&self, how: Shutdown) {
        soon("the shutdown", self.master.shutdown(how)).await;
    }

    /// The first event that `wanted` makes something of.
    pub async fn until<T>(&mut self, what: &str, wanted: impl Fn(&Event) -> Option<T>) -> T {
        soon(what, async {
            loop {
                let event = self.events.next().await.expect("events go on");
                if let Some(found) = wanted(&event) {
                    return found;
                }
            }
        })
        .await
    }

    /// All events up to the first that `last` accepts, that one included.
    pub async fn all_until(&mut self, what: &str, last: impl Fn(&Event) -> bool) -> Vec<Event> {
        let mut all = Vec::new();
        soon(what, async {
            loop {
                let event = Event::clone(&*self.events.next().await.expect("events go on"));
                let is_last = last(&event);
                all.push(event);
                if is_last {
                    return;
                }
            }
        })
        .await;
        all
    }

    pub async fn finished(&mut self) -> Build {
        self.until("a finished build", |event| match event {
            Event::Build(BuildVerb::Finished, build) => Some(build.clone()),
            _ => None,
        })
        .await
    }

    pub async fn started(&mut self) -> Build {
        self.until("a new build", |event| match event {
            Event::Build(BuildVerb::New, build) => Some(build.clone()),
            _ => None,
        })
        .await
    }

    pub async fn request_is(&mut self, verb: RequestVerb, id: RequestId) {
        self.until("a request's event", |event| match event {
            Event::Request(is, request) if *is == verb && request.id == id => Some(()),
            _ => None,
        })
        .await;
    }

    /// The first log of a step that is called `step`, when it begins.
    pub async fn log_begins(&mut self) -> Log {
        self.until("a log", |event| match event {
            Event::Log(LogVerb::New, log) => Some(log.clone()),
            _ => None,
        })
        .await
    }

    /// Forces one builder.
    pub async fn force(&self, builder: &str) -> Requested {
        self.force_with(builder, json!({})).await
    }

    pub async fn force_with(&self, builder: &str, params: Json) -> Requested {
        let mut all = serde_json::Map::new();
        all.insert("builderNames".to_owned(), json!([builder]));
        all.extend(params.as_object().cloned().unwrap_or_default());
        let request = ForceRequest {
            scheduler: "force".to_owned(),
            owner: "ada".to_owned(),
            params: all,
        };
        soon("a force", self.master.force(request))
            .await
            .expect("the force is accepted")
    }

    /// Forces a builder and waits for its build's end.
    pub async fn build(&mut self, builder: &str) -> Build {
        self.force(builder).await;
        self.finished().await
    }

    pub async fn steps(&self, build: BuildId) -> Vec<Step> {
        self.master
            .store()
            .read(move |c| steps::of_build(c, build))
            .await
            .expect("steps are read")
    }

    /// Name, results and text of each step.
    pub async fn told_steps(&self, build: BuildId) -> Vec<(String, Option<Results>, String)> {
        let steps = self.steps(build).await;
        steps
            .into_iter()
            .map(|step| (step.name, step.results, step.state_string))
            .collect()
    }

    pub async fn properties(&self, build: BuildId) -> Properties {
        self.master
            .store()
            .read(move |c| builds::properties(c, build))
            .await
            .expect("properties are read")
    }

    /// The content of a log, as REST shows it.
    pub async fn log(&self, build: BuildId, step: &str, name: &str) -> String {
        let (step, name) = (step.to_owned(), name.to_owned());
        let log = self
            .master
            .store()
            .read(move |c| {
                let step = steps::by_name(c, build, &step)?.expect("the step is there");
                logs::of_step(c, step.id)
            })
            .await
            .expect("logs are read");
        let log = log
            .into_iter()
            .find(|log| log.name == name)
            .unwrap_or_else(|| panic!("no log {name}"));
        assert!(log.complete, "the log is complete");
        self.master
            .store()
            .logs()
            .lines(log.id, 0, i64::MAX)
            .await
            .expect("lines are read")
            .content
    }
}

/// The results of a finished build.
pub fn results(build: &Build) -> Results {
    build.results.expect("the build is over")
}
