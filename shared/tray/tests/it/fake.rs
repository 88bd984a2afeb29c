//! A notification server and a tray watcher that do what the test says, on a real bus.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use tokio::sync::mpsc;
use zbus::connection::Builder;
use zbus::object_server::SignalEmitter;
use zbus::zvariant::OwnedValue;
use zbus::{Connection, interface};

const SERVER_PATH: &str = "/org/freedesktop/Notifications";
const WATCHER_PATH: &str = "/StatusNotifierWatcher";

/// A `Notify` call as it came.
#[derive(Debug)]
pub struct Notified {
    pub replaces: u32,
    pub id: u32,
    pub title: String,
    pub body: String,
    pub actions: Vec<String>,
    pub hints: HashMap<String, OwnedValue>,
}

impl Notified {
    pub fn urgency(&self) -> u8 {
        u8::try_from(self.hints["urgency"].try_clone().unwrap()).unwrap()
    }
}

pub enum Call {
    Notify(Notified),
    Close(u32),
}

struct Server {
    abilities: Vec<&'static str>,
    next: u32,
    calls: mpsc::UnboundedSender<Call>,
    hangs: bool,
}

#[interface(name = "org.freedesktop.Notifications")]
impl Server {
    #[allow(clippy::too_many_arguments, reason = "the call of the specification has that many")]
    async fn notify(
        &mut self,
        _app: String,
        replaces: u32,
        _icon: String,
        title: String,
        body: String,
        actions: Vec<String>,
        hints: HashMap<String, OwnedValue>,
        _timeout: i32,
    ) -> u32 {
        if self.hangs {
            std::future::pending::<()>().await;
        }
        self.next += 1;
        let id = if replaces == 0 { self.next } else { replaces };
        self.calls
            .send(Call::Notify(Notified {
                replaces,
                id,
                title,
                body,
                actions,
                hints,
            }))
            .ok();
        id
    }

    fn close_notification(&self, id: u32) {
        self.calls.send(Call::Close(id)).ok();
    }

    fn get_capabilities(&self) -> Vec<&'static str> {
        self.abilities.clone()
    }

    #[zbus(signal)]
    async fn action_invoked(emitter: &SignalEmitter<'_>, id: u32, action: &str) -> zbus::Result<()>;

    #[zbus(signal)]
    async fn activation_token(emitter: &SignalEmitter<'_>, id: u32, token: &str) -> zbus::Result<()>;

    #[zbus(signal)]
    async fn notification_closed(emitter: &SignalEmitter<'_>, id: u32, reason: u32) -> zbus::Result<()>;
}

/// A running notification server; it leaves the bus when it is dropped.
pub struct FakeServer {
    bus: Connection,
    calls: mpsc::UnboundedReceiver<Call>,
}

impl FakeServer {
    pub async fn start(abilities: &[&'static str], first_id: u32) -> FakeServer {
        FakeServer::make(abilities, first_id, false).await
    }

    /// One that answers what it can do, and then never again.
    pub async fn start_hanging() -> FakeServer {
        FakeServer::make(&["actions"], 1, true).await
    }

    async fn make(abilities: &[&'static str], first_id: u32, hangs: bool) -> FakeServer {
        let (sender, calls) = mpsc::unbounded_channel();
        let server = Server {
            abilities: abilities.to_vec(),
            next: first_id - 1,
            calls: sender,
            hangs,
        };
        let bus = Builder::session().unwrap().serve_at(SERVER_PATH, server).unwrap();
        let bus = bus
            .name("org.freedesktop.Notifications")
            .unwrap()
            .build()
            .await
            .unwrap();
        FakeServer { bus, calls }
    }

    pub async fn call(&mut self) -> Call {
        tokio::time::timeout(crate::play::PATIENCE, self.calls.recv())
            .await
            .expect("a call in time")
            .unwrap()
    }

    pub async fn notified(&mut self) -> Notified {
        match self.call().await {
            Call::Notify(notified) => notified,
            Call::Close(id) => panic!("a notice was expected, not the closing of {id}"),
        }
    }

    pub async fn press(&self, id: u32, action: &str, token: Option<&str>) {
        let emitter = SignalEmitter::new(&self.bus, SERVER_PATH).unwrap();
        if let Some(token) = token {
            Server::activation_token(&emitter, id, token).await.unwrap();
        }
        Server::action_invoked(&emitter, id, action).await.unwrap();
    }

    pub async fn closed(&self, id: u32) {
        let emitter = SignalEmitter::new(&self.bus, SERVER_PATH).unwrap();
        Server::notification_closed(&emitter, id, 1).await.unwrap();
    }

    pub async fn stop(self) {
        self.bus.close().await.unwrap();
    }
}

struct Watcher {
    items: Arc<Mutex<Vec<String>>>,
    has_host: bool,
}

#[interface(name = "org.kde.StatusNotifierWatcher")]
impl Watcher {
    fn register_status_notifier_item(&self, item: String) {
        self.items.lock().unwrap().push(item);
    }

    #[zbus(property)]
    fn is_status_notifier_host_registered(&self) -> bool {
        self.has_host
    }

    #[zbus(signal)]
    async fn status_notifier_host_registered(emitter: &SignalEmitter<'_>) -> zbus::Result<()>;
}

/// A running tray watcher; it leaves the bus when it is stopped.
pub struct FakeWatcher {
    bus: Connection,
    items: Arc<Mutex<Vec<String>>>,
}

impl FakeWatcher {
    pub async fn start(has_host: bool) -> FakeWatcher {
        let items = Arc::default();
        let watcher = Watcher {
            items: Arc::clone(&items),
            has_host,
        };
        let bus = Builder::session().unwrap().serve_at(WATCHER_PATH, watcher).unwrap();
        let bus = bus
            .name("org.kde.StatusNotifierWatcher")
            .unwrap()
            .build()
            .await
            .unwrap();
        FakeWatcher { bus, items }
    }

    pub fn items(&self) -> Vec<String> {
        self.items.lock().unwrap().clone()
    }

    pub async fn host_comes(&self) {
        let watcher = self
            .bus
            .object_server()
            .interface::<_, Watcher>(WATCHER_PATH)
            .await
            .unwrap();
        watcher.get_mut().await.has_host = true;
        Watcher::status_notifier_host_registered(watcher.signal_emitter())
            .await
            .unwrap();
    }

    pub async fn stop(self) {
        self.bus.close().await.unwrap();
    }
}
