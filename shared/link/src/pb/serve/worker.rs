//! The way into the master for what a worker calls, and the answers' way back.

use crate::pb::failure::of_link;
use bytes::Bytes;
use spread::Reply;
use spread::jelly::Value;
use std::sync::{Arc, OnceLock};
use wire::worker::link::{CallError, Caller};
use wire::worker::{Answer, Call, WorkerCall};

/// Passes a call to the master; its answer goes to `reply` when it is there. Waits only for room in the master's inbox,
/// which is the back-pressure on the worker.
pub(super) async fn ask(master: &Caller, call: WorkerCall, reply: Reply) {
    match master.send(Call::Worker(call)).await {
        Ok(pending) => {
            tokio::spawn(async move {
                match pending.answer().await {
                    Ok(answer) => reply.answer(value(answer)),
                    Err(error) => reply.fail(of_link(error)),
                }
            });
        }
        Err(error) => reply.fail(of_link(error)),
    }
}

/// Passes news to the master, acknowledged with `answer` when there was room for them: nothing that the master could
/// say to them matters.
pub(super) async fn tell(master: &Caller, call: WorkerCall, reply: Reply, answer: Value) {
    match master.send(Call::Worker(call)).await {
        Ok(_) => reply.answer(answer),
        Err(error) => reply.fail(of_link(error)),
    }
}

/// Passes a call about a file. What the master refuses of it is kept for the command's end, and the worker hears what
/// it hears at a file's end: Buildbot's worker cannot pass on a failure that it was told, and would never end.
pub(super) async fn ask_for_file(master: &Caller, refused: &Refused, call: WorkerCall, reply: Reply) {
    let nothing = match &call {
        WorkerCall::Read { .. } => Value::Bytes(Bytes::new()),
        _ => Value::None,
    };
    if refused.is_set() {
        return reply.answer(nothing);
    }
    let pending = match master.send(Call::Worker(call)).await {
        Ok(pending) => pending,
        Err(error) => return reply.fail(of_link(error)),
    };
    let refused = refused.clone();
    tokio::spawn(async move {
        match pending.answer().await {
            Ok(answer) => reply.answer(value(answer)),
            Err(CallError::Failed(failure)) => {
                refused.set(failure);
                reply.answer(nothing);
            }
            Err(error) => reply.fail(of_link(error)),
        }
    });
}

/// What the master refused of a command's files.
#[derive(Clone, Default)]
pub(super) struct Refused(Arc<OnceLock<wire::worker::Failure>>);

impl Refused {
    fn is_set(&self) -> bool {
        self.0.get().is_some()
    }

    fn set(&self, failure: wire::worker::Failure) {
        // The first one is the reason for all others.
        let _ = self.0.set(failure);
    }

    /// The first of it.
    pub(super) fn first(&self) -> Option<wire::worker::Failure> {
        self.0.get().cloned()
    }
}

fn value(answer: Answer) -> Value {
    match answer {
        Answer::None | Answer::Info(_) => Value::None,
        Answer::Number(number) => Value::Int(number.into()),
        Answer::Bytes(bytes) => Value::Bytes(bytes),
    }
}
