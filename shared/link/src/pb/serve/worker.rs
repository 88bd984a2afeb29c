//! The way into the master for what a worker calls, and the answers' way back.

use crate::pb::failure::of_link;
use spread::jelly::Value;
use spread::{Failure, Reply};
use wire::worker::link::Caller;
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

/// The same for what may not be understood.
pub(super) async fn ask_if(master: &Caller, call: Result<WorkerCall, Failure>, reply: Reply) {
    match call {
        Ok(call) => ask(master, call, reply).await,
        Err(failure) => reply.fail(failure),
    }
}

fn value(answer: Answer) -> Value {
    match answer {
        Answer::None | Answer::Info(_) => Value::None,
        Answer::Number(number) => Value::Int(number.into()),
        Answer::Bytes(bytes) => Value::Bytes(bytes),
    }
}
