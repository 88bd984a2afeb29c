//! The master's side of a connection: its calls as requests, and the worker's requests as calls.

use super::arguments::{self, Translated};
use super::envelope::{Draft, Request, value};
use super::paths::Machine;
use super::peer::{Heard, Peer, Reply, Side, exception};
use super::setup::{self, Outcome, Step};
use super::update;
use bytes::Bytes;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::oneshot;
use wire::worker::link::CallError;
use wire::worker::{Answer, Call, CommandId, Failure, MasterCall, SIZE_LIMIT, TransferId, Value, WorkerCall};

/// The master's side of a connection. Clones share it.
#[derive(Clone)]
pub(super) struct MasterSide(Arc<State>);

struct State {
    worker: String,
    /// The worker is one of ours.
    ours: bool,
    told: Mutex<Told>,
    commands: Mutex<Commands>,
}

/// What both ends know of each other.
#[derive(Default)]
struct Told {
    machine: Option<Machine>,
    /// The builders' whole paths, by name.
    folders: HashMap<String, String>,
    /// The worker has its settings.
    settled: bool,
}

#[derive(Default)]
struct Commands {
    running: HashMap<CommandId, Command>,
    steps: u64,
}

/// Whose a command is.
enum Command {
    /// A step's, and the file that it transfers.
    Build(Option<TransferId>),
    /// This protocol's own.
    Setup(Step),
}

impl MasterSide {
    /// A master's side, for a worker that may be one of ours.
    pub(super) fn new(worker: &str, ours: bool) -> MasterSide {
        MasterSide(Arc::new(State {
            worker: worker.to_owned(),
            ours,
            told: Mutex::default(),
            commands: Mutex::default(),
        }))
    }

    fn told(&self) -> MutexGuard<'_, Told> {
        self.0.told.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn commands(&self) -> MutexGuard<'_, Commands> {
        self.0.commands.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A command of this protocol's own: its id, and how it ends.
    pub(super) fn begin_step(&self) -> (CommandId, oneshot::Receiver<Result<Outcome, Failure>>) {
        let mut commands = self.commands();
        commands.steps += 1;
        // The engine counts in plain numbers.
        let id = format!("setup-{}", commands.steps);
        let (done, ended) = oneshot::channel();
        let step = Step {
            outcome: Outcome::default(),
            done,
        };
        commands.running.insert(id.clone(), Command::Setup(step));
        (id, ended)
    }

    /// A command did not start.
    pub(super) fn forget(&self, id: &str) {
        self.commands().running.remove(id);
    }

    /// The connection is gone: no command ends any more.
    pub(super) fn lost(&self) {
        self.commands().running.clear();
    }

    /// Asks the worker about itself, and keeps what the paths need.
    async fn info(&self, peer: &Peer, answer: Reply) {
        let side = self.clone();
        peer.send(Draft::new("get_worker_info"), move |result| {
            answer(result.map_err(exception).and_then(|raw| match value(&raw) {
                Ok(Value::Dict(info)) => {
                    side.told().machine = Machine::of(&info);
                    Ok(Answer::Info(info))
                }
                Ok(other) => Err(exception(format!("the worker tells of itself by {}", other.kind()))),
                Err(error) => Err(exception(format!("the worker tells of itself, but {error}"))),
            }));
        })
        .await;
    }

    /// Makes the builders' folders, and keeps which they are.
    async fn set_builders(&self, peer: &Peer, builders: Vec<(String, String)>) -> Result<(), CallError> {
        let (machine, settled) = {
            let told = self.told();
            (told.machine.clone(), told.settled)
        };
        let Some(machine) = machine else {
            let reason = "the worker does not tell its folder ('basedir'), below which builds run";
            return Err(exception(reason.to_owned()).into());
        };
        if !settled {
            setup::settings(peer).await?;
            self.told().settled = true;
        }
        setup::folders(self, peer, &machine, &builders).await?;
        let folders = builders.into_iter().map(|(name, folder)| {
            let folder = machine.join(&machine.basedir, &folder);
            (name, folder)
        });
        self.told().folders = folders.collect();
        Ok(())
    }

