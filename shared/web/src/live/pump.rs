//! From the master's events to the hub.

use super::hub::{End, Hub};
use master::{Closed, Events, Master, Shutdown};
use model::event::MasterVerb;
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
                tell(&hub, &event, &mut row);
                if matches!(&*event, Event::Master(MasterVerb::Stopped, stopped) if stopped.id == row.id) {
                    last_words(&master, events, &hub, &mut row).await;
                    return;
                }
            }
            Err(Closed::TooSlow { missed }) => {
                tracing::warn!(
                    missed,
                    "events came faster than they could be told; listeners are dropped"
                );
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

fn tell(hub: &Hub, event: &Event, row: &mut model::Master) {
    if let Event::Master(_, now) = event {
        *row = now.clone();
    }
    if !hub.is_idle() {
        hub.publish(&News::of(event, row));
    }
}

/// The master is ending: what it tells until it has ended, and then the end of all listening.
async fn last_words(master: &Master, mut events: Events, hub: &Hub, row: &mut model::Master) {
    // It was told to end before; this only waits for it.
    master.shutdown(Shutdown::Finish).await;
    while let Ok(Some(event)) = events.try_next() {
        tell(hub, &event, row);
    }
    hub.close();
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
