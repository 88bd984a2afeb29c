//! How much a master is asked: a little at once, and then little on the average.
//!
//! Public masters' proxies cut off clients above some 30 requests a minute, and a master does everything in one thread.
//! What a person clicks is apart, so that it never waits for what is read in the background.

use super::Pace;
use crate::Error;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::Instant;

/// How many requests may be under way at once.
const AT_ONCE: usize = 4;
/// How many of them may be in the background.
const IN_BACKGROUND: usize = 3;
/// A master that wants to be left alone for longer than this is not waited for: the asker is told.
const WORTH_WAITING: Duration = Duration::from_secs(10);
/// Longest time that a master can ask for.
const LONGEST_QUIET: Duration = Duration::from_secs(600);
/// What is waited the first time when the master does not say for how long; then twice as long each time.
const FIRST_QUIET: Duration = Duration::from_secs(2);

/// How many requests are sent to one master.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Allowance {
    /// In the background, at once, after a time of rest.
    pub burst: u32,
    /// In the background, on the average.
    pub per_minute: u32,
    /// For a person who waits, at once.
    pub person_burst: u32,
    /// For a person who waits, on the average.
    pub person_per_minute: u32,
}

impl Default for Allowance {
    fn default() -> Allowance {
        Allowance {
            burst: 20,
            per_minute: 30,
            person_burst: 60,
            person_per_minute: 240,
        }
    }
}

/// Counts what was asked, and makes the next one wait.
pub(super) struct Budget {
    all: Semaphore,
    background: Semaphore,
    state: Mutex<State>,
}

struct State {
    background: Bucket,
    person: Bucket,
    /// The master wants nothing before this.
    quiet_until: Option<Instant>,
    /// How long it was last left alone without its saying for how long.
    last_quiet: Duration,
}

/// Tokens that come back with time.
struct Bucket {
    size: f64,
    per_second: f64,
    left: f64,
    at: Instant,
}

impl Bucket {
    fn new(burst: u32, per_minute: u32) -> Bucket {
        let size = f64::from(burst.max(1));
        Bucket {
            size,
            per_second: f64::from(per_minute.max(1)) / 60.0,
            left: size,
            at: Instant::now(),
        }
    }

    /// Takes a token, also one that is not there yet, and says how long to wait for it.
    fn take(&mut self, now: Instant) -> Duration {
        let passed = now.saturating_duration_since(self.at).as_secs_f64();
        self.left = (self.left + passed * self.per_second).min(self.size) - 1.0;
        self.at = now;
        if self.left >= 0.0 {
            Duration::ZERO
        } else {
            Duration::from_secs_f64(-self.left / self.per_second)
        }
    }

    /// Gives a token back that was not used.
    fn give_back(&mut self) {
        self.left = (self.left + 1.0).min(self.size);
    }
}

/// A token that goes back unless it was waited for.
struct Taken<'a> {
    budget: &'a Budget,
    pace: Pace,
    used: bool,
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        if !self.used {
            self.budget.lock().bucket(self.pace).give_back();
        }
    }
}

impl State {
    fn bucket(&mut self, pace: Pace) -> &mut Bucket {
        match pace {
            Pace::Background => &mut self.background,
            Pace::Person => &mut self.person,
        }
    }
}

/// A request that is under way; when it is dropped, the next may go.
pub(super) struct Going<'a> {
    _all: SemaphorePermit<'a>,
    _background: Option<SemaphorePermit<'a>>,
}

impl Budget {
    pub(super) fn new(allowance: Allowance) -> Budget {
        Budget {
            all: Semaphore::new(AT_ONCE),
            background: Semaphore::new(IN_BACKGROUND),
            state: Mutex::new(State {
                background: Bucket::new(allowance.burst, allowance.per_minute),
                person: Bucket::new(allowance.person_burst, allowance.person_per_minute),
                quiet_until: None,
                last_quiet: Duration::ZERO,
            }),
        }
    }

