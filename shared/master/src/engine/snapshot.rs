//! A picture of the engine's state.

use super::Engine;
use crate::queue::{Waiting, WaitingReason};
use crate::state::{RunningState, SchedulerState, State, Timer, WaitingState, WorkerState};
use model::BuildId;

impl Engine {
    pub(super) fn snapshot(&self) -> State {
        State {
            workers: self
                .workers
                .iter()
                .map(|(name, slot)| self.worker_state(name, slot))
                .collect(),
            waiting: self.waiting_states(),
            running: self.running.values().map(running_state).collect(),
            timers: self.timers(),
            schedulers: self.scheduler_states(),
            change_sources: self.sources.states(),
            shutting_down: self.shutdown.is_some(),
            problem: self.trouble.borrow().as_ref().map(ToString::to_string),
        }
    }

    fn worker_state(&self, name: &str, slot: &super::workers::Slot) -> WorkerState {
        let here = self.running.values().filter(|running| running.worker == name);
        let building: Vec<BuildId> = here.filter_map(|running| running.build).collect();
        let (link, config) = (
            slot.connection.as_ref(),
            self.catalog.worker(name).map(|(_, config)| config),
        );
        let origin = link.and_then(|link| link.origin());
        WorkerState {
            id: slot.id,
            name: name.to_owned(),
            attached: slot.connection.is_some(),
            paused: slot.paused,
            pause_reason: slot.pause_reason.clone(),
            graceful: slot.graceful,
            wants_to_leave: slot.wants_to_leave,
            local: config.is_some_and(|config| config.local),
            since: slot.since,
            missing: slot.missing,
            address: origin.and_then(|origin| origin.address.clone()),
            protocol: origin.map(|origin| origin.protocol.clone()),
            info: link.map_or(model::Json::Null, |link| link.info().clone()),
            max_builds: config.and_then(|config| config.max_builds),
            building,
        }
    }

    /// What waits; first what left the queue for a build that is not stored yet, so that nothing is ever in between.
    fn waiting_states(&self) -> Vec<WaitingState> {
        let starting = self.running.values().filter(|running| running.build.is_none());
        let starting = starting.map(|running| waiting_state(&running.request, WaitingReason::Starting));
        let queued = self
            .queue
            .iter()
            .map(|request| waiting_state(request, self.why_waiting(request)));
        starting.chain(queued).collect()
    }

    fn timers(&self) -> Vec<Timer> {
        let mut timers = Vec::new();
        for entry in &self.catalog.schedulers {
            let Some(scheduled) = self.schedulers.get(&entry.id) else {
                continue;
            };
            timers.extend(scheduled.state.pending.values().map(|pending| Timer {
                scheduler: entry.config.name.clone(),
                changes: pending.changes.clone(),
                fires_at: pending.due.map(|due| self.wall_time(due)),
            }));
        }
        timers
    }

    fn scheduler_states(&self) -> Vec<SchedulerState> {
        let enabled = |id| self.schedulers.get(&id).is_some_and(|scheduled| scheduled.enabled);
        let state = |entry: &crate::catalog::SchedulerEntry| SchedulerState {
            id: entry.id,
            name: entry.config.name.clone(),
            enabled: enabled(entry.id),
        };
        self.catalog.schedulers.iter().map(state).collect()
    }
}

fn waiting_state(request: &Waiting, reason: WaitingReason) -> WaitingState {
    WaitingState {
        request: request.id,
        set: request.set,
        builder: request.builder,
        priority: request.priority,
        submitted_at: request.submitted_at,
        text: reason.text(),
        reason,
    }
}

fn running_state(running: &super::builds::Running) -> RunningState {
    RunningState {
        build: running.build,
        builder: running.builder,
        worker: running.worker.clone(),
        requests: vec![running.request.id],
    }
}
