//! From the master's events to the hub.

use super::hub::{End, Hub};
use master::{Closed, Events, Master};
use model::{Event, MasterId, Time};
use store::Store;
use wire::events::News;

/// Publishes all that happens on `master` until it stops.
///
/// When events are lost because this task came too late, every listener is dropped: each would miss something without
/// knowing it.
pub async fn pump(master: Master, store: Store, mut events: Events, hub: Hub) {
    let mut row = row(&master, &store).await;
    loop {
        match events.next().await {
            Ok(event) => {
                if let Event::Master(_, now) = &*event {
                    row = now.clone();
                }
                if !hub.is_idle() {
                    hub.publish(&News::of(&event, &row));
                }
            }
            Err(Closed::TooSlow { missed }) => {
                tracing::warn!(missed, "events came faster than they could be told; listeners are dropped");
                events = master.subscribe();
                hub.drop_all(End::Lost);
            }
            Err(Closed::Stopped) => {
                hub.close();
                return;
            }
        }
    }
}

/// The master as schedulers' bodies show it.
async fn row(master: &Master, store: &Store) -> model::Master {
    let id = master.catalog().master;
    let stored = store.read(move |c| store::masters::get(c, id)).await;
    stored.ok().flatten().unwrap_or_else(|| nameless(id))
}

/// For a store that cannot be read just now: its failure is told where it matters.
fn nameless(id: MasterId) -> model::Master {
    model::Master {
        id,
        name: String::new(),
        active: true,
        last_active: Time::default(),
    }
}
