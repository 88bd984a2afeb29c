//! The local workers: they run in this process and speak to the master over an in-memory link.

use app::places::Places;
use master::Master;
use std::collections::BTreeMap;
use std::path::PathBuf;
use tokio::task::JoinHandle;
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
    running: BTreeMap<String, (CancellationToken, JoinHandle<()>)>,
}

impl Keeper {
    async fn run(mut self, stop: CancellationToken) {
        let mut configs = self.master.catalogs();
        loop {
            self.follow_configuration().await;
            tokio::select! {
                changed = configs.changed() => if changed.is_err() { break },
                () = stop.cancelled() => break,
            }
        }
        for (_, (token, task)) in std::mem::take(&mut self.running) {
            token.cancel();
            drop(task.await);
        }
    }

    async fn follow_configuration(&mut self) {
        let config = self.master.config();
        let wanted: Vec<&str> = config
            .workers
            .iter()
            .filter(|w| w.local)
            .map(|w| w.name.as_str())
            .collect();
        let gone: Vec<String> = self
            .running
            .keys()
            .filter(|name| !wanted.contains(&name.as_str()))
            .cloned()
            .collect();
        for name in gone {
            if let Some((token, task)) = self.running.remove(&name) {
                token.cancel();
                drop(task.await);
            }
        }
        for name in wanted {
            if !self.running.contains_key(name) {
                let token = CancellationToken::new();
                let mut options = Options::new(self.basedir.join(name), name);
                options.shim = Some(self.program.clone());
                let task = tokio::spawn(keep_attached(self.master.clone(), options, token.clone()));
                self.running.insert(name.to_owned(), (token, task));
            }
        }
    }
}

/// Attaches one worker, and again when its link is lost.
async fn keep_attached(master: Master, options: Options, stop: CancellationToken) {
    while !stop.is_cancelled() {
        let (ours, theirs) = link::pair();
        let serving = worker::run(theirs, options.clone());
        tokio::pin!(serving);
        let attached = tokio::select! {
            attached = master.attach_worker(&options.name, ours) => attached,
            _ = &mut serving => continue,
            () = stop.cancelled() => return,
        };
        if let Err(error) = attached {
            warn!("the local worker '{}' is not taken: {error}", options.name);
        } else {
            tokio::select! {
                ended = &mut serving => warn!("the local worker '{}' ended: {ended:?}", options.name),
                () = stop.cancelled() => return,
            }
        }
        tokio::select! {
            () = tokio::time::sleep(PAUSE) => {}
            () = stop.cancelled() => return,
        }
    }
}
