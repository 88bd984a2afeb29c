//! Writing down build sets, and what schedulers remember, one after another.
//!
//! A set and the memory of the scheduler that made it are one transaction, so that no change is built twice or
//! forgotten by a crash. Merging older requests into a set's is decided here, before the set is stored, because the
//! older ones are told as complete before the new ones are told at all.

use super::Engine;
use super::message::{Message, Reply, Requested};
use super::order::Order;
use crate::build::end::complete;
use crate::collapse::{as_rest, may_merge};
use crate::error::ControlError;
use crate::queue::Waiting;
use model::config::filter::truthy;
use model::config::{Collapse, Function, FunctionArgument};
use model::event::RequestVerb;
use model::{BuilderId, ChangeId, Event, Json, MasterId, NewBuildSet, RequestId, Results, SchedulerId, Time};
use std::collections::VecDeque;
use std::sync::Arc;
use store::rusqlite::Transaction;
use store::{StoreError, build_requests, build_sets, schedulers};

/// What is to be written.
#[derive(Default)]
pub struct Entry {
    /// A build set.
    pub set: Option<NewBuildSet>,
    /// What schedulers remember from now on.
    pub memory: Vec<(SchedulerId, Json)>,
    /// Who waits for it.
    pub reply: Option<Reply<Requested>>,
}

/// The entries that wait, and whether one is on its way.
#[derive(Default)]
pub struct Ledger {
    waiting: VecDeque<Entry>,
    under_way: Option<UnderWay>,
    /// After a failure nothing is tried for a while.
    resting: bool,
}

struct UnderWay {
    entry: Entry,
    /// Requests that were taken out of the queue to be merged.
    merged: Vec<(Waiting, Order)>,
    /// Requests that may not start until the configuration's function has spoken.
    held: Vec<RequestId>,
}

/// What was written.
pub struct Recorded {
    requested: Option<Requested>,
    waiting: Vec<Waiting>,
    /// Requests that became part of one of the new ones: old and new.
    merged: Vec<(RequestId, BuilderId)>,
    events: Vec<Event>,
}

/// An older request and the question whether it becomes part of the new one.
struct Question {
    function: Arc<dyn Function>,
    new: Json,
    old: Json,
    waiting: Waiting,
}

impl Ledger {
    /// Nothing is lost when the master ends now. What could not be written is found again by the next start, since
    /// the schedulers' memory was not written either.
    pub fn may_end(&self) -> bool {
        self.under_way.is_none() && (self.waiting.is_empty() || self.resting)
    }

    /// The changes of all sets that are not yet written.
    pub fn changes(&self) -> impl Iterator<Item = ChangeId> {
        let under_way = self.under_way.iter().map(|under_way| &under_way.entry);
        self.waiting
            .iter()
            .chain(under_way)
            .filter_map(|entry| entry.set.as_ref())
            .flat_map(|set| set.changes.iter().copied())
    }

    /// Whether a request is being compared with a newer one.
    pub fn holds(&self, request: RequestId) -> bool {
        self.under_way
            .as_ref()
            .is_some_and(|entry| entry.held.contains(&request))
    }
}

impl Engine {
    /// Has `entry` written after those before it.
    pub(super) fn record(&mut self, entry: Entry) {
        self.ledger.waiting.push_back(entry);
        self.write_next();
    }

    fn write_next(&mut self) {
        if self.ledger.under_way.is_some() || self.ledger.resting {
            return;
        }
        let Some(entry) = self.ledger.waiting.pop_front() else {
            return;
        };
        let mut merged = Vec::new();
        let mut questions = Vec::new();
        if let Some(set) = &entry.set {
            for builder in &set.builders {
                self.find_mergeable(set, *builder, &mut merged, &mut questions);
            }
        }
        let set = entry.set.clone();
        let memory = entry.memory.clone();
        let sure: Vec<Waiting> = merged.iter().map(|(waiting, _)| waiting.clone()).collect();
        let held = questions.iter().map(|question| question.waiting.id).collect();
        self.ledger.under_way = Some(UnderWay { entry, merged, held });
        let (store, sender, master, now) = (
            self.env.store.clone(),
            self.sender.clone(),
            self.catalog.master,
            self.env.clock.now(),
        );
        tokio::spawn(async move {
            let mut old = sure;
            old.extend(ask(questions).await);
            let written = store.write(move |c| write(c, set, memory, old, master, now)).await;
            let _ = sender.send(Message::Recorded(written));
        });
    }

    /// Takes out of the queue what merges for sure, and asks about what the configuration's function decides.
    fn find_mergeable(
        &mut self,
        set: &NewBuildSet,
        builder: BuilderId,
        merged: &mut Vec<(Waiting, Order)>,
        questions: &mut Vec<Question>,
    ) {
        let Some(entry) = self.catalog.builder(builder) else {
            return;
        };
        let rule = entry
            .config
            .collapse
            .clone()
            .unwrap_or_else(|| self.catalog.config.collapse.clone());
        let new = Order::of_set(set, &self.pending_changes);
        let others: Vec<Waiting> = self
            .queue
            .iter()
            .filter(|waiting| waiting.builder == builder)
            .cloned()
            .collect();
        for waiting in others {
            let Some(order) = self.orders.get(&waiting.id) else {
                continue;
            };
            match &rule {
                Collapse::Never => {}
                Collapse::Compatible if may_merge(&new.asked, &order.asked) => {
                    self.queue.remove(waiting.id);
                    if let Some(order) = self.orders.remove(&waiting.id) {
                        merged.push((waiting, order));
                    }
                }
                Collapse::Compatible => {}
                Collapse::Asked(function) => {
                    let itself = Waiting {
                        id: RequestId(0),
                        set: model::BuildSetId(0),
                        builder,
                        priority: set.priority,
                        submitted_at: self.env.clock.now(),
                    };
                    questions.push(Question {
                        function: function.clone(),
                        new: as_rest(&itself, &new.asked),
                        old: as_rest(&waiting, &order.asked),
                        waiting,
                    });
                }
            }
        }
    }

