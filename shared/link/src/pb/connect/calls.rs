//! From the worker to its master: each call becomes one of the object that it concerns (`worker-protocol-pb` §3, §5,
//! §6).

use super::commands::Commands;
use crate::pb::failure::{of_call, to_spread};
use crate::pb::value::to_jelly;
use spread::jelly::Value;
use spread::{Pending, Reference};
use std::sync::Arc;
use tokio::sync::watch;
use wire::worker::link::{Inbox, Incoming};
use wire::worker::{Answer, Call, Failure, Update, WorkerCall};

/// The master's object for this worker; none before the login was answered.
pub(super) type Perspective = watch::Receiver<Option<Reference>>;

/// Carries the worker's calls until it calls no more. They go out in order, and none waits for the answer to another.
pub(super) async fn carry(mut inbox: Inbox, commands: Arc<Commands>, perspective: Perspective) {
    while let Some(incoming) = inbox.next().await {
        carry_one(incoming, &commands, &perspective).await;
    }
}

async fn carry_one(incoming: Incoming, commands: &Commands, perspective: &Perspective) {
    let (call, answer) = incoming.split();
    let Call::Worker(call) = call else {
        return answer(Err(unknown("a worker's link carries a worker's calls only")));
    };
    if call == WorkerCall::Shutdown && perspective.borrow().is_none() {
        tokio::spawn(shutdown(perspective.clone(), answer));
        return;
    }
    let over = match &call {
        WorkerCall::Complete { id, .. } => Some(id.clone()),
        _ => None,
    };
    let is_update = matches!(call, WorkerCall::Update { .. });
    let sent = match Remote::of(call, commands, perspective) {
        Ok(Some(call)) => call.object.send(call.method, call.args, Vec::new()).await,
        // "I am here" has nobody to be told to until the login is answered, and needs nobody.
        Ok(None) => return answer(Ok(Answer::None)),
        Err(failure) => return answer(Err(failure)),
    };
    let held = over.map(|id| commands.end(&id));
    match sent {
        // The number that comes back says nothing, and nobody waits for it.
        Ok(_) if is_update => answer(Ok(Answer::Number(0))),
        Ok(pending) => {
            tokio::spawn(async move {
                // Not answered at all when the connection is lost.
                if let Some(result) = read(pending).await {
                    answer(result);
                }
                // Given back when the master has seen the end, not before.
                drop(held);
            });
        }
        Err(error) => {
            if let Some(failure) = of_call(error) {
                answer(Err(failure));
            }
        }
    }
}

/// Asks to leave as soon as there is somebody to ask.
async fn shutdown(mut perspective: Perspective, answer: impl FnOnce(Result<Answer, Failure>)) {
    let found = perspective.wait_for(Option::is_some).await;
    let Some(object) = found.ok().and_then(|found| found.clone()) else {
        return;
    };
    if let Ok(pending) = object.send("shutdown", Vec::new(), Vec::new()).await
        && let Some(result) = read(pending).await
    {
        answer(result);
    }
}

async fn read(pending: Pending) -> Option<Result<Answer, Failure>> {
    match pending.answer().await {
        Ok(Value::Bytes(bytes)) => Some(Ok(Answer::Bytes(bytes))),
        // A reader that was closed gives text.
        Ok(Value::Text(text)) => Some(Ok(Answer::Bytes(text.into()))),
        Ok(_) => Some(Ok(Answer::None)),
        Err(error) => of_call(error).map(Err),
    }
}

/// A call as the wire has it.
struct Remote {
    object: Reference,
    method: &'static str,
    args: Vec<Value>,
}

impl Remote {
    /// `None` when there is nobody to call yet.
    fn of(call: WorkerCall, commands: &Commands, perspective: &Perspective) -> Result<Option<Remote>, Failure> {
        let command = |id: &str| {
            let missing = || unknown(&format!("command {id} is not running"));
            commands.reports_to(id).ok_or_else(missing)
        };
        let transfer = |number| {
            let missing = || unknown(&format!("there is no transfer {number}"));
            commands.transfer(number).ok_or_else(missing)
        };
        let (object, method, args) = match call {
            WorkerCall::Keepalive | WorkerCall::Shutdown => {
                let Some(object) = perspective.borrow().clone() else {
                    return Ok(None);
                };
                let method = match call {
                    WorkerCall::Shutdown => "shutdown",
                    _ => "keepalive",
                };
                (object, method, Vec::new())
            }
            WorkerCall::Update { id, updates } => (command(&id)?, "update", vec![list(updates)]),
            WorkerCall::Complete { id, failure } => {
                let failure = failure.map_or(Value::None, |failure| to_spread(failure).to_value());
                (command(&id)?, "complete", vec![failure])
            }
            WorkerCall::Write { transfer: number, data } => (transfer(number)?, "write", vec![Value::Bytes(data)]),
            WorkerCall::CloseWriter { transfer: number } | WorkerCall::CloseReader { transfer: number } => {
                (transfer(number)?, "close", Vec::new())
            }
            WorkerCall::SetTimes {
                transfer: number,
                accessed,
                modified,
            } => {
                let times = Value::Tuple(vec![Value::Float(accessed), Value::Float(modified)]);
                (transfer(number)?, "utime", vec![times])
            }
            WorkerCall::Unpack { transfer: number } => (transfer(number)?, "unpack", Vec::new()),
            WorkerCall::Read {
                transfer: number,
                length,
            } => {
                let length = i64::try_from(length).unwrap_or(i64::MAX);
                (transfer(number)?, "read", vec![Value::Int(length.into())])
            }
        };
        Ok(Some(Remote { object, method, args }))
    }
}

/// `[[{key: value}, 0], …]`: the number is of no use any more, but must be there.
fn list(updates: Vec<Update>) -> Value {
    let pair = |update| {
        let (key, value) = key_and_value(update);
        let update = Value::Dict(vec![(Value::Text(key), value)]);
        Value::List(vec![update, 0_i64.into()])
    };
    Value::List(updates.into_iter().map(pair).collect())
}

fn key_and_value(update: Update) -> (String, Value) {
    let key = update.key().to_owned();
    let value = match update {
        Update::Header(text) | Update::Stdout(text) | Update::Stderr(text) | Update::FailureReason(text) => {
            Value::Text(text)
        }
        Update::Log { name, text } => Value::Tuple(vec![Value::Text(name), Value::Text(text)]),
        Update::Rc(rc) => Value::Int(rc.into()),
        Update::Elapsed(seconds) => Value::Float(seconds),
        Update::Other { value, .. } => to_jelly(value),
    };
    (key, value)
}

fn unknown(message: &str) -> Failure {
    Failure {
        kind: "twisted.spread.flavors.NoSuchMethod".to_owned(),
        message: message.to_owned(),
    }
}
