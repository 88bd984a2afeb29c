//! Linux: a StatusNotifierItem and the desktop's notification server, both on the session bus.
//!
//! Two tasks: [`host`] keeps the item registered with whatever tray host comes and goes; [`notices`] shows notices and
//! listens for all of their answers at once. Apart from them [`waking`] listens to the system bus.

mod host;
mod inhibited;
mod item;
mod notices;
mod shown;
mod waking;

use crate::{Notice, NoticeKey, NoticePresence, Options, TrayEvent, TrayPresence, TrayView, Waking};
use std::time::Duration;
use tokio::sync::{mpsc, watch as latest};
use tokio::task::JoinHandle;

/// Events that may wait for a reader: clicks are rare, and one who does not read them has gone.
const EVENTS: usize = 64;
/// Notices that may wait for a slow server; far above what one person's breaks make.
const ORDERS: usize = 256;
/// Without a session bus a new try is made after this time, doubling up to [`LAST_RETRY`]: on a machine without a
/// desktop that costs a few wake-ups an hour.
const FIRST_RETRY: Duration = Duration::from_secs(2);
const LAST_RETRY: Duration = Duration::from_secs(600);

/// What the notices' task is to do.
#[derive(Debug)]
enum Order {
    Show(Box<Notice>),
    Withdraw(NoticeKey),
}

/// What to show goes in here. A clone holds the same tray.
#[derive(Clone, Debug)]
pub struct TrayHandle {
    view: latest::Sender<Option<TrayView>>,
    orders: mpsc::Sender<Order>,
    presence: latest::Receiver<TrayPresence>,
    notices: latest::Receiver<NoticePresence>,
    closing: latest::Sender<bool>,
}

/// Starts the tray; call it inside a tokio runtime. Nothing is shown before the first [`TrayHandle::show`].
///
/// It ends, and the icon goes, with [`TrayHandle::close`] or when the last handle is dropped.
pub fn start(options: Options) -> (TrayHandle, mpsc::Receiver<TrayEvent>) {
    let (events, receiver) = mpsc::channel(EVENTS);
    let (view, views) = latest::channel(None);
    let (orders, order) = mpsc::channel(ORDERS);
    let (shown, presence) = latest::channel(TrayPresence::Starting);
    let (serving, notices) = latest::channel(NoticePresence::Starting);
    let (closing, closed) = latest::channel(false);
    let host = host::Host {
        options: options.clone(),
        views,
        events: events.clone(),
        presence: shown,
    };
    let notices_task = notices::Notices::new(options, order, events, serving);
    spawn_until(closed.clone(), host.run());
    spawn_until(closed, notices_task.run());
    (
        TrayHandle {
            view,
            orders,
            presence,
            notices,
            closing,
        },
        receiver,
    )
}

/// Tells when the machine woke up or has a network again, as far as the system says so; call it inside a tokio runtime.
/// It needs no desktop, and ends when the receiver is dropped.
pub fn wakings() -> mpsc::Receiver<Waking> {
    let (to, wakings) = mpsc::channel(EVENTS);
    tokio::spawn(waking::listen(to));
    wakings
}

/// Runs a task until it ends or `closed` says so.
fn spawn_until(mut closed: latest::Receiver<bool>, task: impl Future<Output = ()> + Send + 'static) -> JoinHandle<()> {
    tokio::spawn(async move {
        tokio::select! {
            () = task => {}
            _ = closed.wait_for(|closed| *closed) => {}
        }
    })
}

impl TrayHandle {
    /// Shows this from now on.
    pub fn show(&self, view: TrayView) {
        self.view.send_if_modified(|now| {
            let new = now.as_ref() != Some(&view);
            *now = Some(view);
            new
        });
    }

    /// Shows a notice in place of the one with the same id. Does not wait for the desktop.
    pub fn notify(&self, notice: Notice) {
        self.order(Order::Show(Box::new(notice)));
    }

    /// Takes a notice away, if it can still be seen.
    pub fn withdraw(&self, notice: NoticeKey) {
        self.order(Order::Withdraw(notice));
    }

    fn order(&self, order: Order) {
        if let Err(refused) = self.orders.try_send(order) {
            tracing::warn!(%refused, "the notification server does not keep up; a notice is dropped");
        }
    }

    /// Whether the icon can be seen now.
    pub fn presence(&self) -> TrayPresence {
        *self.presence.borrow()
    }

    /// Whether notices can be shown now.
    pub fn notices(&self) -> NoticePresence {
        *self.notices.borrow()
    }

    /// Takes the icon away and ends.
    pub async fn close(self) {
        self.closing.send_replace(true);
        // Both tasks hold a receiver until they end.
        self.closing.closed().await;
    }
}

/// Waits before the next try to reach a bus, and doubles the wait.
async fn back_off(wait: &mut Duration) {
    tokio::time::sleep(*wait).await;
    *wait = (*wait * 2).min(LAST_RETRY);
}
