//! The engine's beginning: what the store remembers, put in order.

use super::message::Message;
use super::order::Order;
use super::workers::Slot;
use super::{Engine, Scheduled};
use crate::build::run::Environment;
use crate::catalog::{Catalog, Entered, enter};
use crate::clock::Clock;
use crate::error::StartError;
use crate::events::Publisher;
use crate::intake::{self, Deliveries, Delivery, Intake};
use crate::queue::{Queue, Waiting};
use crate::recovery::recover;
use crate::scheduler::tree::{Moment, TreeState};
use crate::secrets::Secrets;
use crate::setup::Setup;
use crate::source::{Sources, Surroundings};
use crate::worker::transfer;
use model::config::MasterConfig;
use model::query::{Filter, Op, Order as Sort, Query, Value};
use model::{BuilderId, Change, ChangeId, SchedulerId, Time, Worker};
use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use store::rusqlite::{Result, Transaction};
use store::{build_requests, build_sets, builds, changes, masters, schedulers, workers};
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;

/// What a handle to a running engine holds.
pub struct Started {
    /// To the engine.
    pub sender: super::Sender,
    /// For changes.
    pub deliveries: Deliveries,
    /// The configuration in force.
    pub catalog: watch::Receiver<Arc<Catalog>>,
    /// What happens.
    pub publisher: Publisher,
    /// Told when a change source or the store gets into trouble or out of it.
    pub troubles: watch::Receiver<()>,
    /// Where secrets come from.
    pub secrets: Arc<dyn Secrets>,
    /// Where times come from.
    pub clock: Arc<dyn Clock>,
    /// Ends everything at once.
    pub closed: CancellationToken,
}

/// What the store remembers.
struct Remembered {
    catalog: Catalog,
    waiting: Vec<(Waiting, Order)>,
    memory: HashMap<SchedulerId, TreeState>,
    pending: Vec<Change>,
    undecided: Vec<Change>,
    workers: Vec<Worker>,
    last_worker: HashMap<BuilderId, String>,
}

/// Recovers from a crash, enters the configuration and starts the engine's tasks.
pub async fn start(setup: Setup) -> std::result::Result<Started, StartError> {
    let Setup {
        store,
        config,
        name,
        cache,
        folder,
        clock,
        secrets,
    } = setup;
    let parts: Arc<Path> = cache.join("parts").into();
    let left = parts.clone();
    // Before anything is uploaded again.
    let _ = tokio::task::spawn_blocking(move || transfer::sweep(&left)).await;
    let publisher = Publisher::default();
    let now = clock.now();
    let (config, own_name) = (Arc::new(config), name.clone());
    let remembered = store.write(move |c| read(c, config, &own_name, now)).await?;
    let (sender, inbox) = mpsc::unbounded_channel::<Message>();
    let (deliveries, delivered) = intake::channel();
    let catalog = Arc::new(remembered.catalog);
    let current = watch::Sender::new(catalog.clone());
    let receiver = current.subscribe();
    let closed = CancellationToken::new();
    let env = Environment {
        store: store.clone(),
        publisher: publisher.clone(),
        clock: clock.clone(),
        secrets: secrets.clone(),
        folder: folder.into(),
        parts,
    };
    let troubles = watch::Sender::new(());
    let told = troubles.subscribe();
    let surroundings = Surroundings {
        store: store.clone(),
        deliveries: deliveries.clone(),
        cache,
        clock: clock.clone(),
        troubles: troubles.clone(),
    };
    let mut engine = Engine {
        name,
        env,
        sender: sender.clone(),
        closed: closed.clone(),
        catalog: catalog.clone(),
        current,
        queue: Queue::default(),
        orders: HashMap::new(),
        ledger: super::Ledger::default(),
        cancelling: HashMap::new(),
        workers: slots(&catalog, remembered.workers, clock.uptime()),
        running: BTreeMap::new(),
        tasks: tokio::task::JoinSet::new(),
        last_run: 0,
        last_worker: remembered.last_worker,
        schedulers: HashMap::new(),
        pending_changes: remembered
            .pending
            .into_iter()
            .map(|change| (change.id, Arc::new(change)))
            .collect(),
        sources: Sources::new(surroundings),
        reconfiguring: super::reconfigure::Reconfiguring::default(),
        shutdown: None,
        trouble: store.trouble(),
        troubles,
    };
    for (waiting, order) in remembered.waiting {
        engine.orders.insert(waiting.id, order);
        engine.queue.push(waiting);
    }
    let moment = Moment {
        wall: now,
        uptime: clock.uptime(),
    };
    engine.schedulers = scheduled(&catalog, remembered.memory, moment);
    drop(engine.sources.follow(&catalog));
    let intake = Intake {
        store,
        publisher: publisher.clone(),
        clock: clock.clone(),
        catalog: receiver.clone(),
        engine: sender.clone(),
    };
    let ended = closed.clone();
    tokio::spawn(async move {
        tokio::select! {
            () = intake.run(delivered) => {}
            () = ended.cancelled() => {}
        }
    });
    // Before anything new, what was stored but not decided.
    let _ = deliveries.send(Delivery::Again(remembered.undecided)).await;
    tokio::spawn(engine.run(inbox));
    Ok(Started {
        sender,
        deliveries,
        catalog: receiver,
        publisher,
        troubles: told,
        secrets,
        clock,
        closed,
    })
}

