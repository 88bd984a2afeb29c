//! Time as the engine sees it: a wall clock for what is written down, a monotonic one for what is waited for.
//!
//! A wall clock may jump. Nothing here waits for a wall time, so a jump neither fires every timer nor stalls one.

use futures_util::future::BoxFuture;
use model::Time;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Where the engine gets its time from. Tests drive one by hand.
pub trait Clock: Send + Sync + 'static {
    /// What the clock on the wall says; for records only.
    fn now(&self) -> Time;
    /// Time since the clock was made. Never goes back, never jumps.
    fn uptime(&self) -> Duration;
    /// Resolves when [`Clock::uptime`] has reached `uptime`.
    fn sleep_until(&self, uptime: Duration) -> BoxFuture<'static, ()>;
}

/// The machine's own clocks.
#[derive(Debug)]
pub struct SystemClock {
    started: Instant,
}

impl Default for SystemClock {
    fn default() -> SystemClock {
        SystemClock {
            started: Instant::now(),
        }
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Time {
        let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Time(i64::try_from(since_1970.as_millis()).unwrap_or(i64::MAX))
    }

    fn uptime(&self) -> Duration {
        self.started.elapsed()
    }

    fn sleep_until(&self, uptime: Duration) -> BoxFuture<'static, ()> {
        match self.started.checked_add(uptime) {
            Some(then) => Box::pin(tokio::time::sleep_until(then.into())),
            // Beyond what the system can count.
            None => Box::pin(std::future::pending()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_never_due_is_waited_for() {
        let clock = SystemClock::default();
        for uptime in [Duration::from_secs(u64::MAX / 2), Duration::MAX] {
            let sleep = clock.sleep_until(uptime);
            let passed = tokio::time::timeout(Duration::from_millis(1), sleep).await;
            assert!(passed.is_err(), "{uptime:?}");
        }
    }
}
