//! Who may come in: whom the configuration names, with the password that it says.

use app::service::App;
use link::{Door, DoorFuture, Visitor};
use master::{AttachError, Master, Origin};
use model::Time;
use model::config::{Render, WorkerProtocol};
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
    protocol: WorkerProtocol,
    keychain: Keychain,
    /// Why the password of whom it asked for cannot be read.
    unreadable: Mutex<Option<String>>,
    inside: AtomicBool,
}

impl Entrance {
    /// The master's door, for somebody who came by a port with this protocol.
    pub fn new(app: &App, master: &Master, protocol: WorkerProtocol, keychain: &Keychain) -> Entrance {
        Entrance {
            app: app.clone(),
            master: master.clone(),
            protocol,
            keychain: keychain.clone(),
            unreadable: Mutex::default(),
            inside: AtomicBool::new(false),
        }
    }

    /// Whether it was let in.
    pub fn is_inside(&self) -> bool {
        self.inside.load(Ordering::Relaxed)
    }

    /// Why it was turned away, for the owner; who knocks is not told.
    fn why_refused(&self, name: &str) -> String {
        let unreadable = self.unreadable.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(why) = &*unreadable {
            return format!("its password cannot be read: {why}");
        }
        match self.master.catalog().worker(name) {
            None if name.is_empty() => "it gave no name".to_owned(),
            None => "the configuration has no worker of this name".to_owned(),
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
            warn!(name, from, count, "a worker was turned away: {reason}");
        }
    }
}

impl Door for Entrance {
    fn password<'a>(&'a self, name: &'a str) -> DoorFuture<'a, Option<String>> {
        Box::pin(async move {
            let _turn = match self.master.catalog().worker(name) {
                Some((_, config)) if !matches!(config.password, Some(Render::Const(_)) | None) => {
                    Some(self.keychain.lock().await)
                }
                _ => None,
            };
            let (password, why) = match self.master.worker_password(name).await {
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

    fn attach(&self, visitor: Visitor) -> DoorFuture<'_, Result<(), Failure>> {
        Box::pin(async move {
            let Visitor { name, from, end } = visitor;
            let origin = Origin {
                address: from.map(|from| from.to_string()),
                protocol: self.protocol.key().to_owned(),
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
