//! A worker that is attached: its calls are answered, its commands' updates go to whoever runs them.

use super::command::{News, Running, StartError};
use super::transfer::{Ask, Reply, Transfers};
use futures_util::FutureExt;
use model::Json;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use wire::worker::link::{CallError, Caller, Inbox, Incoming};
use wire::worker::{Answer, Call, CommandId, Failure, MasterCall, TransferId, Value, WorkerCall};

/// So many updates of a command may wait for its step. Then the link is not read, so that a slow disk slows the
/// command instead of filling the memory.
const UPDATES: usize = 32;

/// What a worker tells the engine, other than about commands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notice {
    /// It wants to leave after its builds.
    WantsToLeave,
    /// The link is gone.
    Lost,
}

/// How a worker of another machine came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// Its address, as far as it has one.
    pub address: Option<String>,
    /// What is spoken, as `c["protocols"]` calls it.
    pub protocol: String,
}

/// The link to one worker. Clones share it.
#[derive(Clone, Debug)]
pub struct Connection(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    worker: String,
    origin: Option<Origin>,
    caller: Caller,
    /// What it told of itself, without `environ` and `worker_commands`.
    info: Json,
    /// Its own environment.
    environment: Vec<(String, Json)>,
    commands_known: Option<Vec<String>>,
    /// The builders that it was told last.
    builders: Mutex<Vec<(String, String)>>,
    running: Mutex<HashMap<CommandId, mpsc::Sender<News>>>,
    transfers: Transfers,
    closed: CancellationToken,
}

/// Commands are numbered over all workers (`worker-protocol-pb` §3).
static LAST_COMMAND: AtomicU64 = AtomicU64::new(0);

impl Connection {
    /// A link whose worker has told of itself.
    pub(super) fn new(
        worker: String,
        origin: Option<Origin>,
        caller: Caller,
        info: Json,
        environment: Vec<(String, Json)>,
        commands_known: Option<Vec<String>>,
        builders: Vec<(String, String)>,
    ) -> Connection {
        Connection(Arc::new(Shared {
            worker,
            origin,
            caller,
            info,
            environment,
            commands_known,
            builders: Mutex::new(builders),
            running: Mutex::default(),
            transfers: Transfers::default(),
            closed: CancellationToken::new(),
        }))
    }

    /// Its name.
    pub fn worker(&self) -> &str {
        &self.0.worker
    }

    /// How it came; `None` for one of this process.
    pub fn origin(&self) -> Option<&Origin> {
        self.0.origin.as_ref()
    }

    /// What it told of itself.
    pub fn info(&self) -> &Json {
        &self.0.info
    }

    /// The environment that it runs in, as it told it.
    pub fn environment(&self) -> &[(String, Json)] {
        &self.0.environment
    }

    /// Whether both are the same link.
    pub fn is(&self, other: &Connection) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// Whether it was told exactly these builders last; from now on it counts as told.
    pub fn was_told(&self, builders: &[(String, String)]) -> bool {
        let mut told = self.0.builders.lock().unwrap_or_else(PoisonError::into_inner);
        let same = *told == builders;
        *told = builders.to_vec();
        same
    }

    /// Its folder, if it told one.
    pub fn folder(&self) -> Option<&str> {
        self.0.info.get("basedir").and_then(Json::as_str)
    }

    /// The files that it may read or write.
    pub fn transfers(&self) -> &Transfers {
        &self.0.transfers
    }

    /// Cancelled when the link is gone.
    pub fn closed(&self) -> &CancellationToken {
        &self.0.closed
    }

    /// Whether the link is there.
    pub fn is_open(&self) -> bool {
        !self.0.closed.is_cancelled()
    }

    /// Drops the link; its builds end as if it had been lost.
    pub fn drop_link(&self) {
        self.0.closed.cancel();
    }

    fn running(&self) -> MutexGuard<'_, HashMap<CommandId, mpsc::Sender<News>>> {
        self.0.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Calls the worker and waits for its answer, or for the loss of the link.
    pub async fn call(&self, call: MasterCall) -> Result<Answer, CallError> {
        tokio::select! {
            answer = self.0.caller.call(Call::Master(call)) => answer,
            () = self.0.closed.cancelled() => Err(CallError::Lost),
        }
    }

