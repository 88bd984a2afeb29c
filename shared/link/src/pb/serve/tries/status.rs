//! The objects by which a client follows its job (`try-and-sendchange` §1.2).

use super::board::{Board, Of};
use crate::pb::arguments::Arguments;
use spread::jelly::Value;
use spread::{BoxFuture, Call, Failure, Object, Reference};
use std::sync::Arc;

/// The job.
pub(super) struct SetStatus {
    board: Arc<Board>,
}

/// What one builder was asked for.
pub(super) struct RequestStatus {
    board: Arc<Board>,
    id: i64,
}

/// One build of it.
pub(super) struct BuildStatus {
    board: Arc<Board>,
    id: i64,
}

impl SetStatus {
    pub(super) fn new(board: &Arc<Board>) -> SetStatus {
        SetStatus {
            board: Arc::clone(board),
        }
    }
}

impl RequestStatus {
    pub(super) fn new(board: &Arc<Board>, id: i64) -> RequestStatus {
        RequestStatus {
            board: Arc::clone(board),
            id,
        }
    }
}

impl BuildStatus {
    pub(super) fn new(board: &Arc<Board>, id: i64) -> BuildStatus {
        BuildStatus {
            board: Arc::clone(board),
            id,
        }
    }
}

impl Object for SetStatus {
    fn call<'a>(&'a self, call: Call) -> BoxFuture<'a, ()> {
        match call.method.as_str() {
            "getBuildRequests" => call.reply.answer(self.board.requests()),
            method => call.reply.fail(Failure::no_such_method(method)),
        }
        Box::pin(async {})
    }
}

impl Object for RequestStatus {
    fn call<'a>(&'a self, call: Call) -> BoxFuture<'a, ()> {
        listening(&self.board, Of::Request(self.id), call);
        Box::pin(async {})
    }
}

impl Object for BuildStatus {
    fn call<'a>(&'a self, call: Call) -> BoxFuture<'a, ()> {
        let end = || self.board.end_of(self.id);
        match call.method.as_str() {
            "waitUntilFinished" => self.board.wait(self.id, call.reply),
            "getResults" => call.reply.answer(end().map(|(result, _)| result).into()),
            "getText" => {
                let words = end().map(|(_, text)| text.into());
                call.reply.answer(Value::List(words.into_iter().collect()));
            }
            _ => listening(&self.board, Of::Build(self.id), call),
        }
        Box::pin(async {})
    }
}

/// What requests and builds have in common.
fn listening(board: &Board, of: Of, call: Call) {
    let (method, mut arguments, reply) = Arguments::of(call);
    let listener = |arguments: &mut Arguments| -> Result<Reference, Failure> {
        match arguments.needed("observer")? {
            Value::Remote(listener) => Ok(listener),
            _ => Err(arguments.wrong("observer", "an object to be told")),
        }
    };
    match method.as_str() {
        "subscribe" => match listener(&mut arguments) {
            Ok(listener) => board.subscribe(of, listener, reply),
            Err(failure) => reply.fail(failure),
        },
        "unsubscribe" => match listener(&mut arguments) {
            Ok(listener) => board.unsubscribe(of, &listener, reply),
            Err(failure) => reply.fail(failure),
        },
        method => reply.fail(Failure::no_such_method(method)),
    }
}
