//! The master as its worker calls it once it is in (`worker-protocol-pb` §6).

use super::worker::ask;
use spread::{BoxFuture, Call, Failure, Object};
use std::sync::{Mutex, PoisonError};
use tokio_util::sync::DropGuard;
use wire::worker::WorkerCall;
use wire::worker::link::Caller;

pub(super) struct Perspective {
    master: Caller,
    /// Ends the session.
    session: Mutex<Option<DropGuard>>,
}

impl Perspective {
    pub(super) fn new(master: Caller, session: DropGuard) -> Perspective {
        Perspective {
            master,
            session: Mutex::new(Some(session)),
        }
    }
}

impl Object for Perspective {
    fn call<'a>(&'a self, call: Call) -> BoxFuture<'a, ()> {
        Box::pin(async move {
            match call.method.as_str() {
                "keepalive" => ask(&self.master, WorkerCall::Keepalive, call.reply).await,
                "shutdown" => ask(&self.master, WorkerCall::Shutdown, call.reply).await,
                // What a perspective says to an unknown name, unlike other objects.
                method => call.reply.fail(Failure::error(
                    "builtins.AttributeError",
                    format!("no such method: perspective_{method}"),
                )),
            }
        })
    }

    /// A worker that gives it back has logged out, though its connection may stay.
    fn released(&self) {
        drop(self.session.lock().unwrap_or_else(PoisonError::into_inner).take());
    }
}
