//! The worker's side of a connection: its calls as requests, and the master's requests as calls.

use super::envelope::{Draft, Request, value};
use super::peer::{Heard, Peer, Reply, Side, exception};
use super::transfers::{Kind, Transfers};
use super::{encode, update};
use crate::ConnectError;
use bytes::Bytes;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::oneshot;
use wire::worker::{Answer, Call, CommandId, Failure, MasterCall, Update, Value, WorkerCall};

/// What a master says to be taken as an end of line. Ours are the same, whatever it says.
const NEWLINES: &str = r"(\r\n|\r(?=.)|\033\[u|\033\[[0-9]+;[0-9]+[Hf]|\033\[2J|\x08+)";

/// The worker's side of a connection. Clones share it.
#[derive(Clone)]
pub(super) struct WorkerSide(Arc<State>);

struct State {
    /// The master is one of ours.
    ours: bool,
    attach: Mutex<Attach>,
    transfers: Mutex<Transfers>,
}

/// How far the master is in taking the worker.
struct Attach {
    /// It has said something.
    heard: bool,
    /// It has sent its settings.
    settled: bool,
    /// It lists the worker's folder by this command.
    listing: Option<CommandId>,
    accept: Option<oneshot::Sender<Result<(), ConnectError>>>,
}

impl Attach {
    fn end(&mut self, result: Result<(), ConnectError>) {
        if let Some(accept) = self.accept.take() {
            let _ = accept.send(result);
        }
    }
}

impl WorkerSide {
    /// A worker on a master that may be one of ours. `accept` is told when the master has taken the worker.
    pub(super) fn new(ours: bool, accept: oneshot::Sender<Result<(), ConnectError>>) -> WorkerSide {
        WorkerSide(Arc::new(State {
            ours,
            attach: Mutex::new(Attach {
                heard: false,
                settled: false,
                listing: None,
                accept: Some(accept),
            }),
            transfers: Mutex::default(),
        }))
    }

    /// Whether the master has said anything.
    pub(super) fn has_heard(&self) -> bool {
        self.attach().heard
    }

    /// The master has taken the worker, or will not. What is said first counts.
    pub(super) fn attached(&self, result: Result<(), ConnectError>) {
        self.attach().end(result);
    }

    fn attach(&self) -> MutexGuard<'_, Attach> {
        self.0.attach.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn transfers(&self) -> MutexGuard<'_, Transfers> {
        self.0.transfers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The master knows that a command is over.
    fn completed(&self, id: &str) {
        let mut attach = self.attach();
        if attach.listing.as_deref() == Some(id) {
            attach.end(Ok(()));
        }
        drop(attach);
        self.transfers().end(id);
    }

    fn start(&self, request: &Request) -> Result<(CommandId, Call), String> {
        let builder = request.optional_text("builder_name")?;
        let id = request.text("command_id")?;
        let name = request.text("command_name")?;
        let mut args = request.value("args")?;
        let mut attach = self.attach();
        if builder.is_some() {
            attach.end(Ok(()));
        } else if name == "listdir" && attach.listing.is_none() {
            attach.listing = Some(id.clone());
        }
        drop(attach);
        let transfer = self.transfers().start(&id, Kind::of(&name));
        if let (Some((reference, transfer)), Value::Dict(pairs)) = (transfer, &mut args) {
            pairs.push((reference.to_owned(), transfer.into()));
        }
        let call = MasterCall::StartCommand {
            builder: builder.unwrap_or_default(),
            id: id.clone(),
            name,
            args,
        };
        Ok((id, Call::Master(call)))
    }

    fn print(&self, request: &Request) -> Result<Call, String> {
        let message = request.text("message")?;
        let mut attach = self.attach();
        if attach.settled {
            attach.end(Ok(()));
        }
        Ok(Call::Master(MasterCall::Print { message }))
    }

    /// All of the settings must be there. Whole lines are found and sent by rules of our own, which keep every
    /// character and wait for milliseconds instead of seconds.
    fn settings(&self, request: &Request) -> Result<Value, String> {
        let args = request.value("args")?;
        for name in ["newline_re", "max_line_length", "buffer_timeout", "buffer_size"] {
            if args.get(name).is_none() {
                return Err(format!("'{name}'"));
            }
        }
        if args.get("newline_re").and_then(Value::text) != Some(NEWLINES) {
            tracing::info!("the master wants lines to end otherwise than this worker knows; it is not heeded");
        }
        self.attach().settled = true;
        Ok(Value::None)
    }

    fn interrupt(request: &Request) -> Result<Call, String> {
        Ok(Call::Master(MasterCall::InterruptCommand {
            builder: request.optional_text("builder_name")?.unwrap_or_default(),
            id: request.text("command_id")?,
            why: request.text("why")?,
        }))
    }

    async fn update(&self, peer: &Peer, id: &str, updates: &[Update], answer: Reply) {
        let mut lists = update::write(updates);
        let Some(last) = lists.pop() else {
            return answer(Ok(Answer::Number(0)));
        };
        let draft = |list: Vec<u8>| {
            Draft::new("update")
                .field("args", |out| out.extend_from_slice(&list))
                .text("command_id", id)
        };
        for list in lists {
            peer.send(draft(list), |_| {}).await;
        }
        peer.send(draft(last), move |result| {
            answer(result.map(|_| Answer::Number(0)).map_err(exception));
        })
        .await;
    }

