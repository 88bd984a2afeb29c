//! What became of one job until now, and who is told what becomes of it next (`try-and-sendchange` §1.2).

use super::status::{BuildStatus, RequestStatus, SetStatus};
use super::{Happening, Taken};
use spread::jelly::Value;
use spread::{Failure, Object, Reference, Reply};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// So many listeners may one request or build have; Buildbot's client is one.
const LISTENERS: usize = 16;

/// One job.
pub(super) struct Board {
    state: Mutex<State>,
    /// What goes out, in this order: news, and the answers that tell an end.
    outbox: mpsc::UnboundedSender<Delivery>,
}

#[derive(Default)]
struct State {
    requests: BTreeMap<i64, Request>,
    builds: BTreeMap<i64, Build>,
}

struct Request {
    builder: String,
    object: Arc<RequestStatus>,
    builds: Vec<i64>,
    listeners: Vec<Reference>,
}

struct Build {
    builder: String,
    object: Arc<BuildStatus>,
    listeners: Vec<Reference>,
    waiting: Vec<Reply>,
    /// Result and text.
    end: Option<(i64, String)>,
}

enum Delivery {
    Call(Reference, &'static str, Vec<Value>),
    Answer(Reply, Value),
}

/// Somebody who listens, or listens no more, to a request or a build.
#[derive(Clone, Copy)]
pub(super) enum Of {
    Request(i64),
    Build(i64),
}

impl Board {
    /// Keeps the board until the connection is gone. The object is the job's.
    pub(super) fn open(taken: Taken, gone: CancellationToken) -> Arc<dyn Object> {
        let (outbox, deliveries) = mpsc::unbounded_channel();
        let board = Arc::new(Board {
            state: Mutex::default(),
            outbox,
        });
        for (id, builder) in taken.requests {
            let object = Arc::new(RequestStatus::new(&board, id));
            let request = Request {
                builder,
                object,
                builds: Vec::new(),
                listeners: Vec::new(),
            };
            board.lock().requests.insert(id, request);
        }
        tokio::spawn(keep(Arc::clone(&board), taken.news, deliveries, gone));
        Arc::new(SetStatus::new(&board))
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Builder and object of each request.
    pub(super) fn requests(&self) -> Value {
        let state = self.lock();
        let pair = |request: &Request| {
            let object: Arc<dyn Object> = request.object.clone();
            Value::Tuple(vec![request.builder.as_str().into(), object.into()])
        };
        Value::List(state.requests.values().map(pair).collect())
    }

    /// A listener of a request hears of its builds, one of a build of its steps.
    pub(super) fn subscribe(&self, of: Of, listener: Reference, reply: Reply) {
        let mut state = self.lock();
        let Some(listeners) = state.listeners(of) else {
            return reply.fail(over());
        };
        if listeners.len() >= LISTENERS {
            let reason = format!("no more than {LISTENERS} may listen");
            return reply.fail(Failure::error("builtins.RuntimeError", reason));
        }
        listeners.push(listener.clone());
        self.deliver(Delivery::Answer(reply, Value::None));
        if let Of::Request(id) = of {
            for build in state.requests.get(&id).into_iter().flat_map(|request| &request.builds) {
                self.deliver_build(&state, &listener, *build);
            }
        }
    }

    pub(super) fn unsubscribe(&self, of: Of, listener: &Reference, reply: Reply) {
        if let Some(listeners) = self.lock().listeners(of) {
            listeners.retain(|known| known != listener);
        }
        self.deliver(Delivery::Answer(reply, Value::None));
    }

    /// Answers with the build itself when it is over.
    pub(super) fn wait(&self, build: i64, reply: Reply) {
        let mut state = self.lock();
        match state.builds.get_mut(&build) {
            None => reply.fail(over()),
            Some(build) if build.end.is_some() => self.deliver(Delivery::Answer(reply, build.value())),
            Some(build) => build.waiting.push(reply),
        }
    }

    /// Result and text of a build that is over.
    pub(super) fn end_of(&self, build: i64) -> Option<(i64, String)> {
        self.lock().builds.get(&build)?.end.clone()
    }

    fn take(self: &Arc<Board>, happening: Happening) {
        let mut state = self.lock();
        match happening {
            Happening::Began { request, build } => self.began(&mut state, request, build),
            Happening::StepBegan { build, step } => {
                self.deliver_step(&state, build, "stepStarted", vec![step.into(), Value::None]);
            }
            Happening::StepEnded { build, step, result } => {
                let args = vec![step.into(), Value::None, result.into()];
                self.deliver_step(&state, build, "stepFinished", args);
            }
            Happening::Ended { build, result, text } => {
                let Some(build) = state.builds.get_mut(&build) else {
                    return;
                };
                build.end = Some((result, text));
                for reply in std::mem::take(&mut build.waiting) {
                    self.deliver(Delivery::Answer(reply, build.value()));
                }
            }
        }
    }

    fn began(self: &Arc<Board>, state: &mut State, id: i64, build: i64) {
        let Some(request) = state.requests.get_mut(&id) else {
            return;
        };
        request.builds.push(build);
        let listeners = request.listeners.clone();
        let new = Build {
            builder: request.builder.clone(),
            object: Arc::new(BuildStatus::new(self, build)),
            listeners: Vec::new(),
            waiting: Vec::new(),
            end: None,
        };
        state.builds.insert(build, new);
        for listener in listeners {
            self.deliver_build(state, &listener, build);
        }
    }

    fn deliver_build(&self, state: &State, listener: &Reference, build: i64) {
        let Some(build) = state.builds.get(&build) else { return };
        let args = vec![build.value(), build.builder.as_str().into()];
        self.deliver(Delivery::Call(listener.clone(), "newbuild", args));
    }

    fn deliver_step(&self, state: &State, build: i64, method: &'static str, rest: Vec<Value>) {
        let Some(build) = state.builds.get(&build) else { return };
        for listener in &build.listeners {
            let mut args = vec![build.builder.as_str().into(), build.value()];
            args.extend(rest.iter().cloned());
            self.deliver(Delivery::Call(listener.clone(), method, args));
        }
    }

    fn deliver(&self, delivery: Delivery) {
        // The connection is gone, and nobody hears of it.
        let _ = self.outbox.send(delivery);
    }
}

impl State {
    fn listeners(&mut self, of: Of) -> Option<&mut Vec<Reference>> {
        match of {
            Of::Request(id) => Some(&mut self.requests.get_mut(&id)?.listeners),
            Of::Build(id) => Some(&mut self.builds.get_mut(&id)?.listeners),
        }
    }
}

impl Build {
    fn value(&self) -> Value {
        let object: Arc<dyn Object> = self.object.clone();
        object.into()
    }
}

fn over() -> Failure {
    Failure::error("builtins.RuntimeError", "this connection is over")
}

/// Takes what happens and sends what goes out, until the connection is gone. Then everything is dropped: the board and its
/// objects hold each other.
async fn keep(
    board: Arc<Board>,
    mut news: mpsc::UnboundedReceiver<Happening>,
    deliveries: mpsc::UnboundedReceiver<Delivery>,
    gone: CancellationToken,
) {
    let taking = async {
        while let Some(happening) = news.recv().await {
            board.take(happening);
        }
        // What became of it can still be asked.
        std::future::pending::<()>().await;
    };
    tokio::select! {
        () = taking => {}
        () = send(deliveries) => {}
        () = gone.cancelled() => {}
    }
    let state = std::mem::take(&mut *board.lock());
    // Not while it is locked: objects that are let go may look at it.
    drop(state);
}

/// One after another: a client that takes nothing holds up itself alone.
async fn send(mut deliveries: mpsc::UnboundedReceiver<Delivery>) {
    while let Some(delivery) = deliveries.recv().await {
        match delivery {
            Delivery::Answer(reply, value) => reply.answer(value),
            Delivery::Call(listener, method, args) => {
                // What it says to it does not matter, and whether it is gone is noticed elsewhere.
                let _ = listener.send(method, args, Vec::new()).await;
            }
        }
    }
}