    async fn start(&self, peer: &Peer, builder: String, id: CommandId, name: &str, args: Value, answer: Reply) {
        if !self.0.ours && arguments::has_obfuscated(&args) {
            let reason = "Buildbot's worker shows hidden words of a command in its log when it is connected over \
                          msgpack, so the command is not sent; connect this worker with --protocol=pb, or run \
                          'outpost worker' there";
            return answer(Err(exception(reason.to_owned())));
        }
        let translated = {
            let told = self.told();
            match (&told.machine, told.folders.get(&builder)) {
                (Some(machine), Some(folder)) => arguments::translate(name, &args, folder, machine),
                _ => {
                    drop(told);
                    let reason = format!("worker {} serves no builder '{builder}'", self.0.worker);
                    return answer(Err(exception(reason)));
                }
            }
        };
        let (name, args, transfer) = match translated {
            Some(Translated { name, args, transfer }) => (name, args, transfer),
            None => (name, args, None),
        };
        // Before it is sent, because news may come before the response (§4).
        self.commands().running.insert(id.clone(), Command::Build(transfer));
        let draft = Draft::new("start_command")
            .text("builder_name", &builder)
            .text("command_id", &id)
            .text("command_name", name)
            .value("args", &args);
        let side = self.clone();
        peer.send(draft, move |result| {
            if result.is_err() {
                side.forget(&id);
            }
            answer(nothing(result));
        })
        .await;
    }

    fn update(&self, request: &Request) -> Result<Heard, String> {
        let id = request.text("command_id")?;
        let updates = update::read(request.needed("args")?).map_err(|error| format!("'args': {error}"))?;
        match self.commands().running.get_mut(&id) {
            None => return Err(unknown_command()),
            Some(Command::Build(_)) => {}
            Some(Command::Setup(step)) => {
                updates.into_iter().for_each(|update| step.outcome.add(update));
                return Ok(Heard::Answer(Ok(Value::None)));
            }
        }
        Ok(Heard::Call(Call::Worker(WorkerCall::Update { id, updates })))
    }

    fn complete(&self, request: &Request) -> Result<Heard, String> {
        let id = request.text("command_id")?;
        let failure = match request.value("args")? {
            Value::None => None,
            text => Some(told_failure(&text.to_string())),
        };
        let command = self.commands().running.remove(&id).ok_or_else(unknown_command)?;
        Ok(match command {
            Command::Build(_) => Heard::Call(Call::Worker(WorkerCall::Complete { id, failure })),
            Command::Setup(Step { outcome, done }) => {
                let _ = done.send(failure.map_or(Ok(outcome), Err));
                Heard::Answer(Ok(Value::None))
            }
        })
    }

    /// A call about the file that a command transfers.
    fn transfer(&self, request: &Request) -> Result<Heard, String> {
        let id = request.text("command_id")?;
        let transfer = match self.commands().running.get(&id) {
            Some(Command::Build(Some(transfer))) => *transfer,
            Some(_) => return Err(format!("command {id} transfers no file")),
            None => return Err(unknown_command()),
        };
        let seconds = |name: &str| {
            let value = request.value(name)?;
            value.float().ok_or_else(|| format!("'{name}' should be a number"))
        };
        let call = match request.op.as_str() {
            "update_upload_file_write" | "update_upload_directory_write" => WorkerCall::Write {
                transfer,
                data: match request.value("args")? {
                    Value::Bytes(data) => data,
                    Value::Text(text) => text.into(),
                    other => return Err(format!("'args' should be bytes, but is {}", other.kind())),
                },
            },
            "update_upload_file_close" => WorkerCall::CloseWriter { transfer },
            "update_upload_file_utime" => WorkerCall::SetTimes {
                transfer,
                accessed: seconds("access_time")?,
                modified: seconds("modified_time")?,
            },
            "update_upload_directory_unpack" => WorkerCall::Unpack { transfer },
            "update_read_file" => {
                let length = request.value("length")?.int().and_then(|n| usize::try_from(n).ok());
                let length = length.ok_or("'length' should be a number of bytes")?;
                WorkerCall::Read {
                    transfer,
                    length: length.min(SIZE_LIMIT),
                }
            }
            _ => WorkerCall::CloseReader { transfer },
        };
        Ok(Heard::Call(Call::Worker(call)))
    }
}