    async fn complete(&self, peer: &Peer, id: CommandId, failure: Option<Failure>, answer: Reply) {
        let draft = Draft::new("complete").field("args", |out| match failure {
            None => encode::nil(out),
            Some(Failure { kind, message }) => encode::text(
                out,
                &format!("[Failure instance: Traceback: <class '{kind}'>: {message}\n]"),
            ),
        });
        let (side, draft) = (self.clone(), draft.text("command_id", &id));
        peer.send(draft, move |result| {
            side.completed(&id);
            answer(nothing(result));
        })
        .await;
    }

    /// A call of a transfer, which is named by its command.
    async fn transfer(&self, peer: &Peer, call: WorkerCall, answer: Reply) {
        let (WorkerCall::Write { transfer, .. }
        | WorkerCall::CloseWriter { transfer }
        | WorkerCall::SetTimes { transfer, .. }
        | WorkerCall::Unpack { transfer }
        | WorkerCall::Read { transfer, .. }
        | WorkerCall::CloseReader { transfer }) = call
        else {
            return;
        };
        let Some((id, kind)) = self.transfers().command(transfer) else {
            return answer(Err(exception(format!("nothing is transferred as {transfer}"))));
        };
        let ignores_failure = matches!(call, WorkerCall::SetTimes { .. });
        let draft = match call {
            WorkerCall::Write { data, .. } if kind == Kind::Directory => {
                Draft::new("update_upload_directory_write").bytes("args", &data)
            }
            WorkerCall::Write { data, .. } => Draft::new("update_upload_file_write").bytes("args", &data),
            WorkerCall::CloseWriter { .. } => Draft::new("update_upload_file_close"),
            WorkerCall::SetTimes { accessed, modified, .. } => Draft::new("update_upload_file_utime")
                .value("access_time", &accessed.into())
                .value("modified_time", &modified.into()),
            WorkerCall::Unpack { .. } => Draft::new("update_upload_directory_unpack"),
            WorkerCall::Read { length, .. } => {
                let length = i64::try_from(length).unwrap_or(i64::MAX);
                Draft::new("update_read_file").value("length", &length.into())
            }
            _ => Draft::new("update_read_file_close"),
        };
        peer.send(draft.text("command_id", &id), move |result| {
            answer(match result {
                Err(error) if ignores_failure => {
                    // Buildbot 4.3 always fails here, though the file has arrived (§6).
                    tracing::info!("the master did not keep a file's times: {error}");
                    Ok(Answer::None)
                }
                result => block(result),
            });
        })
        .await;
    }

    /// The worker wants to leave. Only a master of ours can be asked.
    async fn leave(&self, peer: &Peer, answer: Reply) {
        if !self.0.ours {
            let reason = "over msgpack, Buildbot's master cannot be asked to let a worker go";
            return answer(Err(exception(reason.to_owned())));
        }
        peer.send(Draft::new("shutdown"), move |result| answer(nothing(result)))
            .await;
    }
}

impl Side for WorkerSide {
    async fn tell(&self, peer: &Peer, call: Call, answer: Reply) {
        match call {
            Call::Master(_) => answer(Err(exception("this is a worker".to_owned()))),
            Call::Worker(WorkerCall::Keepalive) => {
                peer.ping().await;
                answer(Ok(Answer::None));
            }
            Call::Worker(WorkerCall::Shutdown) => self.leave(peer, answer).await,
            Call::Worker(WorkerCall::Update { id, updates }) => self.update(peer, &id, &updates, answer).await,
            Call::Worker(WorkerCall::Complete { id, failure }) => self.complete(peer, id, failure, answer).await,
            Call::Worker(transfer) => self.transfer(peer, transfer, answer).await,
        }
    }

    fn hear(&self, request: &Request) -> Heard {
        self.attach().heard = true;
        let call = match request.op.as_str() {
            "print" => self.print(request),
            "get_worker_info" => Ok(Call::Master(MasterCall::GetWorkerInfo)),
            "start_command" => {
                return match self.start(request) {
                    Ok((id, call)) => Heard::Start(id, call),
                    Err(error) => Heard::Answer(Err(error)),
                };
            }
            "interrupt_command" => WorkerSide::interrupt(request),
            "shutdown" => Ok(Call::Master(MasterCall::Shutdown)),
            "keepalive" => return Heard::Answer(Ok(Value::None)),
            "set_worker_settings" => return Heard::Answer(self.settings(request)),
            other => Err(format!("Command {other} does not exist.")),
        };
        match call {
            Ok(call) => Heard::Call(call),
            Err(error) => Heard::Answer(Err(error)),
        }
    }

    fn not_started(&self, id: &str) {
        self.transfers().end(id);
    }
}

fn nothing(result: Result<Bytes, String>) -> Result<Answer, Failure> {
    result.map(|_| Answer::None).map_err(exception)
}

/// What a transfer's call is answered with: bytes, or nothing.
fn block(result: Result<Bytes, String>) -> Result<Answer, Failure> {
    let answer = value(&result.map_err(exception)?);
    Ok(match answer.map_err(|error| exception(error.to_string()))? {
        Value::Bytes(bytes) => Answer::Bytes(bytes),
        Value::Text(text) => Answer::Bytes(text.into()),
        _ => Answer::None,
    })
}
