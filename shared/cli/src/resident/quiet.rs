//! Keeps the resident small: what a start or a burst took is given back once it is over.
//!
//! It waits for news and so wakes nobody while nothing happens.

use crate::memory;
use app::service::App;
use std::time::Duration;
use store::Store;
use tokio::sync::broadcast::error::RecvError;

/// So long after something happened memory is given back, and not more often than that: as long as what was learned waits
/// until it is kept, so that both wake the machine together. To whoever looks at a page it costs some milliseconds.
const AFTER: Duration = Duration::from_secs(10);

/// What was learned of joined masters is kept a minute after it was learned, which takes memory too: so long after things
/// became quiet memory is given back once more.
const ONCE_MORE: Duration = Duration::from_secs(65);

/// Gives memory back after the start, and after each time in which something happened.
pub async fn after_bursts(app: App, store: Store) {
    let mut events = app.events();
    loop {
        tokio::time::sleep(AFTER).await;
        // Whoever looked may be gone soon, and what was shown goes then.
        if give_back(&app, &store).await {
            continue;
        }
        events = events.resubscribe();
        let heard = match tokio::time::timeout(ONCE_MORE, events.recv()).await {
            Ok(heard) => heard,
            Err(_) => {
                give_back(&app, &store).await;
                events.recv().await
            }
        };
        if let Err(RecvError::Closed) = heard {
            return;
        }
    }
}

/// Whether a face looked since this was done last; what it sees stays.
async fn give_back(app: &App, store: &Store) -> bool {
    let is_looked_at = app.watching().forget_view();
    // A store that cannot is in trouble that is told elsewhere.
    let _ = store.give_back().await;
    memory::give_back_heap();
    memory::let_go_of_code();
    is_looked_at
}