impl Side for MasterSide {
    async fn tell(&self, peer: &Peer, call: Call, answer: Reply) {
        let Call::Master(call) = call else {
            return answer(Err(exception("this is a master".to_owned())));
        };
        let draft = match call {
            MasterCall::Print { message } if message == "keepalive" => Draft::new("keepalive"),
            MasterCall::Print { message } => Draft::new("print").text("message", &message),
            MasterCall::GetWorkerInfo => return self.info(peer, answer).await,
            MasterCall::SetBuilderList { builders } => {
                let (side, peer) = (self.clone(), peer.clone());
                // It is several requests, and other calls need not wait for it.
                tokio::spawn(async move {
                    match side.set_builders(&peer, builders).await {
                        Ok(()) => answer(Ok(Answer::None)),
                        Err(CallError::Failed(failure)) => answer(Err(failure)),
                        Err(CallError::Unsendable(error)) => answer(Err(error.into())),
                        // An answer that is dropped says so.
                        Err(CallError::Lost) => {}
                    }
                });
                return;
            }
            MasterCall::Shutdown => Draft::new("shutdown"),
            // The protocol has no word for it, and no worker does anything then.
            MasterCall::StartBuild { .. } => return answer(Ok(Answer::None)),
            MasterCall::StartCommand {
                builder,
                id,
                name,
                args,
            } => return self.start(peer, builder, id, &name, args, answer).await,
            MasterCall::InterruptCommand { builder, id, why } => Draft::new("interrupt_command")
                .text("builder_name", &builder)
                .text("command_id", &id)
                .text("why", &why),
        };
        peer.send(draft, move |result| answer(nothing(result))).await;
    }

    fn hear(&self, request: &Request) -> Heard {
        let heard = match request.op.as_str() {
            "update" => self.update(request),
            "complete" => self.complete(request),
            "update_upload_file_write"
            | "update_upload_file_close"
            | "update_upload_file_utime"
            | "update_upload_directory_write"
            | "update_upload_directory_unpack"
            | "update_read_file"
            | "update_read_file_close" => self.transfer(request),
            // Only a worker of ours has been told that it may.
            "shutdown" => Ok(Heard::Call(Call::Worker(WorkerCall::Shutdown))),
            other => Err(format!("Command {other} does not exist.")),
        };
        heard.unwrap_or_else(|error| Heard::Answer(Err(error)))
    }

    fn not_started(&self, _: &str) {
        // A worker starts nothing here.
    }
}

fn nothing(result: Result<Bytes, String>) -> Result<Answer, Failure> {
    result.map(|_| Answer::None).map_err(exception)
}

/// The original's words.
fn unknown_command() -> String {
    "'unknown \"command_id\"'".to_owned()
}

/// `[Failure instance: Traceback: <class 'KIND'>: MESSAGE` and lines of a traceback.
fn told_failure(text: &str) -> Failure {
    let parts = || {
        let (_, rest) = text.split_once("<class '")?;
        let (kind, rest) = rest.split_once("'>: ")?;
        let message = rest.lines().next()?.trim_end_matches(']');
        Some(Failure {
            kind: kind.to_owned(),
            message: message.to_owned(),
        })
    };
    parts().unwrap_or_else(|| exception(text.to_owned()))
}
