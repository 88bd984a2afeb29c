//! From the master to its worker: each call becomes one of the bot or of a builder's object (`worker-protocol-pb` §1,
//! §3).

use super::command::Command;
use super::file::{Reader, Writer};
use super::worker::Refused;
use crate::pb::failure::of_call;
use crate::pb::value::{from_jelly, text, to_jelly};
use spread::jelly::Value;
use spread::{CallError, Object, Reference};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use wire::worker::link::{Caller, Inbox, Incoming};
use wire::worker::{Answer, Call, Failure, MasterCall};

/// The builders' objects at the worker.
type Builders = Arc<Mutex<HashMap<String, Reference>>>;

/// Carries the master's calls until it hangs up. They go out in order, and none waits for the answer to another.
pub(super) async fn carry(mut inbox: Inbox, master: Caller, bot: Reference) {
    let worker = Worker {
        master,
        bot,
        builders: Builders::default(),
    };
    loop {
        tokio::select! {
            incoming = inbox.next() => match incoming {
                Some(incoming) => worker.carry_one(incoming).await,
                None => return,
            },
            // The master may still hold its way to call, but takes no calls any more.
            () = worker.master.lost() => return,
        }
    }
}

struct Worker {
    master: Caller,
    bot: Reference,
    builders: Builders,
}

/// How an answer is to be understood.
enum Read {
    Nothing,
    Info,
    Builders(Builders),
}

/// A call as the wire has it.
struct Remote {
    object: Reference,
    method: &'static str,
    args: Vec<Value>,
    kwargs: Vec<(String, Value)>,
    read: Read,
}

impl Worker {
    async fn carry_one(&self, incoming: Incoming) {
        let (call, answer) = incoming.split();
        let remote = match call {
            Call::Master(call) => self.remote(call),
            Call::Worker(_) => Err(unknown("a master's link carries a master's calls only")),
        };
        let remote = match remote {
            Ok(remote) => remote,
            Err(failure) => return answer(Err(failure)),
        };
        let read = remote.read;
        let sent = remote.object.send(remote.method, remote.args, remote.kwargs).await;
        tokio::spawn(async move {
            let result = match sent {
                Ok(pending) => pending.answer().await,
                Err(error) => Err(error),
            };
            if let Some(result) = read.understand(result) {
                answer(result);
            }
        });
    }

    fn remote(&self, call: MasterCall) -> Result<Remote, Failure> {
        let text = Value::Text;
        Ok(match call {
            // By name, as workers know it from their own masters.
            MasterCall::Print { message } => Remote {
                kwargs: vec![("message".to_owned(), text(message))],
                ..self.bot("print", Vec::new())
            },
            MasterCall::GetWorkerInfo => Remote {
                read: Read::Info,
                ..self.bot("getWorkerInfo", Vec::new())
            },
            MasterCall::SetBuilderList { builders } => {
                let pair = |(name, folder)| Value::Tuple(vec![text(name), text(folder)]);
                let list = Value::List(builders.into_iter().map(pair).collect());
                Remote {
                    read: Read::Builders(Arc::clone(&self.builders)),
                    ..self.bot("setBuilderList", vec![list])
                }
            }
            MasterCall::Shutdown => self.bot("shutdown", Vec::new()),
            MasterCall::StartBuild { builder } => self.builder(&builder, "startBuild", Vec::new())?,
            MasterCall::StartCommand {
                builder,
                id,
                name,
                args,
            } => {
                let refused = Refused::default();
                let command = object(Command::new(id.clone(), self.master.clone(), refused.clone()));
                let args = vec![command, text(id), text(name), self.with_files(args, &refused)];
                self.builder(&builder, "startCommand", args)?
            }
            MasterCall::InterruptCommand { builder, id, why } => {
                self.builder(&builder, "interruptCommand", vec![text(id), text(why)])?
            }
        })
    }

    fn bot(&self, method: &'static str, args: Vec<Value>) -> Remote {
        Remote::new(self.bot.clone(), method, args)
    }

    fn builder(&self, name: &str, method: &'static str, args: Vec<Value>) -> Result<Remote, Failure> {
        match lock(&self.builders).get(name) {
            Some(object) => Ok(Remote::new(object.clone(), method, args)),
            None => Err(unknown(&format!(
                "the worker does not serve builder '{name}'; it is told its builders first"
            ))),
        }
    }

    /// A command's arguments with an object where the master has the number of a transfer.
    fn with_files(&self, args: wire::worker::Value, refused: &Refused) -> Value {
        let mut args = to_jelly(args);
        let Value::Dict(pairs) = &mut args else {
            return args;
        };
        for (key, value) in pairs {
            let (Some(name), Value::Int(number)) = (key.text(), &*value) else {
                continue;
            };
            let (name, Ok(transfer)) = (name, i64::try_from(number)) else {
                continue;
            };
            let (master, refused) = (self.master.clone(), refused.clone());
            *value = match name {
                "writer" => object(Writer {
                    transfer,
                    master,
                    refused,
                }),
                "reader" => object(Reader {
                    transfer,
                    master,
                    refused,
                }),
                _ => continue,
            };
        }
        args
    }
}

impl Remote {
    fn new(object: Reference, method: &'static str, args: Vec<Value>) -> Remote {
        Remote {
            object,
            method,
            args,
            kwargs: Vec::new(),
            read: Read::Nothing,
        }
    }
}

impl Read {
    /// `None` when the connection was lost: then there is no answer.
    fn understand(self, result: Result<Value, CallError>) -> Option<Result<Answer, Failure>> {
        let value = match result {
            Ok(value) => value,
            Err(error) => return of_call(error).map(Err),
        };
        Some(match self {
            Read::Nothing => Ok(Answer::None),
            Read::Info => info(value),
            Read::Builders(builders) => objects(value).map(|objects| {
                // Those of builders that are gone are given back by this, and so are those that came twice.
                *lock(&builders) = objects;
                Answer::None
            }),
        })
    }
}

fn info(value: Value) -> Result<Answer, Failure> {
    match from_jelly(value) {
        wire::worker::Value::Dict(pairs) => Ok(Answer::Info(pairs)),
        other => Err(strange("getWorkerInfo", "a dictionary", other.kind())),
    }
}

fn objects(value: Value) -> Result<HashMap<String, Reference>, Failure> {
    let wanted = "a dictionary of objects by builder";
    let Value::Dict(pairs) = value else {
        return Err(strange("setBuilderList", wanted, "something else"));
    };
    let object = |(name, value)| match (text(name), value) {
        (Ok(name), Value::Remote(object)) => Ok((name, object)),
        _ => Err(strange("setBuilderList", wanted, "one with other things in it")),
    };
    pairs.into_iter().map(object).collect()
}

fn object(object: impl Object) -> Value {
    Value::Object(Arc::new(object))
}

fn lock(builders: &Builders) -> MutexGuard<'_, HashMap<String, Reference>> {
    builders.lock().unwrap_or_else(PoisonError::into_inner)
}

fn strange(method: &str, wanted: &str, got: &str) -> Failure {
    Failure {
        kind: "builtins.TypeError".to_owned(),
        message: format!("the worker's answer to {method} should be {wanted}, but is {got}"),
    }
}

fn unknown(message: &str) -> Failure {
    Failure {
        kind: "twisted.spread.flavors.NoSuchMethod".to_owned(),
        message: message.to_owned(),
    }
}
