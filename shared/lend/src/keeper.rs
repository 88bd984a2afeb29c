//! One worker through all its connections.

use crate::backoff::{Retry, delay};
use crate::lender::{Lending, Wanted};
use crate::state::{State, Trouble, Why};
use crate::way::Way;
use link::{ConnectError, Connected};
use std::time::{Duration, SystemTime};
use tokio::sync::{oneshot, watch};
use tokio_util::sync::CancellationToken;
use worker::{Ended, Options, Owner, Run};

/// How long a connection that is no longer used may take to send its last words.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// What is told to a master whose build is ended by a stop.
const STOPPED: &str = "the worker was stopped";

/// How one connection ended.
enum Outcome {
    /// As its owner wanted.
    Obeyed,
    /// Otherwise.
    Failed(Trouble),
    /// For good.
    Over(Why),
}

pub(crate) struct Keeper<W> {
    way: W,
    options: Options,
    retry: Retry,
    wanted: watch::Receiver<Wanted>,
    state: watch::Sender<State>,
    runs: watch::Sender<Vec<Run>>,
    /// Attempts that failed since the last attachment: where nobody answered, and where the answer was no. The waits
    /// grow apart from each other.
    unreached: u32,
    refused: u32,
}

impl<W: Way> Keeper<W> {
    pub(crate) fn new(
        way: W,
        lending: Lending,
        wanted: watch::Receiver<Wanted>,
        state: watch::Sender<State>,
        runs: watch::Sender<Vec<Run>>,
    ) -> Keeper<W> {
        Keeper {
            way,
            options: lending.options,
            retry: lending.retry,
            wanted,
            state,
            runs,
            unreached: 0,
            refused: 0,
        }
    }

    /// Until its owner, its master or its limits end it.
    pub(crate) async fn run(mut self) {
        let why = loop {
            match self.order() {
                Wanted::Lend => {}
                Wanted::Pause | Wanted::TakeBack(_) => {
                    self.show(State::Paused);
                    self.changed().await;
                    continue;
                }
                Wanted::Leave => break Why::Left,
                Wanted::Stop => break Why::Stopped,
            }
            match Box::pin(self.attend()).await {
                Outcome::Obeyed => {}
                Outcome::Over(why) => break why,
                Outcome::Failed(trouble) => match self.failed(&trouble) {
                    Some(wait) => self.wait(wait, trouble).await,
                    None => {
                        let attempts = self.unreached + self.refused;
                        break Why::GaveUp { attempts, trouble };
                    }
                },
            }
        };
        tracing::info!(worker = %self.options.name, "the worker ended: {why}");
        self.show(State::Ended(why));
    }

    /// What its owner wants now. One who is gone wants it to end.
    fn order(&mut self) -> Wanted {
        match self.wanted.has_changed() {
            Ok(_) => self.wanted.borrow_and_update().clone(),
            Err(_) => Wanted::Stop,
        }
    }

    /// Resolves when the owner wants something else, or is gone.
    async fn changed(&mut self) {
        let _ = self.wanted.changed().await;
    }

    fn show(&self, state: State) {
        self.state.send_replace(state);
    }

    /// One connection, from beginning to end.
    async fn attend(&mut self) -> Outcome {
        self.show(State::Connecting);
        let connecting = self.way.connect();
        let connected = tokio::select! {
            connected = connecting => connected,
            () = self.changed() => return Outcome::Obeyed,
        };
        match connected {
            Ok(connected) => self.serve(connected).await,
            Err(error) => Outcome::Failed(error.into()),
        }
    }

    async fn serve(&mut self, connected: Connected) -> Outcome {
        let Connected {
            end,
            mut accepted,
            closed,
        } = connected;
        let owner = Owner::reporting(self.runs.clone());
        let mut serving = Box::pin(worker::serve(end, self.options.clone(), owner.clone()));
        let mut taken: Option<Result<(), ConnectError>> = None;
        let (mut obeying, mut stopping) = (false, false);
        let ended = loop {
            tokio::select! {
                ended = &mut serving => break ended,
                answer = &mut accepted, if taken.is_none() => {
                    taken = Some(self.answered(answer));
                    if !matches!(taken, Some(Ok(()))) {
                        closed.cancel();
                    }
                }
                () = self.changed(), if !stopping => {
                    let wanted = self.order();
                    obeying |= wanted != Wanted::Lend;
                    stopping = wanted == Wanted::Stop;
                    self.obey(wanted, &owner, matches!(taken, Some(Ok(()))));
                }
            }
        };
        drop(serving);
        hang_up(ended, &closed).await;
        if taken.is_none() && ended == Ended::Lost {
            taken = Some(self.answered(accepted.await));
        }
        match (ended, taken) {
            (Ended::Busy, _) => Outcome::Over(Why::Folder),
            _ if obeying => Outcome::Obeyed,
            (Ended::Shutdown, _) => Outcome::Over(Why::SentAway),
            (_, Some(Err(error))) => Outcome::Failed(error.into()),
            _ => Outcome::Failed(Trouble::Lost),
        }
    }

    /// The master has taken the worker, or not.
    fn answered(
        &mut self,
        answer: Result<Result<(), ConnectError>, oneshot::error::RecvError>,
    ) -> Result<(), ConnectError> {
        let lost = |_| ConnectError::Lost {
            address: "the master".to_owned(),
        };
        answer.map_err(lost).flatten()?;
        (self.unreached, self.refused) = (0, 0);
        tracing::info!(worker = %self.options.name, "attached");
        self.show(State::Attached {
            since: SystemTime::now(),
        });
        Ok(())
    }

    /// Passes an order on to a worker that serves. A resumption finds it leaving already, and it comes back afterwards.
    fn obey(&self, wanted: Wanted, owner: &Owner, attached: bool) {
        match wanted {
            Wanted::Lend => {}
            Wanted::Pause | Wanted::Leave if attached => {
                owner.leave();
                self.show(State::Leaving);
            }
            Wanted::Pause | Wanted::Leave | Wanted::Stop => owner.take_back(STOPPED),
            Wanted::TakeBack(reason) => owner.take_back(reason),
        }
    }

    /// Counts a failure; how long to wait, or none when it was one too many.
    fn failed(&mut self, trouble: &Trouble) -> Option<Duration> {
        let failures = match trouble {
            Trouble::Lost => return Some(delay(0, self.retry.longest)),
            _ if trouble.is_refusal() => &mut self.refused,
            _ => &mut self.unreached,
        };
        *failures = failures.saturating_add(1);
        let wait = delay(*failures, self.retry.longest);
        let all = self.unreached.saturating_add(self.refused);
        self.retry.attempts.is_none_or(|most| all <= most).then_some(wait)
    }

    /// Until the next attempt, or until its owner wants something else.
    async fn wait(&mut self, wait: Duration, why: Trouble) {
        tracing::warn!(worker = %self.options.name, "not attached: {why}; trying again in {:.1} s", wait.as_secs_f64());
        self.show(State::Waiting {
            until: SystemTime::now() + wait,
            why,
        });
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            () = self.changed() => {}
        }
    }
}

/// Closes the connection, with a moment for the worker's last words.
async fn hang_up(ended: Ended, closed: &CancellationToken) {
    if matches!(ended, Ended::Shutdown | Ended::TakenBack) {
        let _ = tokio::time::timeout(LAST_WORDS, closed.cancelled()).await;
    }
    closed.cancel();
}
