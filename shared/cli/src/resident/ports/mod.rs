//! The ports that workers of other machines come to, and people with changes: opened and closed as the configuration
//! says, and shown in faces.

mod door;
mod port;
mod tries;

use app::api::workers::PortRow;
use app::service::App;
use master::Master;
use model::config::{MasterConfig, SchedulerKind, WorkerPort, WorkerProtocol, same_port};
use std::collections::BTreeMap;
use std::path::PathBuf;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tracing::error;

/// A port by its protocol and its endpoint.
type Key = (WorkerProtocol, String);

/// Keeps the ports of the configuration open.
pub struct Ports {
    stop: CancellationToken,
    keeper: JoinHandle<()>,
}

impl Ports {
    /// Opens them, and those of later configurations. Files that they name are looked for below `folder`.
    pub fn open(app: &App, master: &Master, folder: PathBuf) -> Ports {
        let stop = CancellationToken::new();
        let (news, told) = mpsc::unbounded_channel();
        let keeper = Keeper {
            app: app.clone(),
            master: master.clone(),
            folder,
            keychain: door::Keychain::default(),
            stop: stop.clone(),
            news,
            open: BTreeMap::new(),
            rows: BTreeMap::new(),
        };
        Ports {
            keeper: tokio::spawn(keeper.run(told)),
            stop,
        }
    }

    /// Closes them with every connection.
    pub async fn close(self) {
        self.stop.cancel();
        if let Err(error) = self.keeper.await {
            error!("the ports ended badly: {error}");
        }
    }
}

struct Keeper {
    app: App,
    master: Master,
    folder: PathBuf,
    keychain: door::Keychain,
    /// Ends every port and every connection.
    stop: CancellationToken,
    news: mpsc::UnboundedSender<(Key, PortRow)>,
    open: BTreeMap<Key, (CancellationToken, JoinHandle<()>)>,
    rows: BTreeMap<Key, PortRow>,
}

impl Keeper {
    async fn run(mut self, mut told: mpsc::UnboundedReceiver<(Key, PortRow)>) {
        let mut configs = self.master.catalogs();
        loop {
            let catalog = configs.borrow_and_update().clone();
            self.follow(&wanted(&catalog.config)).await;
            loop {
                tokio::select! {
                    changed = configs.changed() => match changed {
                        Ok(()) => break,
                        Err(_) => return self.end().await,
                    },
                    Some((key, row)) = told.recv() => self.show(key, row),
                    () = self.stop.cancelled() => return self.end().await,
                }
            }
        }
    }

    /// Closes what is not wanted any more and opens what is new. Workers that came by a port that closes stay.
    async fn follow(&mut self, wanted: &[WorkerPort]) {
        let keys: Vec<Key> = wanted.iter().map(key).collect();
        let gone: Vec<Key> = self.open.keys().filter(|key| !keys.contains(key)).cloned().collect();
        for key in gone {
            self.close(&key).await;
        }
        for (key, port) in keys.into_iter().zip(wanted) {
            if self.open.contains_key(&key) {
                continue;
            }
            let closing = self.stop.child_token();
            let keeping = port::keep_open(port::Place {
                app: self.app.clone(),
                master: self.master.clone(),
                folder: self.folder.clone(),
                port: port.clone(),
                keychain: self.keychain.clone(),
                closing: closing.clone(),
                stop: self.stop.clone(),
                news: self.news.clone(),
            });
            self.open.insert(key, (closing, tokio::spawn(keeping)));
        }
        self.tell();
    }

    async fn close(&mut self, key: &Key) {
        self.rows.remove(key);
        if let Some((closing, task)) = self.open.remove(key) {
            closing.cancel();
            drop(task.await);
        }
    }

    fn show(&mut self, key: Key, row: PortRow) {
        // One that was closed meanwhile has nothing more to say.
        if self.open.contains_key(&key) {
            self.rows.insert(key, row);
            self.tell();
        }
    }

    /// In the order of the configuration.
    fn tell(&self) {
        let wanted = wanted(&self.master.config());
        let rows = wanted.iter().filter_map(|port| self.rows.get(&key(port)).cloned());
        self.app.worker_ports().set(rows.collect());
    }

    async fn end(mut self) {
        self.stop.cancel();
        let open: Vec<Key> = self.open.keys().cloned().collect();
        for key in open {
            self.close(&key).await;
        }
    }
}

/// The workers' ports, and those for changes that are none of them.
fn wanted(config: &MasterConfig) -> Vec<WorkerPort> {
    let mut ports = config.worker_ports.clone();
    for scheduler in &config.schedulers {
        let SchedulerKind::TryUserpass(userpass) = &scheduler.kind else {
            continue;
        };
        let pb = |port: &&WorkerPort| port.protocol == WorkerProtocol::Pb;
        if !ports
            .iter()
            .filter(pb)
            .any(|port| same_port(&port.endpoint, &userpass.port))
        {
            ports.push(WorkerPort {
                protocol: WorkerProtocol::Pb,
                endpoint: userpass.port.clone(),
                location: scheduler.location.clone(),
            });
        }
    }
    ports
}

fn key(port: &WorkerPort) -> Key {
    (port.protocol, port.endpoint.clone())
}
