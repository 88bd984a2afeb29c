//! The master as somebody calls it who brings a change (`try-and-sendchange` §1.1).

mod board;
mod job;
mod parts;
mod status;

use crate::DoorFuture;
use crate::pb::arguments::Arguments;
use crate::pb::failure::to_spread;
use board::Board;
use parts::Parts;
use spread::jelly::Value;
use spread::{BoxFuture, Call, Failure, Object, Reply};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use wire::try_job::TryJob;

/// Where somebody gives a job: a scheduler of the master.
pub trait TryDesk: Send + Sync + 'static {
    /// The builders that may be asked for.
    fn builder_names(&self) -> Vec<String>;

    /// Takes a job. Resolves when it is durable; with `None` when it asks for builders that it may not have.
    fn submit(&self, job: TryJob) -> DoorFuture<'_, Result<Option<Taken>, wire::worker::Failure>>;
}

/// A job that was taken.
#[derive(Debug)]
pub struct Taken {
    /// A number of the master's own and the builder of each request.
    pub requests: Vec<(i64, String)>,
    /// What becomes of them, until all are over. There are as many as builds have steps, so none is held back.
    pub news: mpsc::UnboundedReceiver<Happening>,
}

/// Something that became of a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Happening {
    /// A build began, perhaps another one of its request.
    Began {
        /// The request's number.
        request: i64,
        /// A number of the master's own.
        build: i64,
    },
    /// A step began.
    StepBegan {
        /// Its build.
        build: i64,
        /// Its name.
        step: String,
    },
    /// A step ended.
    StepEnded {
        /// Its build.
        build: i64,
        /// Its name.
        step: String,
        /// Buildbot's result code.
        result: i64,
    },
    /// A build ended.
    Ended {
        /// Which.
        build: i64,
        /// Buildbot's result code.
        result: i64,
        /// Its state in words.
        text: String,
    },
}

/// So many jobs may be given over one connection: what becomes of each is kept until it ends.
const JOBS: usize = 100;

/// What a login is answered with. `gone` tells that the connection is over.
pub(super) fn perspective(desk: Arc<dyn TryDesk>, gone: CancellationToken) -> Arc<dyn Object> {
    Arc::new(Perspective {
        desk,
        gone,
        parts: Parts::default(),
        jobs: AtomicUsize::new(0),
    })
}

struct Perspective {
    desk: Arc<dyn TryDesk>,
    gone: CancellationToken,
    parts: Parts,
    jobs: AtomicUsize,
}

impl Perspective {
    fn submit(&self, arguments: Arguments, reply: Reply) {
        let job = match job::read(arguments, self.parts.take()) {
            Ok(job) => job,
            Err(failure) => return reply.fail(failure),
        };
        if self.jobs.fetch_add(1, Ordering::Relaxed) >= JOBS {
            let reason = format!("{JOBS} changes came over this connection; connect again for more");
            return reply.fail(Failure::error("builtins.RuntimeError", reason));
        }
        let (desk, gone) = (Arc::clone(&self.desk), self.gone.clone());
        // What the store takes must not hold up other calls.
        tokio::spawn(async move {
            match desk.submit(job).await {
                Ok(Some(taken)) => reply.answer(Board::open(taken, gone).into()),
                Ok(None) => reply.answer(Value::None),
                Err(failure) => reply.fail(to_spread(failure)),
            }
        });
    }
}

impl Object for Perspective {
    fn call<'a>(&'a self, call: Call) -> BoxFuture<'a, ()> {
        let (method, arguments, reply) = Arguments::of(call);
        match method.as_str() {
            "try" => self.submit(arguments, reply),
            "getAvailableBuilderNames" => {
                let names = self.desk.builder_names().into_iter().map(Value::from);
                reply.answer(Value::List(names.collect()));
            }
            // Of senders of ours, who know this end by its mark.
            "addPatchPart" => match self.parts.add(arguments) {
                Ok(()) => reply.answer(Value::None),
                Err(failure) => reply.fail(failure),
            },
            // What a perspective says to an unknown name, unlike other objects.
            method => reply.fail(Failure::error(
                "builtins.AttributeError",
                format!("no such method: perspective_{method}"),
            )),
        }
        Box::pin(async {})
    }
}
