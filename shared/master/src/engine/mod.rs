//! The one task that owns what is scheduled: it receives messages, decides, and has everything slow done elsewhere.

mod builds;
mod changes;
mod control;
pub mod ledger;
pub mod message;
mod missing;
mod order;
mod reconfigure;
mod shutdown;
mod snapshot;
pub mod start;
mod trouble;
mod workers;

use crate::build::run::Environment;
use crate::catalog::Catalog;
use crate::queue::{Queue, Waiting};
use crate::scheduler::tree::{Moment, TreeState};
use crate::source::Sources;
use ledger::Ledger;
use message::{Message, RunId};
use model::{BuilderId, Change, ChangeId, RequestId, SchedulerId};
use order::Order;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;
use store::StoreError;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// So long after a failed write it is tried again.
const RETRY_WRITING: Duration = Duration::from_secs(2);

/// The way to the engine. Never blocks; callers wait for their answers, so what may pile up is bounded by them.
pub type Sender = mpsc::UnboundedSender<Message>;

/// The engine's state.
pub struct Engine {
    /// `host:basedir`.
    name: String,
    env: Environment,
    sender: Sender,
    /// Ends everything at once.
    closed: CancellationToken,
    /// The configuration in force, for the engine and for everybody else.
    catalog: Arc<Catalog>,
    current: watch::Sender<Arc<Catalog>>,
    queue: Queue,
    /// What is known of each request that waits or is being built.
    orders: HashMap<RequestId, Order>,
    ledger: Ledger,
    /// Requests that are being stored as cancelled.
    cancelling: HashMap<RequestId, Waiting>,
    workers: BTreeMap<String, workers::Slot>,
    running: BTreeMap<RunId, builds::Running>,
    tasks: JoinSet<()>,
    last_run: u64,
    /// Where each builder built last.
    last_worker: HashMap<BuilderId, String>,
    schedulers: HashMap<SchedulerId, Scheduled>,
    /// The changes that schedulers or unwritten sets still need.
    pending_changes: HashMap<ChangeId, Arc<Change>>,
    sources: Sources,
    reconfiguring: reconfigure::Reconfiguring,
    shutdown: Option<shutdown::Ending>,
    /// What keeps everything from being written.
    trouble: watch::Receiver<Option<StoreError>>,
    /// Told when that, or the fault of a change source, is another.
    troubles: watch::Sender<()>,
}

/// A scheduler of the configuration, while the master runs.
struct Scheduled {
    enabled: bool,
    state: TreeState,
}

impl Engine {
    /// Serves messages until the master has shut down, or is dropped.
    pub async fn run(mut self, mut inbox: mpsc::UnboundedReceiver<Message>) {
        let closed = self.closed.clone();
        self.start_builds();
        loop {
            let due = self.next_timer();
            let timer = self.env.clock.sleep_until(due.unwrap_or_default());
            tokio::select! {
                biased;
                () = closed.cancelled() => break,
                message = inbox.recv() => match message {
                    Some(message) => self.receive(message),
                    None => break,
                },
                Ok(()) = self.trouble.changed() => self.trouble_changed(),
                () = timer, if due.is_some() => self.timers_fire(),
                Some(ended) = self.tasks.join_next() => {
                    if let Err(error) = ended {
                        tracing::error!(%error, "a build's task broke off");
                    }
                }
            }
            if self.has_ended() {
                break;
            }
        }
        if !closed.is_cancelled() {
            self.say_goodbye().await;
        }
        closed.cancel();
        self.drop_links();
        self.env.publisher.close();
    }

    fn receive(&mut self, message: Message) {
        match message {
            Message::AddSet { set, scheduler, reply } => self.add_set(*set, scheduler, reply),
            Message::Judged { changes, judgements } => self.judged(changes, judgements),
            Message::Recorded(written) => self.recorded(written),
            Message::RecordAgain => self.record_again(),
            Message::Made(run, build) => self.made(run, build),
            Message::Over(run, outcome) => self.over(run, outcome),
            Message::StopBuild(build, reason, reply) => self.stop_build(build, reason, reply),
            Message::CancelRequest(request, reason, reply) => self.cancel_request(request, reason, reply),
            Message::Cancelled(request, written, reply) => self.cancelled(request, written, reply),
            Message::SetPriority(request, priority, reply) => self.set_priority(request, priority, reply),
            Message::Prioritised(written, reply) => self.prioritised(written, reply),
            Message::EnableScheduler(id, enabled, reply) => self.enable_scheduler(id, enabled, reply),
            Message::SchedulerStored(written, reply) => self.scheduler_stored(written, reply),
            Message::OrderWorker(name, order, reason, reply) => self.order_worker(&name, order, reason, reply),
            Message::WorkerStored(written, reply) => self.worker_stored(written, reply),
            Message::Arrives(name, reply) => self.arrives(name, reply),
            Message::Attached(row, connection, reply) => self.attached(row, connection, reply),
            Message::Notice(connection, notice) => self.notice(&connection, notice),
            Message::Reconfigure(config, reply) => self.reconfigure(*config, reply),
            Message::Reconfigured(written, reply) => self.reconfigured(written, reply),
            Message::Verdicts(change, judgements, reply) => self.tell_verdicts(change, &judgements, reply),
            Message::PollSources => self.sources.poll_now(),
            Message::State(reply) => drop(reply.send(self.snapshot())),
            Message::Shutdown(how, reply) => self.shut_down(how, reply),
        }
    }

    fn moment(&self) -> Moment {
        Moment {
            wall: self.env.clock.now(),
            uptime: self.env.clock.uptime(),
        }
    }
}