fn read(c: &Transaction<'_>, config: Arc<MasterConfig>, name: &str, now: Time) -> Result<Remembered> {
    recover(c, now)?;
    // Nobody can be listening yet, so nothing of this is told.
    let Entered { catalog, .. } = enter(c, config, None, name, now)?;
    masters::set_active(c, catalog.master, true, now)?;
    let mut waiting = Vec::new();
    for request in build_requests::unfinished(c)? {
        if let Some(set) = build_sets::get(c, request.build_set)? {
            waiting.push((Order::waiting(&request), Order::read(c, &request, &set)?));
        }
    }
    let newest = newest_change(c)?;
    let mut memory = HashMap::new();
    for entry in &catalog.schedulers {
        let kept = schedulers::get_state(c, entry.id)?;
        let kept: Option<TreeState> = kept.and_then(|state| serde_json::from_value(state).ok());
        let state = match kept.filter(|state| state.seen.is_some()) {
            Some(state) => state,
            None => begin_to_remember(c, entry.id, newest)?,
        };
        memory.insert(entry.id, state);
    }
    let (pending, undecided) = changes_of(c, &mut memory)?;
    let mut last_worker = HashMap::new();
    for entry in &catalog.builders {
        let last = builds::last_of_builder(c, entry.id, 1)?
            .into_iter()
            .next()
            .and_then(|build| build.worker);
        if let Some(worker) = last.map(|id| workers::get(c, id)).transpose()?.flatten() {
            last_worker.insert(entry.id, worker.name);
        }
    }
    let workers = workers::list(c)?;
    Ok(Remembered {
        catalog,
        waiting,
        memory,
        pending,
        undecided,
        workers,
        last_worker,
    })
}

/// A scheduler that is new does not build the past, but everything from now on.
fn begin_to_remember(c: &Transaction<'_>, id: SchedulerId, newest: Option<ChangeId>) -> Result<TreeState> {
    let state = TreeState {
        seen: newest.or(Some(ChangeId(0))),
        ..TreeState::default()
    };
    schedulers::set_state(c, id, &serde_json::json!(state))?;
    Ok(state)
}

/// The newest change there is.
pub(super) fn newest_change(c: &Transaction<'_>) -> Result<Option<ChangeId>> {
    let query = Query {
        limit: Some(1),
        ..Query::default()
    };
    let order = vec![Sort {
        field: "changeid".to_owned(),
        descending: true,
    }];
    Ok(changes::list(c, &Query { order, ..query })?
        .first()
        .map(|change| change.id))
}

/// The changes that schedulers wait with, and those that at least one of them has not decided about.
fn changes_of(c: &Transaction<'_>, memory: &mut HashMap<SchedulerId, TreeState>) -> Result<(Vec<Change>, Vec<Change>)> {
    let mut pending: BTreeMap<ChangeId, Change> = BTreeMap::new();
    for state in memory.values_mut() {
        for waiting in state.pending.values_mut() {
            for id in &waiting.changes {
                if let Some(change) = changes::get(c, *id)? {
                    pending.insert(*id, change);
                }
            }
            // A change that was forgotten meanwhile cannot be built.
            waiting.changes.retain(|id| pending.contains_key(id));
        }
        state.pending.retain(|_, waiting| !waiting.changes.is_empty());
    }
    let seen = memory.values().filter_map(|state| state.seen).min();
    let undecided = match seen {
        None => Vec::new(),
        Some(seen) => {
            let newer = Filter {
                field: "changeid".to_owned(),
                op: Op::Gt,
                values: vec![Value::Number(seen.0)],
            };
            let order = vec![Sort {
                field: "changeid".to_owned(),
                descending: false,
            }];
            changes::list(
                c,
                &Query {
                    filters: vec![newer],
                    order,
                    ..Query::default()
                },
            )?
        }
    };
    Ok((pending.into_values().collect(), undecided))
}

fn slots(catalog: &Catalog, rows: Vec<Worker>, uptime: Duration) -> BTreeMap<String, Slot> {
    let configured = rows.into_iter().filter(|row| catalog.worker(&row.name).is_some());
    configured
        .map(|row| {
            (
                row.name.clone(),
                Slot {
                    graceful: false,
                    ..Slot::of_row(&row, uptime)
                },
            )
        })
        .collect()
}

fn scheduled(
    catalog: &Catalog,
    mut memory: HashMap<SchedulerId, TreeState>,
    now: Moment,
) -> HashMap<SchedulerId, Scheduled> {
    let mut all = HashMap::new();
    for entry in &catalog.schedulers {
        let mut state = memory.remove(&entry.id).unwrap_or_default();
        if entry.row.enabled {
            state.resume(&entry.config.kind, now);
        }
        all.insert(
            entry.id,
            Scheduled {
                enabled: entry.row.enabled,
                state,
            },
        );
    }
    all
}
