//! Changes come in: each is stored before anybody hears of it, then every scheduler's filter is asked about it.
//!
//! One task does this, so that changes keep their order.

use crate::catalog::Catalog;
use crate::clock::Clock;
use crate::engine::Sender;
use crate::engine::message::Message;
use crate::events::Publisher;
use crate::scheduler::verdict::{Judgement, asks_functions, judge};
use model::{Change, ChangeId, ChangeSourceId, Event, Json, NewChange, SchedulerId, Time};
use std::sync::Arc;
use store::rusqlite::{Result, Transaction};
use store::{Store, StoreError, change_sources, changes};
use tokio::sync::{mpsc, oneshot, watch};

/// So many deliveries may wait; then whoever delivers waits.
const WAITING: usize = 64;

/// After so many deliveries old changes are forgotten, where the configuration says so.
const PRUNE_EVERY: u32 = 64;

/// Something for the schedulers.
pub enum Delivery {
    /// Changes that nobody has seen yet, oldest first.
    New {
        /// The changes.
        changes: Vec<NewChange>,
        /// What their source remembers from now on; stored together with them.
        source: Option<(ChangeSourceId, Json)>,
        /// Told when they are stored.
        reply: oneshot::Sender<std::result::Result<Vec<ChangeId>, StoreError>>,
    },
    /// Changes that were stored before a crash, but not yet decided by every scheduler.
    Again(Vec<Change>),
}

/// The way in.
pub type Deliveries = mpsc::Sender<Delivery>;

/// What the task needs.
pub struct Intake {
    /// Where changes are stored.
    pub store: Store,
    /// Where they are told.
    pub publisher: Publisher,
    /// Times.
    pub clock: Arc<dyn Clock>,
    /// The configuration in force.
    pub catalog: watch::Receiver<Arc<Catalog>>,
    /// Who decides what they cause.
    pub engine: Sender,
}

/// A way in, and where it leads.
pub fn channel() -> (Deliveries, mpsc::Receiver<Delivery>) {
    mpsc::channel(WAITING)
}

impl Intake {
    /// Takes deliveries in until nobody can deliver any more.
    pub async fn run(self, mut deliveries: mpsc::Receiver<Delivery>) {
        let mut count = 0u32;
        while let Some(delivery) = deliveries.recv().await {
            let changes = match delivery {
                Delivery::Again(changes) => changes,
                Delivery::New { changes, source, reply } => {
                    count = count.wrapping_add(1);
                    match self.keep(changes, source, count).await {
                        Ok(changes) => {
                            let _ = reply.send(Ok(changes.iter().map(|change| change.id).collect()));
                            changes
                        }
                        Err(error) => {
                            let _ = reply.send(Err(error));
                            continue;
                        }
                    }
                }
            };
            self.ask_schedulers(changes).await;
        }
    }

    async fn keep(
        &self,
        new: Vec<NewChange>,
        source: Option<(ChangeSourceId, Json)>,
        count: u32,
    ) -> std::result::Result<Vec<Change>, StoreError> {
        let now = self.clock.now();
        let horizon = self
            .catalog
            .borrow()
            .config
            .change_horizon
            .filter(|_| count.is_multiple_of(PRUNE_EVERY));
        let kept = self.store.write(move |c| write(c, &new, source, horizon, now)).await?;
        self.publisher.publish_all(kept.iter().cloned().map(Event::ChangeNew));
        Ok(kept)
    }

    async fn ask_schedulers(&self, changes: Vec<Change>) {
        if changes.is_empty() {
            return;
        }
        let catalog = self.catalog.borrow().clone();
        let changes: Vec<Arc<Change>> = changes.into_iter().map(Arc::new).collect();
        let judgements = judgements(catalog, changes.clone()).await;
        let _ = self.engine.send(Message::Judged { changes, judgements });
    }
}

fn write(
    c: &Transaction<'_>,
    new: &[NewChange],
    source: Option<(ChangeSourceId, Json)>,
    horizon: Option<u64>,
    now: Time,
) -> Result<Vec<Change>> {
    let mut kept = Vec::with_capacity(new.len());
    for change in new {
        let parent = changes::latest_on_branch(c, change)?.map(|parent| parent.id);
        kept.push(changes::insert(c, change, parent, now)?);
    }
    if let Some((id, state)) = source {
        change_sources::set_state(c, id, &state)?;
    }
    if let Some(horizon) = horizon {
        changes::prune(c, horizon)?;
    }
    Ok(kept)
}

/// For each change, what each scheduler thinks of it.
pub async fn judgements(catalog: Arc<Catalog>, changes: Vec<Arc<Change>>) -> Vec<Vec<(SchedulerId, Judgement)>> {
    let slow = catalog
        .schedulers
        .iter()
        .any(|entry| asks_functions(&entry.config.kind));
    let ask = move || -> Vec<Vec<(SchedulerId, Judgement)>> {
        let of_change = |change: &Arc<Change>| {
            let all = catalog.schedulers.iter();
            all.filter_map(|entry| Some((entry.id, judge(&entry.config, change)?)))
                .collect()
        };
        changes.iter().map(of_change).collect()
    };
    if !slow {
        return ask();
    }
    // A task that broke off has been told by its panic; nothing is built then.
    tokio::task::spawn_blocking(ask).await.unwrap_or_default()
}
