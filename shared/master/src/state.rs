//! What the master is doing now, as plain values for pages and command lines.

use crate::queue::WaitingReason;
use model::{BuildId, BuildSetId, BuilderId, ChangeId, Json, RequestId, SchedulerId, Time, WorkerId};
use serde::Serialize;

/// A picture of one moment.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct State {
    /// Workers of the configuration, and others that are attached.
    pub workers: Vec<WorkerState>,
    /// Requests that no build serves yet, first to be built first.
    pub waiting: Vec<WaitingState>,
    /// Builds under way.
    pub running: Vec<RunningState>,
    /// Changes that wait for quiet.
    pub timers: Vec<Timer>,
    /// The schedulers of the configuration.
    pub schedulers: Vec<SchedulerState>,
    /// Where changes come from.
    pub change_sources: Vec<SourceState>,
    /// No new builds are started.
    pub shutting_down: bool,
    /// What keeps the master from working, for example a full disk; in words.
    pub problem: Option<String>,
}

/// A worker.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct WorkerState {
    /// Its id.
    pub id: WorkerId,
    /// Its name.
    pub name: String,
    /// Has a link and may build.
    pub attached: bool,
    /// Takes no new builds.
    pub paused: bool,
    /// Why.
    pub pause_reason: Option<String>,
    /// Leaves after its builds.
    pub graceful: bool,
    /// It was its own wish to leave.
    pub wants_to_leave: bool,
    /// Runs in this process.
    pub local: bool,
    /// Since when it is attached, or away; `None` when it has not come since the master started.
    pub since: Option<Time>,
    /// Away for longer than its configuration allows.
    pub missing: bool,
    /// Its address, while it is attached over a network.
    pub address: Option<String>,
    /// What is spoken with it, as `c["protocols"]` calls it.
    pub protocol: Option<String>,
    /// What it told of itself, while it is attached.
    pub info: Json,
    /// At most so many builds at once.
    pub max_builds: Option<u32>,
    /// What it builds.
    pub building: Vec<BuildId>,
}

/// A request that waits.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct WaitingState {
    /// Its id.
    pub request: RequestId,
    /// Its set.
    pub set: BuildSetId,
    /// The builder asked.
    pub builder: BuilderId,
    /// Higher first.
    pub priority: i64,
    /// Since when.
    pub submitted_at: Time,
    /// Why.
    pub reason: WaitingReason,
    /// Why, in words.
    pub text: String,
}

/// A build under way.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RunningState {
    /// Its id; `None` for the moment before it is stored.
    pub build: Option<BuildId>,
    /// Its builder.
    pub builder: BuilderId,
    /// Where it runs.
    pub worker: String,
    /// The requests that it serves.
    pub requests: Vec<RequestId>,
}

/// Changes of one scheduler that wait for quiet.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Timer {
    /// The scheduler's name.
    pub scheduler: String,
    /// What waits, oldest first.
    pub changes: Vec<ChangeId>,
    /// When they are built if nothing else comes; `None` while only unimportant ones wait.
    pub fires_at: Option<Time>,
}

/// A scheduler.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SchedulerState {
    /// Its id.
    pub id: SchedulerId,
    /// Its name.
    pub name: String,
    /// Switched on.
    pub enabled: bool,
}

/// A change source (S-130).
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct SourceState {
    /// Its address.
    pub name: String,
    /// How it learns of changes, in words: for example that it is watched, or polled and why.
    pub mode: String,
    /// When it was last reached.
    pub last_contact: Option<Time>,
    /// What went wrong last; `None` while all is well.
    pub error: Option<String>,
    /// Changes delivered since the master started.
    pub changes: u64,
}
