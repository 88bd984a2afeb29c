//! The owner's handle of one worker.

use crate::backoff::Retry;
use crate::keeper::Keeper;
use crate::state::State;
use crate::way::Way;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use worker::{Options, Run};

/// What a worker needs besides its way to the master.
#[derive(Clone, Debug)]
pub struct Lending {
    /// How it serves.
    pub options: Options,
    /// How it tries again.
    pub retry: Retry,
}

/// What the owner wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// That it builds.
    Lend,
    /// That it finishes what runs and then stays away.
    Pause,
    /// That it stays away, and what runs ends now, for this reason.
    TakeBack(String),
    /// That it finishes what runs and then ends.
    Leave,
    /// That it ends, and what runs with it.
    Stop,
}

/// One worker that is kept on its master. Dropping it stops the worker; [`Lender::stop`] waits for that.
#[derive(Debug)]
pub struct Lender {
    wanted: watch::Sender<Wanted>,
    state: watch::Receiver<State>,
    runs: watch::Receiver<Vec<Run>>,
    task: JoinHandle<()>,
}

impl Lender {
    /// Begins to lend. Must be called inside a tokio runtime.
    pub fn start(way: impl Way, lending: Lending) -> Lender {
        let (wanted, orders) = watch::channel(Wanted::Lend);
        let (show, state) = watch::channel(State::Connecting);
        let (report, runs) = watch::channel(Vec::new());
        let keeper = Keeper::new(way, lending, orders, show, report);
        Lender {
            wanted,
            state,
            runs,
            task: tokio::spawn(keeper.run()),
        }
    }

    /// What it is doing, and every change of that.
    pub fn state(&self) -> watch::Receiver<State> {
        self.state.clone()
    }

    /// What it runs, and every change of that.
    pub fn runs(&self) -> watch::Receiver<Vec<Run>> {
        self.runs.clone()
    }

    /// Takes no new build, finishes what runs, and stays away until resumed. Over Perspective Broker the master is asked
    /// to give nothing more; where there is no word for that, the worker leaves after the commands that run now, and the
    /// master repeats a build that had more of them.
    pub fn pause(&self) {
        self.want(Wanted::Pause);
    }

    /// Comes back after a pause.
    pub fn resume(&self) {
        self.want(Wanted::Lend);
    }

    /// Ends what runs at once and stays away until resumed. The reason appears in the logs of what was running, and the
    /// master gives those builds to another worker.
    pub fn take_back(&self, reason: impl Into<String>) {
        self.want(Wanted::TakeBack(reason.into()));
    }

    /// Takes no new build, finishes what runs, and ends. It ends at once when it is not attached.
    pub fn leave(&self) {
        self.want(Wanted::Leave);
    }

    /// Ends at once. When this returns, nothing that the worker started is alive.
    pub async fn stop(self) {
        self.want(Wanted::Stop);
        if let Err(error) = self.task.await {
            tracing::error!(%error, "a worker ended badly");
        }
    }

    /// An order that was given stands, but for a stop.
    fn want(&self, wanted: Wanted) {
        self.wanted.send_if_modified(|now| {
            let new = *now != wanted && *now != Wanted::Stop;
            if new {
                *now = wanted;
            }
            new
        });
    }
}