    /// A line for its log.
    pub async fn print(&self, message: &str) -> Result<(), CallError> {
        self.call(MasterCall::Print {
            message: message.to_owned(),
        })
        .await
        .map(drop)
    }

    /// Starts a command. Resolves when it is launched.
    pub async fn start(&self, builder: &str, name: &str, args: Value) -> Result<Running, StartError> {
        if self
            .0
            .commands_known
            .as_ref()
            .is_some_and(|known| known.iter().all(|one| one != name))
        {
            return Err(StartError::TooOld {
                worker: self.0.worker.clone(),
                command: name.to_owned(),
            });
        }
        let id = (LAST_COMMAND.fetch_add(1, Ordering::Relaxed) + 1).to_string();
        let (sender, news) = mpsc::channel(UPDATES);
        self.running().insert(id.clone(), sender);
        // Made first, so that whatever happens now forgets the command again.
        let running = Running::new(self.clone(), builder.to_owned(), id.clone(), news);
        let call = MasterCall::StartCommand {
            builder: builder.to_owned(),
            id,
            name: name.to_owned(),
            args,
        };
        self.call(call).await?;
        Ok(running)
    }

    /// The command is of no interest any more.
    pub(super) fn forget(&self, id: &str) {
        self.running().remove(id);
    }

    /// Serves the worker's calls until the link is gone, then tells so.
    pub(super) async fn serve(self, mut inbox: Inbox, notices: impl Fn(Notice) + Send + Sync + 'static) {
        loop {
            let incoming = tokio::select! {
                biased;
                incoming = inbox.next() => incoming,
                // The worker listens no more; what it has said until now still counts.
                () = self.0.caller.lost() => inbox.next().now_or_never().flatten(),
                () = self.0.closed.cancelled() => None,
            };
            let Some(incoming) = incoming else { break };
            self.handle(incoming, &notices).await;
        }
        self.0.closed.cancel();
        // The receivers end without a completion: that is how a step learns of the loss.
        self.running().clear();
        notices(Notice::Lost);
    }

    async fn handle(&self, incoming: Incoming, notices: &impl Fn(Notice)) {
        let (call, answer) = incoming.split();
        let Call::Worker(call) = call else {
            return answer(Err(no_such_method("a master's call was sent to the master")));
        };
        match call {
            WorkerCall::Keepalive => answer(Ok(Answer::None)),
            WorkerCall::Shutdown => {
                notices(Notice::WantsToLeave);
                answer(Ok(Answer::None));
            }
            WorkerCall::Update { id, updates } => {
                self.tell(&id, News::Updates(updates)).await;
                answer(Ok(Answer::Number(0)));
            }
            WorkerCall::Complete { id, failure } => {
                self.tell(&id, News::Complete(failure)).await;
                self.forget(&id);
                answer(Ok(Answer::None));
            }
            WorkerCall::Read { transfer, length } => self.hand(transfer, Ask::Read(length), answer).await,
            WorkerCall::CloseReader { transfer } => self.hand(transfer, Ask::CloseReader, answer).await,
            WorkerCall::Write { transfer, data } => self.hand(transfer, Ask::Write(data), answer).await,
            WorkerCall::CloseWriter { transfer } => self.hand(transfer, Ask::CloseWriter, answer).await,
            WorkerCall::SetTimes {
                transfer,
                accessed,
                modified,
            } => self.hand(transfer, Ask::SetTimes(accessed, modified), answer).await,
            WorkerCall::Unpack { transfer } => self.hand(transfer, Ask::Unpack, answer).await,
        }
    }

    async fn hand(
        &self,
        transfer: TransferId,
        ask: Ask,
        answer: impl FnOnce(Result<Answer, Failure>) + Send + 'static,
    ) {
        let answer: Reply = Box::new(answer);
        self.0.transfers.hand(transfer, ask, answer).await;
    }

    /// News of a command that nobody runs any more are dropped.
    async fn tell(&self, id: &str, news: News) {
        let sender = self.running().get(id).cloned();
        if let Some(sender) = sender {
            let _ = sender.send(news).await;
        }
    }
}

fn no_such_method(message: &str) -> Failure {
    Failure {
        kind: "twisted.spread.flavors.NoSuchMethod".to_owned(),
        message: message.to_owned(),
    }
}
