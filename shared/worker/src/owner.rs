//! The hand of the machine's owner on a worker that serves, and what the owner sees of it.

use std::sync::Arc;
use std::time::{Duration, SystemTime};
use tokio::sync::watch;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use wire::worker::link::{CallError, Caller};
use wire::worker::{Call, CommandId, Update, WorkerCall};

use crate::Ended;

/// How long a master may take to hear why its commands end.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// A master that goes on with a build does it within this.
const BETWEEN_COMMANDS: Duration = Duration::from_secs(2);

/// A command that a worker is running.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// For which builder; empty where the master does not tell.
    pub builder: String,
    /// Its name: `shell`, `uploadFile`, …
    pub command: String,
    /// Since when.
    pub since: SystemTime,
    id: CommandId,
}

/// Gives orders to one worker while it serves ([`crate::serve`]), and shows what it runs.
#[derive(Clone, Debug, Default)]
pub struct Owner(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    leave: CancellationToken,
    back: CancellationToken,
    reason: std::sync::OnceLock<String>,
    runs: watch::Sender<Vec<Run>>,
}

impl Owner {
    /// One that tells what the worker runs here.
    pub fn reporting(runs: watch::Sender<Vec<Run>>) -> Owner {
        Owner(Arc::new(Inner {
            runs,
            ..Inner::default()
        }))
    }

    /// Asks the master to give nothing more and, when what runs is finished, to send the worker away. When the link has
    /// no word for that, the worker leaves when no command has run for two seconds, as a rule between builds.
    pub fn leave(&self) {
        self.0.leave.cancel();
    }

    /// Ends what runs at once, with a reason for its logs, and leaves without asking. The master repeats those builds.
    pub fn take_back(&self, reason: impl Into<String>) {
        // The first reason stands.
        let _ = self.0.reason.set(reason.into());
        self.0.back.cancel();
    }

    /// Notes a command that begins; it is over when the answer is dropped.
    pub(crate) fn began(&self, builder: &str, id: &str, command: &str) -> Underway {
        let run = Run {
            builder: builder.to_owned(),
            command: command.to_owned(),
            since: SystemTime::now(),
            id: id.to_owned(),
        };
        self.0.runs.send_modify(|runs| runs.push(run));
        Underway {
            owner: self.clone(),
            id: id.to_owned(),
        }
    }

    /// Resolves when the worker must end because of an order.
    pub(crate) async fn farewell(&self, caller: &Caller) -> Ended {
        tokio::select! {
            () = self.0.back.cancelled() => {
                self.tell_reason(caller).await;
                Ended::TakenBack
            }
            () = self.left(caller) => Ended::Shutdown,
        }
    }

    /// Resolves when the worker was asked to leave and must do that without its master's word.
    async fn left(&self, caller: &Caller) {
        self.0.leave.cancelled().await;
        match caller.call(Call::Worker(WorkerCall::Shutdown)).await {
            // The master sends the worker away when its builds are over; a lost link is seen elsewhere.
            Ok(_) | Err(CallError::Lost) => std::future::pending().await,
            Err(error) => {
                tracing::info!("the master has no way to let a worker leave ({error}); leaving after what runs now");
                let mut runs = self.0.runs.subscribe();
                loop {
                    // The sender lives as long as `self`.
                    let _ = runs.wait_for(Vec::is_empty).await;
                    // A build's next command comes sooner than that, and the build is not torn.
                    let next = timeout(BETWEEN_COMMANDS, runs.wait_for(|runs| !runs.is_empty()));
                    if next.await.is_err() {
                        return;
                    }
                }
            }
        }
    }

    /// Writes the reason into the log of each command that runs.
    async fn tell_reason(&self, caller: &Caller) {
        let reason = self.0.reason.get().map(String::as_str).unwrap_or_default();
        let runs = self.0.runs.borrow().clone();
        let told = runs.into_iter().map(|run| {
            let text = format!("\ncommand ended, its build is to be repeated: {reason}\n");
            Call::Worker(WorkerCall::Update {
                id: run.id,
                updates: vec![Update::Header(text)],
            })
        });
        let telling = async {
            for call in told {
                // Nobody is left to be told that it cannot be told.
                let _ = caller.call(call).await;
            }
        };
        let _ = timeout(LAST_WORDS, telling).await;
    }
}

/// A command that is under way.
#[derive(Debug)]
pub(crate) struct Underway {
    owner: Owner,
    id: CommandId,
}

impl Drop for Underway {
    fn drop(&mut self) {
        self.owner.0.runs.send_modify(|runs| {
            if let Some(place) = runs.iter().position(|run| run.id == self.id) {
                runs.remove(place);
            }
        });
    }
}
