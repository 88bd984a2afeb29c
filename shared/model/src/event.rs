//! What happens on a master, one closed list; `live-events` §1.4 has each one's keys and body.

use crate::{
    Build, BuildId, BuildRequest, BuildSet, Builder, BuilderId, Change, Claim, Log, Master, Project, Properties,
    RequestId, Scheduler, Step, Time, Worker, WorkerId,
};

/// Something happened. The bodies are whole, as of the event.
///
/// An event is published only after what it tells is durable in the store.
#[derive(Clone, Debug, PartialEq)]
#[allow(
    clippy::large_enum_variant,
    reason = "events are shared behind an Arc, never copied or kept in numbers"
)]
pub enum Event {
    /// `changes/{id}/new`
    ChangeNew(Change),
    /// `buildsets/{id}/new`, with the name of its scheduler.
    BuildSetNew(BuildSet),
    /// `buildsets/{id}/complete`
    BuildSetComplete(BuildSet),
    /// `buildrequests/{id}/new|claimed|unclaimed|complete`
    Request(RequestVerb, BuildRequest),
    /// `buildrequests/{id}/cancel`, following `complete`; its body is null.
    RequestCancel(BuildRequest),
    /// `builds/{id}/new|update|finished`
    Build(BuildVerb, Build),
    /// `builds/{id}/properties/update`: only those that changed.
    BuildProperties(BuildId, Properties),
    /// `builds/{id}/steps/{id}/new|started|updated|finished`
    Step(StepVerb, Step),
    /// `logs/{id}/new|append|finished`, with the log's state.
    Log(LogVerb, Log),
    /// `builders/{id}/started|stopped|update`
    Builder(BuilderVerb, Builder),
    /// `workers/{id}/connected|disconnected|state_updated`
    Worker(WorkerVerb, Worker),
    /// `workers/{id}/missing`: it is away for longer than the configuration allows.
    WorkerMissing {
        /// Which.
        worker: Worker,
        /// When it was here last, or since when the master waits for it.
        last_connection: Time,
        /// Who wants to know.
        notify: Vec<String>,
    },
    /// `masters/{id}/started|stopped`
    Master(MasterVerb, Master),
    /// `schedulers/{id}/updated`
    SchedulerUpdated(Scheduler),
    /// `projects/{id}/update`
    ProjectUpdated(Project),
    /// `claims/{builderid}/new|over`: somebody has a broken builder, or nobody any more.
    Claim(BuilderId, Option<Claim>),
    /// `control/…`: an order that was given.
    Control(Control),
}

macro_rules! verbs {
    ($($(#[$doc:meta])* $name:ident { $($(#[$verb_doc:meta])* $verb:ident = $word:literal,)+ })+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name { $($(#[$verb_doc])* $verb,)+ }

        impl $name {
            /// The last element of the event's key.
            pub const fn word(self) -> &'static str {
                match self { $($name::$verb => $word,)+ }
            }
        }
    )+};
}

verbs! {
    /// What happened to a build request.
    RequestVerb {
        /// It was asked for.
        New = "new",
        /// A master took it.
        Claimed = "claimed",
        /// It went back to the queue.
        Unclaimed = "unclaimed",
        /// It needs nothing more.
        Complete = "complete",
    }
    /// What happened to a build.
    BuildVerb {
        /// It was made.
        New = "new",
        /// Its state changed.
        Update = "update",
        /// It is over; only this is authoritative.
        Finished = "finished",
    }
    /// What happened to a step.
    StepVerb {
        /// It was made.
        New = "new",
        /// It runs.
        Started = "started",
        /// Its text or links changed, or it has its locks.
        Updated = "updated",
        /// It is over.
        Finished = "finished",
    }
    /// What happened to a log.
    LogVerb {
        /// It was opened.
        New = "new",
        /// It has more lines.
        Append = "append",
        /// It is complete.
        Finished = "finished",
    }
    /// What happened to a builder.
    BuilderVerb {
        /// The configuration has it.
        Started = "started",
        /// The configuration has it no more.
        Stopped = "stopped",
        /// Its description, tags or project changed.
        Update = "update",
    }
    /// What happened to a worker.
    WorkerVerb {
        /// It attached.
        Connected = "connected",
        /// It is gone.
        Disconnected = "disconnected",
        /// Paused, resumed or told to leave.
        StateUpdated = "state_updated",
    }
    /// What happened to a master.
    MasterVerb {
        /// It runs.
        Started = "started",
        /// It ended.
        Stopped = "stopped",
    }
}

/// An order, as it is visible on Buildbot's bus.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Control {
    /// What it is about.
    pub target: ControlTarget,
    /// `stop`, `cancel`, `pause`, `unpause` or `kill`.
    pub verb: String,
    /// As the person gave it.
    pub reason: Option<String>,
}

/// What an order is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ControlTarget {
    /// `control/builds/{id}`
    Build(BuildId),
    /// `control/buildrequests/{id}`
    Request(RequestId),
    /// `control/worker/{id}`
    Worker(WorkerId),
}
