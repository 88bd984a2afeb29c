//! Staying with a master: what it tells is heard without a gap and without a double, over whatever way there is.
//!
//! A connection begins with subscriptions; when all are acknowledged, everything is read once, and then what was told
//! meanwhile is applied (`live-events` §1.6). After that nothing is asked while nothing happens. What the rows mean is
//! the picture's business, and who is told of them is the caller's.

mod asks;
mod backoff;
mod connection;
mod filling;
mod following;
mod frame;
mod keeper;
mod line;
mod outbox;
mod outward;
mod reading;
mod socket;
pub mod sse;
mod stream;
mod ticking;
mod watching;
mod wishes;

pub(crate) use keeper::{Keeper, Shared};
pub(crate) use wishes::Order;

use model::Time;
use std::time::Duration;

/// The most bytes of one event.
pub(crate) const LARGEST: usize = 4 << 20;

/// How a master is heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Channel {
    /// It tells what happens, over `/ws`.
    Ws,
    /// It tells what happens, over `/sse`, because WebSockets do not get through.
    Sse,
    /// It is asked from time to time, because nothing else gets through.
    Poll,
}

/// How it stands with a master.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LinkState {
    /// On the way to it.
    Connecting,
    /// The picture is what is.
    Live {
        /// How.
        channel: Channel,
    },
    /// The picture is what was.
    Stale {
        /// Since then.
        since: Time,
        /// Why, in words.
        reason: String,
        /// When it is tried again.
        retry_at: Time,
    },
    /// Nothing can be read without a sign-in.
    SignInNeeded,
    /// It answers, but not as a master that can be followed; it is tried again from time to time.
    Refused {
        /// Why, in words.
        reason: String,
    },
}

/// How often, and how long. The defaults are for real masters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rhythm {
    /// Between two pings, which keep proxies from cutting the connection.
    pub ping: Duration,
    /// A connection that is silent for so long is dead. Each ping is answered, so it is longer than [`Rhythm::ping`].
    pub silence: Duration,
    /// The most time until all subscriptions are acknowledged.
    pub subscribing: Duration,
    /// The most time until everything was read.
    pub reading: Duration,
    /// Between two looks at what runs, while something runs: the net below the events.
    pub safety: Duration,
    /// Between two questions where nothing is told, while something runs, and the shortest.
    pub poll: Duration,
    /// Between two questions where nothing is told, and nothing changed for a while.
    pub poll_idle: Duration,
    /// Between two questions about builders that seldom build.
    pub filling: Duration,
    /// How long a farewell of a builder or a worker is held back: a master that is stopped says farewell of everything.
    pub farewell: Duration,
    /// The longest wait before another attempt.
    pub longest_wait: Duration,
    /// A connection that lasted so long was well: the next failure is the first.
    pub health: Duration,
}

impl Default for Rhythm {
    fn default() -> Rhythm {
        Rhythm {
            ping: Duration::from_secs(30),
            silence: Duration::from_secs(75),
            subscribing: Duration::from_secs(20),
            reading: Duration::from_secs(120),
            safety: Duration::from_secs(240),
            poll: Duration::from_secs(15),
            poll_idle: Duration::from_secs(60),
            filling: Duration::from_secs(3),
            farewell: Duration::from_secs(2),
            longest_wait: Duration::from_secs(60),
            health: Duration::from_secs(60),
        }
    }
}

/// Now, by this machine's clock.
pub(crate) fn now() -> Time {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    Time(since.map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(i64::MAX)))
}
