//! A command under way, as the worker reports to it (`worker-protocol-pb` §3).

use super::update::updates;
use super::worker::{Refused, tell};
use crate::pb::arguments::Arguments;
use crate::pb::failure::from_spread;
use spread::jelly::Value;
use spread::{BoxFuture, Call, Failure, Object};
use wire::worker::link::Caller;
use wire::worker::{CommandId, WorkerCall};

pub(super) struct Command {
    id: CommandId,
    master: Caller,
    refused: Refused,
}

impl Command {
    /// `refused` is shared with the command's files.
    pub(super) fn new(id: CommandId, master: Caller, refused: Refused) -> Command {
        Command { id, master, refused }
    }

    fn understand(&self, method: &str, arguments: &mut Arguments) -> Result<(WorkerCall, Value), Failure> {
        let id = self.id.clone();
        match method {
            "update" => {
                let list = arguments.needed("updates")?;
                let updates = updates(list).ok_or_else(|| arguments.wrong("updates", "a list of updates"))?;
                Ok((WorkerCall::Update { id, updates }, 0_i64.into()))
            }
            "complete" => {
                let failure = self.refused.first().or_else(|| failure(arguments.optional("failure")));
                Ok((WorkerCall::Complete { id, failure }, Value::None))
            }
            _ => Err(Failure::no_such_method(method)),
        }
    }
}

/// Whatever is not `None` is a failure.
fn failure(value: Option<Value>) -> Option<wire::worker::Failure> {
    match value? {
        Value::None => None,
        value => Some(from_spread(Failure::from_value(&value))),
    }
}

impl Object for Command {
    fn call<'a>(&'a self, call: Call) -> BoxFuture<'a, ()> {
        Box::pin(async move {
            let (method, mut arguments, reply) = Arguments::of(call);
            match self.understand(&method, &mut arguments) {
                Ok((call, answer)) => tell(&self.master, call, reply, answer).await,
                Err(failure) => reply.fail(failure),
            }
        })
    }
}
