//! Who may come in: whom the configuration names, with the password that it says.

use super::tries::Desk;
use app::service::App;
use link::{Door, DoorFuture, Guest, Visitor};
use master::{AttachError, Master, Origin};
use model::Time;
use model::config::{Render, WorkerPort, WorkerProtocol};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};
use tracing::{info, warn};
use wire::worker::Failure;

/// The keychain is asked for one password after another: who knocks in crowds must not crowd it.
pub type Keychain = Arc<tokio::sync::Mutex<()>>;

/// The door as one connection sees it.
pub struct Entrance {
    app: App,
    master: Master,
    port: WorkerPort,
    keychain: Keychain,
    /// Why the password of whom it asked for cannot be read.
    unreadable: Mutex<Option<String>>,
    inside: AtomicBool,
}

impl Entrance {
    /// The master's door, for somebody who came by this port.
    pub fn new(app: &App, master: &Master, port: WorkerPort, keychain: &Keychain) -> Entrance {
        Entrance {
            app: app.clone(),
            master: master.clone(),
            port,
            keychain: keychain.clone(),
            unreadable: Mutex::default(),
            inside: AtomicBool::new(false),
        }
    }

    /// Whether it was let in.
    pub fn is_inside(&self) -> bool {
        self.inside.load(Ordering::Relaxed)
    }

    /// Whether workers come by this port. One that is for changes alone may become theirs, and the other way round.
    fn takes_workers(&self) -> bool {
        let catalog = self.master.catalog();
        let mut ports = catalog.config.worker_ports.iter();
        ports.any(|port| port.protocol == self.port.protocol && port.endpoint == self.port.endpoint)
    }

    /// The scheduler that somebody gives changes to, and the password.
    fn sender(&self, name: &str) -> Option<(String, Render)> {
        let takes_changes = self.port.protocol == WorkerProtocol::Pb;
        takes_changes.then(|| self.master.try_user(&self.port.endpoint, name))?
    }

    /// Why it was turned away, for the owner; who knocks is not told.
    fn why_refused(&self, name: &str) -> String {
        let unreadable = self.unreadable.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(why) = &*unreadable {
            return format!("its password cannot be read: {why}");
        }
        if self.sender(name).is_some() {
            return "wrong password".to_owned();
        }
        if !self.takes_workers() {
            return "no scheduler of this port has such a user".to_owned();
        }
        match self.master.catalog().worker(name) {
            None if name.is_empty() => "it gave no name".to_owned(),
            None => "the configuration has no worker or sender of changes of this name".to_owned(),
            Some((_, config)) if config.local => "the worker of this name runs in this program".to_owned(),
            Some((_, config)) if config.password.is_none() => "the configuration has no password for it".to_owned(),
            Some(_) => "wrong password".to_owned(),
        }
    }

    fn turn_away(&self, name: &str, from: Option<SocketAddr>, reason: &str) {
        let ports = self.app.worker_ports();
        if let Some(count) = ports.refuse(now(), name, from.map(|from| from.ip()), reason) {
            let from = from.map_or_else(|| "this machine".to_owned(), |from| from.to_string());
            let name: String = name.chars().take(100).collect();
            warn!(name, from, count, "somebody was turned away: {reason}");
        }
    }
}

impl Door for Entrance {
    fn password<'a>(&'a self, name: &'a str) -> DoorFuture<'a, Option<String>> {
        Box::pin(async move {
            let sender = self.sender(name);
            let written = match (&sender, self.master.catalog().worker(name)) {
                (Some((_, password)), _) => Some(password.clone()),
                (None, Some((_, config))) if self.takes_workers() => config.password.clone(),
                _ => None,
            };
            let written = written?;
            let _turn = match written {
                Render::Const(_) => None,
                _ => Some(self.keychain.lock().await),
            };
            let password = match sender {
                Some(_) => self.master.try_password(&written).await.map(Some),
                None => self.master.worker_password(name).await,
            };
            let (password, why) = match password {
                Ok(password) => (password, None),
                Err(why) => (None, Some(why)),
            };
            *self.unreadable.lock().unwrap_or_else(PoisonError::into_inner) = why;
            password
        })
    }

    fn refused(&self, name: &str, from: Option<SocketAddr>) {
        self.turn_away(name, from, &self.why_refused(name));
    }

    fn guest(&self, name: &str) -> Guest {
        let Some((scheduler, _)) = self.sender(name) else {
            return Guest::Worker;
        };
        self.inside.store(true, Ordering::Relaxed);
        self.app.worker_ports().let_in(name);
        info!(name, scheduler, "somebody comes with a change");
        Guest::Try(Arc::new(Desk::new(&self.master, scheduler)))
    }

    fn attach(&self, visitor: Visitor) -> DoorFuture<'_, Result<(), Failure>> {
        Box::pin(async move {
            let Visitor { name, from, end } = visitor;
            let origin = Origin {
                address: from.map(|from| from.to_string()),
                protocol: self.port.protocol.key().to_owned(),
            };
            match self.master.attach_remote_worker(&name, origin, end).await {
                Ok(()) => {
                    self.inside.store(true, Ordering::Relaxed);
                    self.app.worker_ports().let_in(&name);
                    info!(name, ?from, "a worker is connected");
                    Ok(())
                }
                Err(error) => {
                    // Nobody turned away who left.
                    match &error {
                        AttachError::Lost(_) => info!(?from, "{error}"),
                        _ => self.turn_away(&name, from, &error.to_string()),
                    }
                    Err(failure(&error))
                }
            }
        })
    }
}

/// As Buildbot's master says it (`worker-protocol-pb` §1).
fn failure(error: &AttachError) -> Failure {
    let message = match error {
        AttachError::Duplicate(_) => "rejecting duplicate worker".to_owned(),
        other => other.to_string(),
    };
    Failure {
        kind: "builtins.RuntimeError".to_owned(),
        message,
    }
}

fn now() -> Time {
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Time(i64::try_from(since_1970.as_millis()).unwrap_or(i64::MAX))
}
