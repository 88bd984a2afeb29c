//! The local workers: they run in this process and speak to the master over an in-memory link.

use app::places::Places;
use master::Master;
use std::collections::BTreeMap;
use std::path::PathBuf;
use tokio::task::{Id, JoinError, JoinHandle, JoinSet};
use tokio_util::sync::CancellationToken;
use tracing::{error, warn};
use wire::worker::link;
use worker::Options;

/// Pause before a worker that was lost is attached again.
const PAUSE: std::time::Duration = std::time::Duration::from_secs(1);

/// Keeps a worker attached for every `LocalWorker` of the configuration.
pub struct Workers {
    stop: CancellationToken,
    keeper: JoinHandle<()>,
}

impl Workers {
    /// Attaches them, and those of later configurations.
    pub fn start(master: &Master, places: &Places, program: PathBuf) -> Workers {
        let stop = CancellationToken::new();
        let keeper = Keeper {
            master: master.clone(),
            basedir: places.builds(),
            program,
            running: BTreeMap::new(),
            tasks: JoinSet::new(),
        };
        Workers {
            keeper: tokio::spawn(keeper.run(stop.clone())),
            stop,
        }
    }

    /// Ends them all; when this returns, nothing that they started is alive.
    pub async fn stop(self) {
        self.stop.cancel();
        if let Err(error) = self.keeper.await {
            error!("the local workers ended badly: {error}");
        }
    }
}

struct Keeper {
    master: Master,
    basedir: PathBuf,
    program: PathBuf,
    /// How to end each at once.
    running: BTreeMap<String, (CancellationToken, Id)>,
    /// Each gives its name when it has ended.
    tasks: JoinSet<String>,
}

impl Keeper {
    async fn run(mut self, stop: CancellationToken) {
        let mut configs = self.master.catalogs();
        loop {
            self.follow_configuration();
            tokio::select! {
                changed = configs.changed() => if changed.is_err() { break },
                Some(ended) = self.tasks.join_next() => self.ended(ended),
                () = stop.cancelled() => break,
            }
        }
        self.running.values().for_each(|(token, _)| token.cancel());
        while self.tasks.join_next().await.is_some() {}
    }

    /// Starts those that are new. One that is gone from the configuration ends by itself, when the master has let it go
    /// after its builds.
    fn follow_configuration(&mut self) {
        let config = self.master.config();
        for worker in config.workers.iter().filter(|worker| worker.local) {
            if self.running.contains_key(&worker.name) {
                continue;
            }
            let token = CancellationToken::new();
            let mut options = Options::new(self.basedir.join(&worker.name), &worker.name);
            options.shim = Some(self.program.clone());
            let task = self
                .tasks
                .spawn(keep_attached(self.master.clone(), options, token.clone()));
            self.running.insert(worker.name.clone(), (token, task.id()));
        }
    }

    fn ended(&mut self, ended: Result<String, JoinError>) {
        match ended {
            Ok(name) => drop(self.running.remove(&name)),
            Err(error) => {
                error!("a local worker broke off: {error}");
                self.running.retain(|_, (_, id)| *id != error.id());
            }
        }
    }
}

/// Attaches one worker, and again when its link is lost, for as long as the configuration has it.
async fn keep_attached(master: Master, options: Options, stop: CancellationToken) -> String {
    let is_wanted = || {
        let catalog = master.catalog();
        catalog.worker(&options.name).is_some_and(|(_, config)| config.local)
    };
    while !stop.is_cancelled() && is_wanted() {
        let (ours, theirs) = link::pair();
        let serving = worker::run(theirs, options.clone());
        tokio::pin!(serving);
        let attached = tokio::select! {
            attached = master.attach_worker(&options.name, ours) => attached,
            _ = &mut serving => continue,
            () = stop.cancelled() => break,
        };
        if let Err(error) = attached {
            warn!("the local worker '{}' is not taken: {error}", options.name);
        } else {
            tokio::select! {
                ended = &mut serving => if is_wanted() {
                    warn!("the local worker '{}' ended: {ended:?}", options.name);
                },
                () = stop.cancelled() => break,
            }
        }
        tokio::select! {
            () = tokio::time::sleep(PAUSE) => {}
            () = stop.cancelled() => break,
        }
    }
    options.name
}
