//! What happened, told to whoever listens. A listener that cannot keep up is let go, never buffered without limit.

use model::Event;
use std::sync::{Arc, PoisonError, RwLock};
use tokio::sync::broadcast;

/// So many events may lie between the newest and what a listener has read. All listeners share them.
const CAPACITY: usize = 8192;

/// Where events are published. Clones share it.
#[derive(Clone, Debug)]
pub struct Publisher {
    /// Gone when nothing more will happen.
    sender: Arc<RwLock<Option<broadcast::Sender<Arc<Event>>>>>,
}

impl Default for Publisher {
    fn default() -> Publisher {
        Publisher {
            sender: Arc::new(RwLock::new(Some(broadcast::Sender::new(CAPACITY)))),
        }
    }
}

impl Publisher {
    /// Tells `event`. What it tells must be durable already.
    pub fn publish(&self, event: Event) {
        if let Some(sender) = &*self.sender.read().unwrap_or_else(PoisonError::into_inner) {
            // Nobody listening is no error.
            let _ = sender.send(Arc::new(event));
        }
    }

    /// Tells them in order.
    pub fn publish_all(&self, events: impl IntoIterator<Item = Event>) {
        events.into_iter().for_each(|event| self.publish(event));
    }

    /// Everything from now on.
    pub fn subscribe(&self) -> Events {
        let sender = self.sender.read().unwrap_or_else(PoisonError::into_inner);
        match &*sender {
            Some(sender) => Events {
                receiver: sender.subscribe(),
            },
            None => Events {
                receiver: broadcast::Sender::new(1).subscribe(),
            },
        }
    }

    /// Nothing more will happen: listeners read what was told, then their end.
    pub fn close(&self) {
        *self.sender.write().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

/// A listener's events, in the order of publication.
#[derive(Debug)]
pub struct Events {
    receiver: broadcast::Receiver<Arc<Event>>,
}

/// Why there are no more events.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Closed {
    /// The listener fell behind. Subscribe again and read the state anew.
    #[error("{missed} events were missed because they were not read fast enough; subscribe again")]
    TooSlow {
        /// How many are lost.
        missed: u64,
    },
    /// The master ended.
    #[error("the master has shut down")]
    Stopped,
}

impl Events {
    /// The next event. After an error there is never another event.
    pub async fn next(&mut self) -> Result<Arc<Event>, Closed> {
        match self.receiver.recv().await {
            Ok(event) => Ok(event),
            Err(broadcast::error::RecvError::Lagged(missed)) => {
                self.close();
                Err(Closed::TooSlow { missed })
            }
            Err(broadcast::error::RecvError::Closed) => Err(Closed::Stopped),
        }
    }

    /// The next event, if it is there already.
    pub fn try_next(&mut self) -> Result<Option<Arc<Event>>, Closed> {
        match self.receiver.try_recv() {
            Ok(event) => Ok(Some(event)),
            Err(broadcast::error::TryRecvError::Empty) => Ok(None),
            Err(broadcast::error::TryRecvError::Lagged(missed)) => {
                self.close();
                Err(Closed::TooSlow { missed })
            }
            Err(broadcast::error::TryRecvError::Closed) => Err(Closed::Stopped),
        }
    }

    /// Puts a receiver in place whose sender is gone.
    fn close(&mut self) {
        self.receiver = broadcast::Sender::new(1).subscribe();
    }
}
