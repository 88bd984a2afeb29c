//! A clock that the test moves.

use futures_util::future::BoxFuture;
use master::Clock;
use model::Time;
use std::time::Duration;
use tokio::sync::watch;

/// Stands still until it is moved.
pub struct FakeClock {
    uptime: watch::Sender<Duration>,
    wall: std::sync::Mutex<Time>,
}

impl Default for FakeClock {
    fn default() -> FakeClock {
        FakeClock {
            uptime: watch::Sender::new(Duration::from_secs(1)),
            wall: std::sync::Mutex::new(Time::from_seconds(1_800_000_000)),
        }
    }
}

impl FakeClock {
    /// Both clocks move on.
    pub fn advance(&self, seconds: u64) {
        self.jump(i64::try_from(seconds).expect("not that far"));
        self.uptime
            .send_modify(|uptime| *uptime += Duration::from_secs(seconds));
    }

    /// Only the wall clock moves, as when a person sets it.
    pub fn jump(&self, seconds: i64) {
        let mut wall = self.wall.lock().expect("the clock");
        *wall = wall.plus_millis(seconds * 1000);
    }
}

impl Clock for FakeClock {
    fn now(&self) -> Time {
        *self.wall.lock().expect("the clock")
    }

    fn uptime(&self) -> Duration {
        *self.uptime.borrow()
    }

    fn sleep_until(&self, until: Duration) -> BoxFuture<'static, ()> {
        let mut uptime = self.uptime.subscribe();
        Box::pin(async move {
            if uptime.wait_for(|now| *now >= until).await.is_err() {
                std::future::pending::<()>().await;
            }
        })
    }
}
