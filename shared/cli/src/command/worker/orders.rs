//! What this machine asks of a worker that serves: signals, and the file `shutdown.stamp`.

use crate::failure::Failure;
use lend::basedir::{AllowShutdown, Basedir};
use notify::{RecursiveMode, Watcher};
use std::path::Path;
use std::time::SystemTime;
use tokio::sync::mpsc;

/// What is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// End at once.
    Stop,
    /// Finish what runs, then end.
    Leave,
}

/// The orders as they come. Nothing ticks while none does.
pub struct Orders {
    orders: mpsc::UnboundedReceiver<Order>,
    _watcher: Option<notify::RecommendedWatcher>,
}

impl Orders {
    /// Listens from now on. Must be called inside a tokio runtime.
    pub fn listen(basedir: &Basedir) -> Result<Orders, Failure> {
        let (give, orders) = mpsc::unbounded_channel();
        let allowed = basedir.settings().allow_shutdown;
        signals(&give, allowed == Some(AllowShutdown::Signal))?;
        let watcher = match allowed {
            Some(AllowShutdown::File) => Some(stamp(basedir, give)?),
            _ => None,
        };
        Ok(Orders {
            orders,
            _watcher: watcher,
        })
    }

    /// The next one.
    pub async fn next(&mut self) -> Order {
        match self.orders.recv().await {
            Some(order) => order,
            None => std::future::pending().await,
        }
    }
}

/// TERM and INT end it. HUP lets it leave where that is allowed, and otherwise ends it, as it ends `buildbot-worker`.
#[cfg(unix)]
fn signals(give: &mpsc::UnboundedSender<Order>, hangup_leaves: bool) -> Result<(), Failure> {
    use tokio::signal::unix::{SignalKind, signal};
    let hangup = if hangup_leaves { Order::Leave } else { Order::Stop };
    let meanings = [
        (SignalKind::terminate(), Order::Stop),
        (SignalKind::interrupt(), Order::Stop),
        (SignalKind::hangup(), hangup),
    ];
    for (kind, order) in meanings {
        let (mut signal, give) = (signal(kind)?, give.clone());
        tokio::spawn(async move {
            while signal.recv().await.is_some() {
                if give.send(order).is_err() {
                    break;
                }
            }
        });
    }
    Ok(())
}

/// Ctrl-C and Ctrl-Break end it.
#[cfg(not(unix))]
fn signals(give: &mpsc::UnboundedSender<Order>, _hangup_leaves: bool) -> Result<(), Failure> {
    let give = give.clone();
    tokio::spawn(async move { while tokio::signal::ctrl_c().await.is_ok() && give.send(Order::Stop).is_ok() {} });
    Ok(())
}

/// A stamp that is newer than it was at the start lets the worker leave.
fn stamp(basedir: &Basedir, give: mpsc::UnboundedSender<Order>) -> Result<notify::RecommendedWatcher, Failure> {
    let file = basedir.shutdown_file();
    let failed = |error: notify::Error| {
        let failure = Failure::other(format!("{} cannot be watched: {error}", basedir.folder().display()));
        failure.hint("Set allow_shutdown to signal instead.")
    };
    let before = touched(&file);
    let seen = file.clone();
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        let about = event.is_ok_and(|event| event.paths.contains(&seen));
        if about && touched(&seen) > before {
            // Nobody listens any more when it is ending already.
            let _ = give.send(Order::Leave);
        }
    })
    .map_err(failed)?;
    watcher
        .watch(basedir.folder(), RecursiveMode::NonRecursive)
        .map_err(failed)?;
    Ok(watcher)
}

fn touched(file: &Path) -> Option<SystemTime> {
    std::fs::metadata(file).ok()?.modified().ok()
}
