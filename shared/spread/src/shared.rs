//! What the driver of a connection and all that call over it have in common.
//!
//! Nothing is dropped under a lock that may hold the last of an object or a reference, for that tells the connection so.

use crate::banana::Dialect;
use crate::jelly::Value;
use crate::queue::Queue;
use crate::tables::Tables;
use crate::{CallError, Closed, Counts, Object, Options};
use bytes::Bytes;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::{Notify, oneshot, watch};

/// Where the answer to a call of this end goes.
pub(crate) type Waiting = oneshot::Sender<Result<Value, CallError>>;

/// One connection.
pub(crate) struct Shared {
    pub(crate) options: Options,
    /// Let go at the end, for it may hold references of this very connection.
    root: Mutex<Option<Arc<dyn Object>>>,
    /// Whoever sends has it, so that calls go out in the order in which they were sent.
    pub(crate) turn: tokio::sync::Mutex<()>,
    /// Locked before `tables` where both are.
    queue: Mutex<Queue>,
    tables: Mutex<Tables>,
    progress: Mutex<Progress>,
    /// There is something to write.
    pub(crate) filled: Notify,
    /// Something was written, or it is over.
    drained: Notify,
    closing: Notify,
    over: watch::Sender<Option<Closed>>,
}

/// Where in its life a connection is.
#[derive(Default)]
struct Progress {
    begun: Begun,
    /// The server offered this end's mark.
    marked: bool,
    closing: Option<Closed>,
}

/// Whether the peer has said what it must say in time.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Begun {
    #[default]
    No,
    Yes,
    /// What it said was not enough.
    WantsLogin,
    LoggedIn,
}

impl Shared {
    pub(crate) fn new(options: Options, root: Option<Arc<dyn Object>>, dialect: Option<Dialect>) -> Arc<Self> {
        Arc::new(Shared {
            options,
            root: Mutex::new(root),
            turn: tokio::sync::Mutex::new(()),
            queue: Mutex::new(Queue::new(dialect)),
            tables: Mutex::default(),
            progress: Mutex::default(),
            filled: Notify::new(),
            drained: Notify::new(),
            closing: Notify::new(),
            over: watch::Sender::new(None),
        })
    }

    pub(crate) fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn tables(&self) -> MutexGuard<'_, Tables> {
        self.tables.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn progress(&self) -> MutexGuard<'_, Progress> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What this end offers to begin with.
    pub(crate) fn root(&self) -> Option<Arc<dyn Object>> {
        self.root.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn counts(&self) -> Counts {
        self.tables().counts()
    }

    /// The server is of this end's make.
    pub(crate) fn recognise(&self) {
        self.progress().marked = true;
    }

    pub(crate) fn is_marked(&self) -> bool {
        self.progress().marked
    }

    /// The ends agreed: writing begins, with these bytes.
    pub(crate) fn begin(&self, dialect: Dialect, bytes: Bytes) {
        {
            let mut queue = self.queue();
            queue.dialect = Some(dialect);
            queue.begin_with(bytes);
        }
        self.filled.notify_one();
        self.drained.notify_waiters();
    }

    /// Waits until a call may be added.
    pub(crate) async fn room(&self) -> Result<(), CallError> {
        loop {
            let drained = self.drained.notified();
            {
                let queue = self.queue();
                if queue.over {
                    return Err(CallError::Lost);
                }
                if queue.dialect.is_some() && queue.length() < self.options.outgoing as u64 {
                    return Ok(());
                }
            }
            drained.await;
        }
    }

    /// Waits until the peer has taken enough of what it caused that more may be read.
    pub(crate) async fn taken(&self) -> Result<(), Closed> {
        loop {
            let drained = self.drained.notified();
            if self.queue().caused_length() <= self.options.outgoing as u64 {
                return Ok(());
            }
            if tokio::time::timeout(self.options.stall, drained).await.is_err() {
                return Err(Closed::Stalled(self.options.stall));
            }
        }
    }

    /// Waits for something to write, and takes it.
    pub(crate) async fn pieces(&self) -> VecDeque<Bytes> {
        loop {
            let pieces = self.queue().take();
            if !pieces.is_empty() {
                return pieces;
            }
            self.filled.notified().await;
        }
    }

    pub(crate) fn wrote(&self, length: usize) {
        self.queue().wrote(length);
        self.drained.notify_waiters();
    }

    /// The peer has said its first word.
    pub(crate) fn greeted(&self) {
        let mut progress = self.progress();
        if progress.begun == Begun::No {
            progress.begun = Begun::Yes;
        }
    }

    /// The first word counts for nothing: whoever answers here wants a login.
    pub(crate) fn want_login(&self) {
        let mut progress = self.progress();
        if progress.begun != Begun::LoggedIn {
            progress.begun = Begun::WantsLogin;
        }
    }

    /// The password was right.
    pub(crate) fn logged_in(&self) {
        self.progress().begun = Begun::LoggedIn;
    }

    pub(crate) fn has_begun(&self) -> bool {
        matches!(self.progress().begun, Begun::Yes | Begun::LoggedIn)
    }

    /// Asks the driver to end the connection.
    pub(crate) fn close(&self, why: Closed) {
        self.progress().closing.get_or_insert(why);
        self.closing.notify_one();
    }

    /// Waits for someone to ask for that.
    pub(crate) async fn closing(&self) -> Closed {
        self.closing.notified().await;
        self.progress().closing.clone().unwrap_or(Closed::Here)
    }

    /// Waits until it is over.
    pub(crate) async fn over(&self) -> Closed {
        let mut over = self.over.subscribe();
        let closed = over.wait_for(Option::is_some).await.ok().and_then(|over| over.clone());
        closed.unwrap_or(Closed::Here)
    }

    /// It is over: what waits fails, what the peer held is released.
    pub(crate) fn end(&self, why: Closed) {
        if std::mem::replace(&mut self.queue().over, true) {
            return;
        }
        let root = self.root.lock().unwrap_or_else(PoisonError::into_inner).take();
        drop(root);
        let (objects, waiting) = self.tables().take();
        for waiting in waiting {
            let _ = waiting.send(Err(CallError::Lost));
        }
        for object in objects {
            object.released();
        }
        self.drained.notify_waiters();
        self.over.send_replace(Some(why));
    }
}
