//! Keeps the item registered with the tray host that there is.
//!
//! Registering fails when no StatusNotifierWatcher is on the bus, and a panel takes seconds to start, may crash, and may
//! be replaced. So the watcher's name is followed: an item is made when it appears and dropped when it goes.

use super::item::Item;
use super::{FIRST_RETRY, back_off};
use crate::{Options, TrayEvent, TrayPresence, TrayView};
use futures_util::StreamExt;
use ksni::TrayMethods;
use std::time::Duration;
use tokio::sync::{mpsc, watch as latest};
use tokio::time::timeout;
use zbus::fdo::DBusProxy;
use zbus::names::BusName;
use zbus::zvariant::OwnedValue;

const WATCHER: &str = "org.kde.StatusNotifierWatcher";
const WATCHER_PATH: &str = "/StatusNotifierWatcher";
/// A host that is there but refuses an item is asked again after this time: it may still be starting.
const REFUSED_RETRY: Duration = Duration::from_secs(5);

/// A host that does not answer within this time is treated as one that refuses.
const PATIENCE: Duration = Duration::from_secs(10);

/// The task that follows the tray host.
pub(super) struct Host {
    pub options: Options,
    pub views: latest::Receiver<Option<TrayView>>,
    pub events: mpsc::Sender<TrayEvent>,
    pub presence: latest::Sender<TrayPresence>,
}

/// Why following ended.
enum End {
    /// All handles are gone.
    Dropped,
    /// The bus is gone or was never there.
    NoBus(zbus::Error),
}

impl Host {
    pub(super) async fn run(mut self) {
        let mut wait = FIRST_RETRY;
        loop {
            match self.follow(&mut wait).await {
                End::Dropped => return,
                End::NoBus(reason) => {
                    tracing::info!(%reason, "no session bus; the tray is not shown");
                    self.report(TrayPresence::NoBus);
                    back_off(&mut wait).await;
                }
            }
        }
    }

    async fn follow(&mut self, wait: &mut Duration) -> End {
        match self.follow_bus(wait).await {
            Ok(()) => End::Dropped,
            Err(error) => End::NoBus(error),
        }
    }

    /// Follows the watcher on one connection until that breaks (an error) or all handles are gone.
    async fn follow_bus(&mut self, wait: &mut Duration) -> zbus::Result<()> {
        let bus = zbus::Connection::session().await?;
        let names = DBusProxy::new(&bus).await?;
        // Subscribed before asking, so that a watcher that appears in between is not missed.
        let mut owners = names.receive_name_owner_changed_with_args(&[(0, WATCHER)]).await?;
        let mut hosts = host_signals(&bus).await?;
        *wait = FIRST_RETRY;
        let mut item: Option<ksni::Handle<Item>> = None;
        loop {
            let there = names.name_has_owner(BusName::try_from(WATCHER)?).await?;
            if there && item.is_none() {
                item = self.register().await;
            }
            if self.has_view() {
                let shown = item.is_some() && has_host(&bus).await;
                self.report(if shown {
                    TrayPresence::Shown
                } else {
                    TrayPresence::NoHost
                });
            }
            tokio::select! {
                changed = self.views.changed() => {
                    if changed.is_err() {
                        return Ok(());
                    }
                    self.update(item.as_ref()).await;
                }
                changed = owners.next() => {
                    if changed.is_none() {
                        return Err(zbus::Error::InputOutput(std::io::Error::other("the session bus is gone").into()));
                    }
                    if let Some(old) = item.take() {
                        old.shutdown().await;
                    }
                }
                _ = hosts.next() => {}
                () = tokio::time::sleep(REFUSED_RETRY), if there && item.is_none() && self.has_view() => {}
            }
        }
    }

    fn has_view(&self) -> bool {
        self.views.borrow().is_some()
    }

    /// Makes the item for what is to be shown, if there is anything.
    async fn register(&mut self) -> Option<ksni::Handle<Item>> {
        let view = self.views.borrow_and_update().clone()?;
        let item = Item::new(self.options.clone(), view, self.events.clone());
        match timeout(PATIENCE, item.spawn()).await {
            Ok(Ok(handle)) => Some(handle),
            Err(_) => {
                tracing::info!("the tray host does not answer; it is asked again");
                None
            }
            Ok(Err(reason)) => {
                tracing::info!(%reason, "the tray host refused the item; it is asked again");
                None
            }
        }
    }

    async fn update(&mut self, item: Option<&ksni::Handle<Item>>) {
        let view = self.views.borrow_and_update().clone();
        if let (Some(item), Some(view)) = (item, view) {
            item.update(|item| item.set(view)).await;
        }
    }

    fn report(&self, presence: TrayPresence) {
        let changed = self
            .presence
            .send_if_modified(|now| std::mem::replace(now, presence) != presence);
        if changed && let Err(lost) = self.events.try_send(TrayEvent::Presence(presence)) {
            tracing::warn!(%lost, "nobody reads what happens in the tray");
        }
    }
}

/// Signals by which a watcher says that a host came or went.
async fn host_signals(bus: &zbus::Connection) -> zbus::Result<zbus::MessageStream> {
    let rule = zbus::MatchRule::builder()
        .msg_type(zbus::message::Type::Signal)
        .interface(WATCHER)?
        .path(WATCHER_PATH)?
        .build();
    zbus::MessageStream::for_match_rule(rule, bus, None).await
}

/// Whether the watcher has a host that draws. A watcher that does not say so is believed to have one.
async fn has_host(bus: &zbus::Connection) -> bool {
    let question = (WATCHER, "IsStatusNotifierHostRegistered");
    let interface = Some("org.freedesktop.DBus.Properties");
    let call = bus.call_method(Some(WATCHER), WATCHER_PATH, interface, "Get", &question);
    let Ok(Ok(reply)) = timeout(PATIENCE, call).await else {
        return true;
    };
    reply
        .body()
        .deserialize::<OwnedValue>()
        .ok()
        .and_then(|value| bool::try_from(value).ok())
        .unwrap_or(true)
}