    /// Waits until one more request may go. Fails when the master wants to be left alone for long.
    pub(super) async fn go(&self, pace: Pace) -> Result<Going<'_>, Error> {
        let background = match pace {
            Pace::Background => Some(self.background.acquire().await.map_err(closed)?),
            Pace::Person => None,
        };
        let wait = self.lock().bucket(pace).take(Instant::now());
        let mut taken = Taken {
            budget: self,
            pace,
            used: false,
        };
        tokio::time::sleep(wait).await;
        let all = self.all.acquire().await.map_err(closed)?;
        self.wait_for_quiet().await?;
        taken.used = true;
        Ok(Going {
            _all: all,
            _background: background,
        })
    }

    async fn wait_for_quiet(&self) -> Result<(), Error> {
        loop {
            let until = self.lock().quiet_until;
            let left = until.map_or(Duration::ZERO, |at| at.saturating_duration_since(Instant::now()));
            if left.is_zero() {
                return Ok(());
            }
            if left > WORTH_WAITING {
                return Err(Error::Busy { retry_after: left });
            }
            tokio::time::sleep(left).await;
        }
    }

    /// The master wants to be left alone, for as long as it says. Returns how long that is.
    pub(super) fn be_quiet(&self, said: Option<Duration>) -> Duration {
        let mut state = self.lock();
        let time = match said {
            Some(said) => said.max(Duration::from_secs(1)),
            None => (state.last_quiet * 2).max(FIRST_QUIET),
        };
        let time = time.min(LONGEST_QUIET);
        if said.is_none() {
            state.last_quiet = time;
        }
        let until = Instant::now() + time;
        state.quiet_until = Some(state.quiet_until.map_or(until, |earlier| earlier.max(until)));
        time
    }

    /// The master answers as usual.
    pub(super) fn is_well(&self) {
        let mut state = self.lock();
        state.last_quiet = Duration::ZERO;
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The semaphores are never closed; if one were, nothing could be asked any more.
fn closed(_: tokio::sync::AcquireError) -> Error {
    Error::Unreachable("the connection was given up".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn spent(budget: &Budget, pace: Pace, requests: usize) -> Duration {
        let start = Instant::now();
        for _ in 0..requests {
            budget.go(pace).await.unwrap();
        }
        start.elapsed()
    }

    #[tokio::test(start_paused = true)]
    async fn a_burst_goes_at_once_and_then_thirty_a_minute() {
        let budget = Budget::new(Allowance::default());
        assert_eq!(spent(&budget, Pace::Background, 20).await, Duration::ZERO);
        let minute = spent(&budget, Pace::Background, 30).await;
        assert!((59..=61).contains(&minute.as_secs()), "{minute:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_person_does_not_wait_for_the_background() {
        let budget = Budget::new(Allowance::default());
        spent(&budget, Pace::Background, 25).await;
        assert_eq!(spent(&budget, Pace::Person, 30).await, Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    async fn background_requests_leave_a_place_for_a_person() {
        let budget = Budget::new(Allowance::default());
        let mut held = Vec::new();
        for _ in 0..IN_BACKGROUND {
            held.push(budget.go(Pace::Background).await.unwrap());
        }
        let fourth = tokio::time::timeout(Duration::from_secs(60), budget.go(Pace::Background)).await;
        assert!(fourth.is_err(), "a fourth request in the background went");
        budget.go(Pace::Person).await.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn a_master_that_wants_quiet_has_it() {
        let budget = Budget::new(Allowance::default());
        assert_eq!(budget.be_quiet(Some(Duration::from_secs(7))), Duration::from_secs(7));
        assert_eq!(spent(&budget, Pace::Person, 1).await.as_secs(), 7);
        budget.be_quiet(Some(Duration::from_secs(3600)));
        match budget.go(Pace::Background).await {
            Err(Error::Busy { retry_after }) => assert!(retry_after.as_secs() > 590, "{retry_after:?}"),
            _ => panic!("it went"),
        }
    }

    #[tokio::test(start_paused = true)]
    async fn without_a_time_said_each_quiet_is_twice_as_long_until_all_is_well() {
        let budget = Budget::new(Allowance::default());
        let first = budget.be_quiet(None);
        assert_eq!(budget.be_quiet(None), first * 2);
        assert_eq!(budget.be_quiet(None), first * 4);
        budget.is_well();
        assert_eq!(budget.be_quiet(None), first);
    }
}
