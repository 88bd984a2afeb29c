//! The bot: the worker as its master calls it (`worker-protocol-pb` §1, §2).

use super::builder::Builder;
use super::commands::Commands;
use crate::pb::arguments::Arguments;
use crate::pb::failure::of_link;
use crate::pb::value::{text, to_jelly};
use spread::jelly::Value;
use spread::{BoxFuture, Failure, Object, Reply};
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use wire::worker::link::Caller;
use wire::worker::{Answer, Call, MasterCall, WorkerInfo};

pub(super) struct Bot {
    worker: Worker,
    commands: Arc<Commands>,
    builders: Arc<Mutex<HashMap<String, Arc<Builder>>>>,
    /// Cancelled by the master's first call.
    asked: CancellationToken,
}

/// The way to the worker. Clones share it.
#[derive(Clone)]
pub(super) struct Worker {
    caller: Caller,
    /// The answers that are still to be given.
    answering: TaskTracker,
}

impl Worker {
    /// Passes a call on; its answer, as `read` understands it, goes to `reply`. Waits for room only.
    pub(super) async fn ask(
        &self,
        call: MasterCall,
        reply: Reply,
        read: impl FnOnce(Answer) -> Value + Send + 'static,
    ) {
        self.ask_then(call, reply, |answer| answer.map(read)).await;
    }

    /// The same, for whoever must know of a failure, too.
    pub(super) async fn ask_then(
        &self,
        call: MasterCall,
        reply: Reply,
        then: impl FnOnce(Result<Answer, Failure>) -> Result<Value, Failure> + Send + 'static,
    ) {
        let sent = self.caller.send(Call::Master(call)).await;
        let answer = async move {
            let answer = match sent {
                Ok(pending) => pending.answer().await,
                Err(error) => Err(error),
            };
            match then(answer.map_err(of_link)) {
                Ok(value) => reply.answer(value),
                Err(failure) => reply.fail(failure),
            }
        };
        self.answering.spawn(answer);
    }
}

/// What most calls are answered with.
pub(super) fn nothing(_: Answer) -> Value {
    Value::None
}

impl Bot {
    pub(super) fn new(
        caller: Caller,
        commands: Arc<Commands>,
        answering: TaskTracker,
        asked: CancellationToken,
    ) -> Bot {
        Bot {
            worker: Worker { caller, answering },
            commands,
            builders: Arc::default(),
            asked,
        }
    }

    /// Answers with an object for each builder. One that was there before stays the same object.
    async fn set_builder_list(&self, list: Value, reply: Reply) {
        let Some(pairs) = builder_pairs(list) else {
            let reason = "the builders should be a list of pairs: a builder's name and its folder";
            return reply.fail(Failure::bad_arguments(reason));
        };
        let names: Vec<String> = pairs.iter().map(|(name, _)| name.clone()).collect();
        let (worker, commands, builders) = (
            self.worker.clone(),
            Arc::clone(&self.commands),
            Arc::clone(&self.builders),
        );
        let then = move |answer: Result<Answer, Failure>| {
            answer?;
            commands.keep_builders(&names.iter().map(String::as_str).collect::<HashSet<_>>());
            let mut builders = builders.lock().unwrap_or_else(PoisonError::into_inner);
            let mut before = std::mem::take(&mut *builders);
            let object = |name: String| {
                let make = || Arc::new(Builder::new(name.clone(), worker.clone(), Arc::clone(&commands)));
                let builder = before.remove(&name).unwrap_or_else(make);
                builders.insert(name.clone(), Arc::clone(&builder));
                (Value::Text(name), Value::Object(builder as _))
            };
            Ok(Value::Dict(names.into_iter().map(object).collect()))
        };
        let call = MasterCall::SetBuilderList { builders: pairs };
        self.worker.ask_then(call, reply, then).await;
    }

    async fn answer(&self, method: &str, mut arguments: Arguments, reply: Reply) {
        match method {
            "print" => match arguments.text("message") {
                Ok(message) => self.worker.ask(MasterCall::Print { message }, reply, nothing).await,
                Err(failure) => reply.fail(failure),
            },
            "getWorkerInfo" => self.worker.ask(MasterCall::GetWorkerInfo, reply, info).await,
            "getCommands" => self.ask_info("worker_commands", reply).await,
            "getVersion" => self.ask_info("version", reply).await,
            "setBuilderList" => match arguments.needed("wanted") {
                Ok(list) => self.set_builder_list(list, reply).await,
                Err(failure) => reply.fail(failure),
            },
            "shutdown" => self.worker.ask(MasterCall::Shutdown, reply, nothing).await,
            _ => reply.fail(Failure::no_such_method(method)),
        }
    }

    async fn ask_info(&self, key: &'static str, reply: Reply) {
        let read = move |answer| {
            let (_, value) = information(answer).into_iter().find(|(name, _)| name == key)?;
            Some(to_jelly(value))
        };
        let read = move |answer| read(answer).unwrap_or(Value::None);
        self.worker.ask(MasterCall::GetWorkerInfo, reply, read).await;
    }
}

impl Object for Bot {
    fn call<'a>(&'a self, call: spread::Call) -> BoxFuture<'a, ()> {
        Box::pin(async move {
            self.asked.cancel();
            let (method, arguments, reply) = Arguments::of(call);
            self.answer(&method, arguments, reply).await;
        })
    }
}

fn information(answer: Answer) -> WorkerInfo {
    match answer {
        Answer::Info(info) => info,
        _ => WorkerInfo::new(),
    }
}

fn info(answer: Answer) -> Value {
    let pair = |(key, value)| (Value::Text(key), to_jelly(value));
    Value::Dict(information(answer).into_iter().map(pair).collect())
}

/// Pairs may be tuples or lists, of text or bytes.
fn builder_pairs(list: Value) -> Option<Vec<(String, String)>> {
    let items = |value| match value {
        Value::List(items) | Value::Tuple(items) => Some(items),
        _ => None,
    };
    let pair = |value| {
        let [name, folder]: [Value; 2] = items(value)?.try_into().ok()?;
        Some((text(name).ok()?, text(folder).ok()?))
    };
    items(list)?.into_iter().map(pair).collect()
}
