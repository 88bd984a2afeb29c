//! Starting builds, and what follows when they end.

use super::Engine;
use super::message::{Message, RunId};
use crate::build::run::{self, Outcome, Plan};
use crate::build::stop::Stop;
use crate::catalog::BuilderEntry;
use crate::queue::{Candidate, Waiting, WaitingReason, choose_worker};
use crate::worker::Connection;
use model::{BuildId, BuilderId, RequestId};
use std::collections::BTreeSet;

/// A build under way, as the engine sees it.
pub struct Running {
    /// Its builder.
    pub builder: BuilderId,
    /// Its worker's name.
    pub worker: String,
    /// The request that it serves.
    pub request: Waiting,
    /// Its id, once it is stored.
    pub build: Option<BuildId>,
    /// The order to stop it.
    pub stop: Stop,
}

impl Engine {
    /// Starts every build that can start, first come first served.
    pub(super) fn start_builds(&mut self) {
        if self.shutdown.is_some() || self.is_in_trouble() {
            return;
        }
        let waiting: Vec<(RequestId, BuilderId)> = self.queue.iter().map(|w| (w.id, w.builder)).collect();
        // A builder that could not start one request cannot start the next.
        let mut stuck = BTreeSet::new();
        let catalog = self.catalog.clone();
        for (request, builder) in waiting {
            if stuck.contains(&builder) || self.ledger.holds(request) {
                continue;
            }
            let Some(entry) = catalog.builder(builder) else {
                continue;
            };
            match (self.choose(entry), self.queue.get(request).cloned()) {
                (Ok(worker), Some(request)) => self.start_build(request, entry, &worker),
                _ => drop(stuck.insert(builder)),
            }
        }
    }

    fn choose(&self, builder: &BuilderEntry) -> Result<String, WaitingReason> {
        let candidates: Vec<Candidate> = builder
            .config
            .workers
            .iter()
            .map(|name| self.candidate(name, builder.id))
            .collect();
        choose_worker(&candidates).map(|chosen| chosen.name.clone())
    }

    fn candidate(&self, name: &str, builder: BuilderId) -> Candidate {
        let slot = self.workers.get(name);
        let here = || self.running.values().filter(|running| running.worker == name);
        Candidate {
            name: name.to_owned(),
            attached: slot
                .and_then(|slot| slot.connection.as_ref())
                .is_some_and(Connection::is_open),
            paused: slot.is_some_and(|slot| slot.paused),
            graceful: slot.is_some_and(|slot| slot.graceful),
            running: here().count(),
            max_builds: self.catalog.worker(name).and_then(|(_, config)| config.max_builds),
            builder_busy: here().any(|running| running.builder == builder),
            was_last: self.last_worker.get(&builder).is_some_and(|last| last == name),
        }
    }

    /// Why a request waits.
    pub(super) fn why_waiting(&self, request: &Waiting) -> WaitingReason {
        if self.shutdown.is_some() {
            return WaitingReason::ShuttingDown;
        }
        if self.ledger.holds(request.id) {
            return WaitingReason::Deciding;
        }
        if let Some(error) = &*self.trouble.borrow() {
            return WaitingReason::Storage {
                reason: error.to_string(),
            };
        }
        match self.catalog.builder(request.builder) {
            None => WaitingReason::BuilderRemoved,
            Some(builder) => self.choose(builder).err().unwrap_or(WaitingReason::Starting),
        }
    }

    fn start_build(&mut self, request: Waiting, builder: &BuilderEntry, worker: &str) {
        let slot = self.workers.get(worker).and_then(|slot| slot.connection.clone());
        let (Some(connection), Some(config)) = (slot, self.catalog.worker(worker).cloned()) else {
            return;
        };
        let Some(order) = self.orders.get(&request.id) else {
            return;
        };
        let stop = Stop::default();
        let mut requests = vec![request.id];
        requests.extend(&order.absorbed);
        let plan = Plan {
            catalog: self.catalog.clone(),
            builder: builder.clone(),
            worker: config,
            connection,
            requests,
            set: request.set,
            source_stamps: order.source_stamps.clone(),
            set_properties: order.properties().clone(),
            rebuilt: order.rebuilt,
            stop: stop.clone(),
        };
        self.queue.remove(request.id);
        self.last_run += 1;
        let id = RunId(self.last_run);
        let running = Running {
            builder: builder.id,
            worker: worker.to_owned(),
            request,
            build: None,
            stop,
        };
        self.running.insert(id, running);
        let (env, sender) = (self.env.clone(), self.sender.clone());
        self.tasks.spawn(async move {
            let over = OnDrop {
                sender: sender.clone(),
                message: Some(Message::Over(id, Outcome::NeverMade)),
            };
            let outcome = run::run(env, plan, |build| drop(sender.send(Message::Made(id, build)))).await;
            over.send(Message::Over(id, outcome));
        });
    }

    /// A build is stored.
    pub(super) fn made(&mut self, run: RunId, build: BuildId) {
        if let Some(running) = self.running.get_mut(&run) {
            running.build = Some(build);
            self.last_worker.insert(running.builder, running.worker.clone());
        }
    }

    /// A build is over.
    pub(super) fn over(&mut self, run: RunId, outcome: Outcome) {
        let Some(running) = self.running.remove(&run) else {
            return;
        };
        match outcome {
            Outcome::Again => self.queue.push(running.request),
            Outcome::Done | Outcome::NeverMade => drop(self.orders.remove(&running.request.id)),
            // Nothing of it is stored, so it still waits.
            Outcome::Unwritten(error) if error.stops_all_writes() => self.queue.push(running.request),
            Outcome::Unwritten(error) => tracing::error!(%error, "a build could not be written down"),
        }
        self.worker_may_leave(&running.worker);
        self.start_builds();
        self.end_if_idle();
    }
}

/// Sends a message even when its task breaks off.
struct OnDrop {
    sender: super::Sender,
    message: Option<Message>,
}

impl OnDrop {
    fn send(mut self, message: Message) {
        self.message = Some(message);
    }
}

impl Drop for OnDrop {
    fn drop(&mut self) {
        if let Some(message) = self.message.take() {
            let _ = self.sender.send(message);
        }
    }
}
