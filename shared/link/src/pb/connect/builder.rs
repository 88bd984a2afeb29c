//! A builder of the master, as the worker serves it: an object of its own (`worker-protocol-pb` §1, §3).

use super::bot::{Worker, nothing};
use super::commands::Commands;
use crate::pb::arguments::Arguments;
use spread::jelly::Value;
use spread::{BoxFuture, Failure, Object, Reply};
use std::sync::Arc;
use wire::worker::MasterCall;

pub(super) struct Builder {
    name: String,
    worker: Worker,
    commands: Arc<Commands>,
}

impl Builder {
    pub(super) fn new(name: String, worker: Worker, commands: Arc<Commands>) -> Builder {
        Builder { name, worker, commands }
    }

    fn understand(&self, method: &str, arguments: &mut Arguments) -> Result<Asked, Failure> {
        let builder = self.name.clone();
        Ok(Asked::Call(match method {
            "print" => MasterCall::Print {
                message: arguments.text("message")?,
            },
            "startBuild" => MasterCall::StartBuild { builder },
            "startCommand" => self.start(arguments)?,
            "interruptCommand" => MasterCall::InterruptCommand {
                builder,
                id: arguments.text("command_id")?,
                why: arguments.text("why")?,
            },
            // Masters of today have no use for it: what reports is the command's own object.
            "setMaster" => return Ok(Asked::Nothing),
            "shutdown" => MasterCall::Shutdown,
            _ => return Err(Failure::no_such_method(method)),
        }))
    }

    /// The command's objects are held from here on, because it may report before its start was answered.
    fn start(&self, arguments: &mut Arguments) -> Result<MasterCall, Failure> {
        let Value::Remote(reports_to) = arguments.needed("command_ref")? else {
            return Err(arguments.wrong("command_ref", "an object to report to"));
        };
        let id = arguments.text("command_id")?;
        let name = arguments.text("command_name")?;
        let args = arguments.needed("args")?;
        Ok(MasterCall::StartCommand {
            builder: self.name.clone(),
            args: self.commands.begin(&self.name, &id, reports_to, args)?,
            id,
            name,
        })
    }

    /// A command that does not start reports nothing, so what it held goes back.
    async fn pass_on(&self, call: MasterCall, reply: Reply) {
        let MasterCall::StartCommand { id, .. } = &call else {
            return self.worker.ask(call, reply, nothing).await;
        };
        let (id, commands) = (id.clone(), Arc::clone(&self.commands));
        let then = move |answer: Result<_, Failure>| {
            if answer.is_err() {
                drop(commands.end(&id));
            }
            answer.map(nothing)
        };
        self.worker.ask_then(call, reply, then).await;
    }
}

enum Asked {
    Call(MasterCall),
    Nothing,
}

impl Object for Builder {
    fn call<'a>(&'a self, call: spread::Call) -> BoxFuture<'a, ()> {
        Box::pin(async move {
            let (method, mut arguments, reply) = Arguments::of(call);
            match self.understand(&method, &mut arguments) {
                Ok(Asked::Call(call)) => self.pass_on(call, reply).await,
                Ok(Asked::Nothing) => reply.answer(Value::None),
                Err(failure) => reply.fail(failure),
            }
        })
    }
}
