//! What changes cause: schedulers are told, timers run, sets are asked for.

use super::Engine;
use super::ledger::Entry;
use super::message::{Reply, Requested};
use crate::catalog::SchedulerEntry;
use crate::error::ControlError;
use crate::scheduler::set_of_changes;
use crate::scheduler::verdict::{Judgement, Verdict};
use model::{Change, ChangeId, Json, NewBuildSet, SchedulerId, Time};
use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::oneshot;

impl Engine {
    /// Somebody asks for a set.
    pub(super) fn add_set(&mut self, set: NewBuildSet, scheduler: Option<SchedulerId>, reply: Reply<Requested>) {
        if self.shutdown.is_some() {
            drop(reply.send(Err(ControlError::Stopped)));
            return;
        }
        let disabled = scheduler.is_some_and(|id| self.schedulers.get(&id).is_some_and(|known| !known.enabled));
        if disabled {
            drop(reply.send(Err(ControlError::Disabled(set.scheduler))));
            return;
        }
        self.record(Entry {
            set: Some(set),
            reply: Some(reply),
            ..Entry::default()
        });
    }

    /// Changes arrived, and each scheduler has said what it thinks of each of them.
    pub(super) fn judged(&mut self, changes: Vec<Arc<Change>>, judgements: Vec<Vec<(SchedulerId, Judgement)>>) {
        let now = self.moment();
        let mut remember = HashSet::new();
        for (change, judgements) in changes.iter().zip(judgements) {
            self.pending_changes.insert(change.id, change.clone());
            for (id, judgement) in judgements {
                let catalog = self.catalog.clone();
                let Some(entry) = catalog.schedulers.iter().find(|entry| entry.id == id) else {
                    continue;
                };
                let Some(scheduled) = self.schedulers.get_mut(&id) else {
                    continue;
                };
                if scheduled.state.seen.is_some_and(|seen| seen >= change.id) {
                    continue;
                }
                scheduled.state.seen = Some(change.id);
                remember.insert(id);
                if let Some(warning) = &judgement.warning {
                    tracing::warn!(
                        scheduler = judgement.scheduler,
                        warning,
                        "a function of the configuration failed"
                    );
                }
                if judgement.refused.is_some() || !scheduled.enabled {
                    continue;
                }
                let due = scheduled
                    .state
                    .add(&entry.config.kind, change, judgement.important, now);
                if let Some(changes) = due {
                    self.ask_for(entry, &changes);
                    remember.remove(&id);
                }
            }
        }
        let memory: Vec<(SchedulerId, Json)> = remember.into_iter().filter_map(|id| self.memory_of(id)).collect();
        self.record(Entry {
            memory,
            ..Entry::default()
        });
    }

    /// Asks for the set that `changes` cause, together with what its scheduler remembers afterwards.
    fn ask_for(&mut self, entry: &SchedulerEntry, changes: &[ChangeId]) {
        let changes: Vec<Change> = changes
            .iter()
            .filter_map(|id| Some(Change::clone(self.pending_changes.get(id)?)))
            .collect();
        let mut set = set_of_changes(&entry.config, &changes);
        let named = |name: &String| {
            self.catalog
                .builders
                .iter()
                .find(|builder| builder.config.name == *name)
        };
        set.builders = entry
            .config
            .builders
            .iter()
            .filter_map(named)
            .map(|builder| builder.id)
            .collect();
        let has_work = !set.builders.is_empty() && !changes.is_empty();
        let memory = self.memory_of(entry.id).into_iter().collect();
        self.record(Entry {
            set: has_work.then_some(set),
            memory,
            reply: None,
        });
    }

    /// What a scheduler remembers now.
    pub(super) fn memory_of(&self, id: SchedulerId) -> Option<(SchedulerId, Json)> {
        let state = &self.schedulers.get(&id)?.state;
        Some((id, serde_json::to_value(state).ok()?))
    }

    /// When the next timer fires.
    pub(super) fn next_timer(&self) -> Option<Duration> {
        if self.shutdown.is_some() {
            return None;
        }
        let enabled = self.schedulers.values().filter(|scheduled| scheduled.enabled);
        let trees = enabled.filter_map(|scheduled| scheduled.state.next_due());
        trees.chain(self.next_missing()).min()
    }

    /// Asks for all sets whose time has come, and tells of workers that are away for too long.
    pub(super) fn timers_fire(&mut self) {
        let uptime = self.env.clock.uptime();
        self.tell_missing(uptime);
        let catalog = self.catalog.clone();
        for entry in &catalog.schedulers {
            let due = match self.schedulers.get_mut(&entry.id) {
                Some(scheduled) if scheduled.enabled => scheduled.state.take_due(uptime),
                _ => continue,
            };
            for changes in due {
                self.ask_for(entry, &changes);
            }
        }
    }

    /// Forgets changes that nobody needs any more.
    pub(super) fn forget_changes(&mut self) {
        if self.pending_changes.is_empty() {
            return;
        }
        let states = self
            .schedulers
            .values()
            .flat_map(|scheduled| scheduled.state.pending.values());
        let mut needed: HashSet<ChangeId> = states.flat_map(|pending| pending.changes.iter().copied()).collect();
        needed.extend(self.ledger.changes());
        self.pending_changes.retain(|id, _| needed.contains(id));
    }

    /// What each scheduler makes of a change, with what waits.
    pub(super) fn tell_verdicts(
        &self,
        change: ChangeId,
        judgements: &[(SchedulerId, Judgement)],
        reply: oneshot::Sender<Vec<Verdict>>,
    ) {
        let now = self.moment();
        let mut verdicts = Vec::new();
        for (id, judgement) in judgements {
            let entry = self.catalog.schedulers.iter().find(|entry| entry.id == *id);
            let (Some(entry), Some(scheduled)) = (entry, self.schedulers.get(id)) else {
                continue;
            };
            let mut verdict = judgement.verdict(&entry.config, scheduled.enabled);
            let due = scheduled.state.pending_of(change).and_then(|pending| pending.due);
            if let Some(due) = due {
                let seconds = due.saturating_sub(now.uptime).as_secs_f64().ceil();
                verdict.text = format!("builds in {seconds} s if nothing else comes");
            }
            verdicts.push(verdict);
        }
        let _ = reply.send(verdicts);
    }

    /// The wall clock's time of a moment of the monotonic one.
    pub(super) fn wall_time(&self, uptime: Duration) -> Time {
        let now = self.moment();
        let left = uptime.saturating_sub(now.uptime);
        now.wall
            .plus_millis(i64::try_from(left.as_millis()).unwrap_or(i64::MAX))
    }
}
