//! Keeps the resident small: what a start or a burst took is given back once it is over.
//!
//! It waits for news and so wakes nobody while nothing happens.

use crate::memory;
use app::api::Event;
use std::time::Duration;
use store::Store;
use tokio::sync::broadcast::{Receiver, error::RecvError};

/// So long after something happened memory is given back, and not more often than that: as long as what was learned waits
/// until it is kept, so that both wake the machine together. To whoever looks at a page it costs some milliseconds.
const AFTER: Duration = Duration::from_secs(10);

/// Gives memory back after the start, and after each time in which something happened, until nothing is told any more.
pub async fn after_bursts(mut events: Receiver<Event>, store: Store) {
    loop {
        tokio::time::sleep(AFTER).await;
        // A store that cannot is in trouble that is told elsewhere.
        let _ = store.give_back().await;
        memory::give_back_heap();
        memory::let_go_of_code();
        events = events.resubscribe();
        if let Err(RecvError::Closed) = events.recv().await {
            return;
        }
    }
}
