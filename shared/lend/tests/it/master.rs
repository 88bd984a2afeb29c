//! A master in this process, which decides how each attempt of a worker ends.

use lend::{Connecting, Lender, Lending, Retry, State};
use link::{ConnectError, Connected};
use std::time::Duration;
use tempfile::TempDir;
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;
use wire::worker::link::{self as wired, End};
use wire::worker::{Answer, Call, MasterCall, WorkerCall};
use worker::Options;

/// The name that every address here has.
pub const ADDRESS: &str = "here:9989";

/// A worker at the door.
pub struct Visit {
    pub end: End,
    accept: oneshot::Sender<Result<(), ConnectError>>,
    pub closed: CancellationToken,
}

impl Visit {
    /// Lets it in; the master's end of the link.
    pub fn accept(self) -> End {
        self.accept.send(Ok(())).expect("the worker waits for it");
        self.end
    }

    /// Sends it away.
    pub fn refuse(self, error: ConnectError) {
        self.accept.send(Err(error)).expect("the worker waits for it");
    }
}

/// A worker, its folder, and the master's view.
pub struct Rig {
    pub lender: Lender,
    pub visits: mpsc::UnboundedReceiver<Visit>,
    pub folder: TempDir,
}

impl Rig {
    /// A worker whose attempts come to `visits`.
    pub fn start(retry: Retry) -> Rig {
        let folder = TempDir::new().expect("a folder");
        let (come, visits) = mpsc::unbounded_channel();
        let way = move || -> Connecting {
            let (ours, theirs) = wired::pair();
            let (accept, accepted) = oneshot::channel();
            let closed = CancellationToken::new();
            let visit = Visit {
                end: ours,
                accept,
                closed: closed.clone(),
            };
            let here = come.send(visit).is_ok();
            Box::pin(async move {
                let connected = Connected {
                    end: theirs,
                    accepted,
                    closed,
                };
                here.then_some(connected).ok_or_else(unreachable)
            })
        };
        let options = Options::new(folder.path(), "w");
        Rig {
            lender: Lender::start(way, Lending { options, retry }),
            visits,
            folder,
        }
    }

    /// The next attempt.
    pub async fn visit(&mut self) -> Visit {
        self.visits.recv().await.expect("the worker lives")
    }

    /// Waits until the worker is in a state.
    pub async fn until(&self, wanted: impl Fn(&State) -> bool) -> State {
        let mut state = self.lender.state();
        let found = state.wait_for(wanted);
        let patience = Duration::from_secs(3600);
        let found = tokio::time::timeout(patience, found).await.expect("the state comes");
        found.expect("the worker lives").clone()
    }
}

pub fn attached(state: &State) -> bool {
    matches!(state, State::Attached { .. })
}

pub fn waiting(state: &State) -> bool {
    matches!(state, State::Waiting { .. })
}

pub fn ended(state: &State) -> bool {
    matches!(state, State::Ended(_))
}

pub fn unreachable() -> ConnectError {
    ConnectError::Unreachable {
        address: ADDRESS.to_owned(),
        reason: "nothing listens there".to_owned(),
    }
}

pub fn wrong_password() -> ConnectError {
    ConnectError::Refused {
        address: ADDRESS.to_owned(),
        name: "w".to_owned(),
    }
}

/// The worker's next call other than news of a command, answered well.
pub async fn call(end: &mut End) -> WorkerCall {
    loop {
        let incoming = end.inbox.next().await.expect("the link holds");
        let (call, answer) = incoming.split();
        answer(Ok(match &call {
            Call::Worker(WorkerCall::Update { .. }) => Answer::Number(0),
            _ => Answer::None,
        }));
        match call {
            Call::Worker(WorkerCall::Update { .. }) => {}
            Call::Worker(call) => return call,
            Call::Master(call) => panic!("a worker calls {call:?}"),
        }
    }
}

/// Asks something of the worker that is not answered with more than "done".
pub async fn ask(end: &End, call: MasterCall) {
    end.caller.call(Call::Master(call)).await.expect("the worker does it");
}
