//! One master through all its connections.

use super::backoff::delay;
use super::connection::{Connection, Ended};
use super::line::{Line, NoLine};
use super::outbox::Outbox;
use super::outward::Outward;
use super::wishes::{Order, Wishes};
use super::{LinkState, Rhythm, now};
use crate::picture::{News, Picture};
use crate::{Error, Http};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep_until};

/// Between two looks whether the network has returned; only while there is no connection, and nothing is sent for it.
const LOOK_OUT: Duration = Duration::from_secs(5);

/// What the handles and the task have in common.
pub(crate) struct Shared {
    picture: Mutex<Picture>,
    pub(crate) link: watch::Sender<LinkState>,
}

impl Shared {
    pub(crate) fn new(picture: Picture) -> Shared {
        Shared {
            picture: Mutex::new(picture),
            link: watch::Sender::new(LinkState::Connecting),
        }
    }

    pub(crate) fn picture(&self) -> MutexGuard<'_, Picture> {
        self.picture.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn show(&self, state: LinkState) {
        self.link.send_if_modified(|shown| {
            let new = *shown != state;
            *shown = state;
            new
        });
    }
}

/// The task of one master.
pub(crate) struct Keeper {
    pub(super) http: Http,
    pub(super) shared: Arc<Shared>,
    pub(super) rhythm: Rhythm,
    pub(super) orders: mpsc::UnboundedReceiver<Order>,
    pub(super) news: mpsc::Sender<News>,
    pub(super) outbox: Outbox,
    pub(super) wishes: Wishes,
    /// Failures one after another.
    pub(super) failures: u32,
}

impl Keeper {
    pub(crate) fn new(
        http: Http,
        shared: Arc<Shared>,
        rhythm: Rhythm,
        orders: mpsc::UnboundedReceiver<Order>,
        news: mpsc::Sender<News>,
    ) -> Keeper {
        Keeper {
            http,
            shared,
            rhythm,
            orders,
            news,
            outbox: Outbox::default(),
            wishes: Wishes::default(),
            failures: 0,
        }
    }

    /// Until its owner ends it or is gone.
    pub(crate) async fn run(mut self) {
        loop {
            let ended = match Box::pin(self.attend()).await {
                Ended::Failed(error) => error,
                Ended::Again => continue,
                Ended::Stopped => return,
            };
            self.failures = self.failures.saturating_add(1);
            let wait = self.wait(&ended);
            tracing::info!(master = %self.http.base(), "not followed: {ended}; trying again in {:.1} s", wait.as_secs_f64());
            self.show_failure(&ended, wait);
            if !self.rest(wait).await {
                return;
            }
        }
    }

    /// One connection, from beginning to end.
    async fn attend(&mut self) -> Ended {
        let (http, rhythm) = (self.http.clone(), self.rhythm.clone());
        let mut opening = Box::pin(async move { Line::open(&http, &rhythm).await });
        let opened = loop {
            tokio::select! {
                opened = &mut opening => break opened,
                given = self.outbox.give(&self.news), if !self.outbox.is_empty() => {
                    if !given {
                        return Ended::Stopped;
                    }
                }
                order = self.orders.recv() => match order {
                    Some(Order::Stop) | None => return Ended::Stopped,
                    // It is being tried already.
                    Some(Order::Reconnect) => {}
                    Some(order) => {
                        self.wishes.note(order, &self.shared);
                    }
                },
            }
        };
        let line = match opened {
            Ok(line) => Some(line),
            Err(NoLine::Never) => None,
            Err(NoLine::Not(error)) => return Ended::Failed(error),
        };
        Connection::new(self, line).run().await
    }

    /// How long after this failure.
    fn wait(&self, error: &Error) -> Duration {
        let wait = delay(self.failures, self.rhythm.longest_wait);
        match error {
            Error::Busy { retry_after } => wait + *retry_after,
            _ if error.is_passing() => wait,
            // Somebody has to do something; to look again costs little, but need not be soon.
            _ => self.rhythm.longest_wait / 2 + wait / 2,
        }
    }

    fn show_failure(&self, error: &Error, wait: Duration) {
        let before = self.shared.link.borrow().clone();
        let since = match before {
            LinkState::Stale { since, .. } => since,
            _ => now(),
        };
        let state = match error {
            Error::SignInNeeded | Error::SignInRefused(_) => LinkState::SignInNeeded,
            Error::Tls(_)
            | Error::Forbidden(_)
            | Error::NotBuildbot(_)
            | Error::Elsewhere { .. }
            | Error::NotFound(_) => LinkState::Refused {
                reason: error.to_string(),
            },
            _ => LinkState::Stale {
                since,
                reason: error.to_string(),
                retry_at: now().plus_millis(i64::try_from(wait.as_millis()).unwrap_or(i64::MAX)),
            },
        };
        self.shared.show(state);
    }

    /// Until the next attempt: when the time is over, when its owner says so, or when there is a way out that there was
    /// not before. Whether there is to be one.
    async fn rest(&mut self, wait: Duration) -> bool {
        let until = Instant::now() + wait;
        let way = Outward::now();
        loop {
            let look = (Instant::now() + LOOK_OUT).min(until);
            tokio::select! {
                order = self.orders.recv() => match order {
                    Some(Order::Stop) | None => return false,
                    Some(Order::Reconnect) => {
                        self.failures = 0;
                        return true;
                    }
                    Some(order) => {
                        self.wishes.note(order, &self.shared);
                    }
                },
                given = self.outbox.give(&self.news), if !self.outbox.is_empty() => {
                    if !given {
                        return false;
                    }
                }
                () = sleep_until(look) => {
                    if Instant::now() >= until || Outward::now().is_news_to(way) {
                        return true;
                    }
                }
            }
        }
    }
}
