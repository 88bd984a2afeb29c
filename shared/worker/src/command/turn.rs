//! How many commands run at once; further ones wait for their turn.

use super::Context;
use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The places that there are. Clones share them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Turns(Option<Arc<Semaphore>>);

/// A place, free again when this is dropped.
pub(super) struct Turn {
    _place: Option<OwnedSemaphorePermit>,
}

impl Turns {
    /// So many places; no limit when `None`.
    pub(crate) fn new(at_once: Option<u32>) -> Turns {
        Turns(at_once.map(|most| Arc::new(Semaphore::new(most.max(1) as usize))))
    }

    /// Waits for a place, and says so in the command's log. None when the command was interrupted meanwhile.
    pub(super) async fn take(&self, context: &mut Context) -> Option<Turn> {
        let Some(places) = &self.0 else {
            return Some(Turn { _place: None });
        };
        if let Ok(place) = Arc::clone(places).try_acquire_owned() {
            return Some(Turn { _place: Some(place) });
        }
        context
            .report
            .header("waiting: this machine runs no more commands at once\n");
        let place = Arc::clone(places).acquire_owned();
        tokio::pin!(place);
        loop {
            tokio::select! {
                place = &mut place => return Some(Turn { _place: place.ok() }),
                () = context.interrupt.cancelled() => return None,
                () = context.report.flush_when_due() => {}
            }
        }
    }
}
