//! All that the engine's task is told.

use crate::build::run::Outcome;
use crate::catalog::Diff;
use crate::error::{AttachError, ControlError};
use crate::scheduler::verdict::{Judgement, Verdict};
use crate::state::State;
use crate::worker::{Connection, Notice};
use model::config::MasterConfig;
use model::{
    BuildId, BuildRequest, BuildSetId, BuilderId, Change, ChangeId, NewBuildSet, RequestId, Scheduler, SchedulerId,
    Worker,
};
use std::sync::Arc;
use store::StoreError;
use tokio::sync::oneshot;

/// An answer to whoever asked.
pub type Reply<T, E = ControlError> = oneshot::Sender<Result<T, E>>;

/// A build set that was asked for, with its requests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requested {
    /// Its id.
    pub set: BuildSetId,
    /// A request for each builder.
    pub requests: Vec<(BuilderId, RequestId)>,
}

/// How the master ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shutdown {
    /// Builds under way are finished first.
    Finish,
    /// Builds under way are stopped, and made again after the next start.
    Stop,
}

/// What a person does to a worker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WorkerOrder {
    /// Takes no new builds.
    Pause,
    /// Takes builds again.
    Unpause,
    /// Leaves after its builds.
    Stop,
    /// Leaves now; its builds are made again.
    Kill,
    /// Takes [`WorkerOrder::Stop`] back, while it still builds.
    Stay,
}

/// One run of a build among those under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RunId(pub u64);

/// The closed list.
pub enum Message {
    /// Somebody asks for builds.
    AddSet {
        /// What.
        set: Box<NewBuildSet>,
        /// The scheduler that must be switched on for it.
        scheduler: Option<SchedulerId>,
        /// Gets the ids.
        reply: Reply<Requested>,
    },
    /// Changes are stored, and the schedulers' filters were asked.
    Judged {
        /// Oldest first.
        changes: Vec<Arc<Change>>,
        /// For each change what each scheduler thinks.
        judgements: Vec<Vec<(SchedulerId, Judgement)>>,
    },
    /// A build set, or what schedulers remember, is stored; or could not be.
    Recorded(Result<super::ledger::Recorded, StoreError>),
    /// What could not be written may be tried again.
    RecordAgain,
    /// A build is stored.
    Made(RunId, BuildId),
    /// A build is over.
    Over(RunId, Outcome),
    /// Stop a build.
    StopBuild(BuildId, Option<String>, Reply<()>),
    /// Cancel a request.
    CancelRequest(RequestId, Option<String>, Reply<()>),
    /// A request that waited is stored as cancelled; or could not be.
    Cancelled(RequestId, Result<(), StoreError>, Reply<()>),
    /// Let a request that waits be built sooner or later.
    SetPriority(RequestId, i64, Reply<()>),
    /// Its priority is stored, unless it is over; or could not be.
    Prioritised(Result<Option<BuildRequest>, StoreError>, Reply<()>),
    /// Switch a scheduler on or off.
    EnableScheduler(SchedulerId, bool, Reply<()>),
    /// That is stored; or could not be.
    SchedulerStored(Result<Option<Scheduler>, StoreError>, Reply<()>),
    /// Pause a worker and the like.
    OrderWorker(String, WorkerOrder, Option<String>, Reply<()>),
    /// A worker's row has changed; or could not be.
    WorkerStored(Result<Option<Worker>, StoreError>, Option<Reply<()>>),
    /// A worker would like to attach: which builders it would have, and who is attached under its name.
    Arrives(String, oneshot::Sender<Result<Arrival, AttachError>>),
    /// It has told of itself, and that is stored.
    Attached(Worker, Connection, oneshot::Sender<Result<(), AttachError>>),
    /// News of an attached worker.
    Notice(Connection, Notice),
    /// Serve another configuration.
    Reconfigure(Box<MasterConfig>, Reply<Diff>),
    /// It is stored; or could not be.
    Reconfigured(Result<Box<super::reconfigure::Stored>, StoreError>, Reply<Diff>),
    /// What the schedulers make of a change.
    Verdicts(ChangeId, Vec<(SchedulerId, Judgement)>, oneshot::Sender<Vec<Verdict>>),
    /// Have all change sources look now.
    PollSources,
    /// A picture of this moment.
    State(oneshot::Sender<State>),
    /// End.
    Shutdown(Shutdown, oneshot::Sender<()>),
}

/// What a worker that arrives must know.
pub struct Arrival {
    /// Its builders with their folders.
    pub builders: Vec<(String, String)>,
    /// Who is attached under its name.
    pub present: Option<Connection>,
}