    /// An entry was written, or could not be.
    pub(super) fn recorded(&mut self, written: Result<Recorded, StoreError>) {
        let Some(UnderWay {
            entry,
            mut merged,
            held: _,
        }) = self.ledger.under_way.take()
        else {
            return;
        };
        match written {
            Ok(recorded) => {
                self.env.publisher.publish_all(recorded.events);
                for (old, _) in &recorded.merged {
                    // Those that the function agreed to are still in the queue.
                    if let (Some(waiting), Some(order)) = (self.queue.remove(*old), self.orders.remove(old)) {
                        merged.push((waiting, order));
                    }
                }
                if let Some(set) = &entry.set {
                    let order = Order::of_set(set, &self.pending_changes);
                    self.enqueue(recorded.waiting, &order, merged);
                }
                if let (Some(reply), Some(requested)) = (entry.reply, recorded.requested) {
                    let _ = reply.send(Ok(requested));
                }
            }
            Err(error) => {
                tracing::error!(%error, "a build set could not be written");
                for (waiting, order) in merged {
                    self.orders.insert(waiting.id, order);
                    self.queue.push(waiting);
                }
                match entry.reply {
                    Some(reply) => drop(reply.send(Err(ControlError::Store(error)))),
                    // Nobody else would ask again for what changes cause.
                    None => return self.record_later(entry),
                }
            }
        }
        self.forget_changes();
        self.write_next();
        self.start_builds();
        self.end_if_idle();
    }

    fn enqueue(&mut self, waiting: Vec<Waiting>, order: &Order, merged: Vec<(Waiting, Order)>) {
        for new in waiting {
            let mut order = order.clone();
            for (old, old_order) in merged.iter().filter(|(old, _)| old.builder == new.builder) {
                order.absorbed.push(old.id);
                order.absorbed.extend(&old_order.absorbed);
            }
            self.orders.insert(new.id, order);
            self.queue.push(new);
        }
    }

    /// Tries `entry` again after a while; those behind it wait.
    fn record_later(&mut self, entry: Entry) {
        self.ledger.waiting.push_front(entry);
        self.ledger.resting = true;
        let (clock, sender) = (self.env.clock.clone(), self.sender.clone());
        tokio::spawn(async move {
            clock.sleep_until(clock.uptime() + super::RETRY_WRITING).await;
            let _ = sender.send(Message::RecordAgain);
        });
    }

    /// The rest is over.
    pub(super) fn record_again(&mut self) {
        self.ledger.resting = false;
        self.write_next();
    }
}

/// Asks the configuration's function; one that fails merges nothing.
async fn ask(questions: Vec<Question>) -> Vec<Waiting> {
    if questions.is_empty() {
        return Vec::new();
    }
    let asked = tokio::task::spawn_blocking(move || {
        let agreed = questions.into_iter().filter(|question| {
            match question
                .function
                .call(FunctionArgument::Requests(&question.new, &question.old))
            {
                Ok(said) => truthy(&said),
                Err(error) => {
                    tracing::warn!(%error, "collapseRequests failed; the requests stay apart");
                    false
                }
            }
        });
        agreed.map(|question| question.waiting).collect()
    });
    asked.await.unwrap_or_default()
}

fn write(
    c: &Transaction<'_>,
    set: Option<NewBuildSet>,
    memory: Vec<(SchedulerId, Json)>,
    old: Vec<Waiting>,
    master: MasterId,
    now: Time,
) -> store::rusqlite::Result<Recorded> {
    let mut events = Vec::new();
    let mut merged = Vec::new();
    for waiting in old {
        if build_requests::claim(c, &[waiting.id], master, now)? {
            let row = build_requests::get(c, waiting.id)?;
            events.extend(row.map(|row| Event::Request(RequestVerb::Claimed, row)));
            complete(c, &[waiting.id], Results::Skipped, waiting.set, now, &mut events)?;
            merged.push((waiting.id, waiting.builder));
        }
    }
    for (scheduler, state) in memory {
        schedulers::set_state(c, scheduler, &state)?;
    }
    let mut recorded = Recorded {
        requested: None,
        waiting: Vec::new(),
        merged,
        events,
    };
    if let Some(set) = set {
        let (set, requests) = build_sets::insert(c, &set, now)?;
        recorded.requested = Some(Requested {
            set: set.id,
            requests: requests.iter().map(|request| (request.builder, request.id)).collect(),
        });
        recorded.waiting = requests.iter().map(Order::waiting).collect();
        recorded.events.push(Event::BuildSetNew(set));
        let new = requests
            .into_iter()
            .map(|request| Event::Request(RequestVerb::New, request));
        recorded.events.extend(new);
    }
    Ok(recorded)
}
