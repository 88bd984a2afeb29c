//! How long to wait before the next attempt (`worker-protocol-pb` §7).

use std::time::Duration;

/// How a worker that is not attached tries again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retry {
    /// The longest wait between two attempts, but for a random second.
    pub longest: Duration,
    /// After so many attempts that failed one after another the worker gives up; never when none.
    pub attempts: Option<u32>,
}

impl Default for Retry {
    fn default() -> Retry {
        Retry {
            longest: Duration::from_secs(60),
            attempts: None,
        }
    }
}

/// From one wait to the next.
const FACTOR: f64 = 1.5;

/// The wait after so many failures one after another: a second after none, then longer, with up to a random second so
/// that the workers of a farm do not all come at once.
pub(crate) fn delay(failures: u32, longest: Duration) -> Duration {
    let exponent = i32::try_from(failures).unwrap_or(i32::MAX);
    let seconds = FACTOR.powi(exponent).min(longest.as_secs_f64());
    Duration::from_secs_f64(seconds + rand::random_range(0.0..1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_the_longest() {
        let longest = Duration::from_secs(60);
        for (failures, least) in [(0, 1.0), (1, 1.5), (2, 2.25), (5, 7.59), (11, 60.0), (u32::MAX, 60.0)] {
            let wait = delay(failures, longest).as_secs_f64();
            assert!((least..least + 1.01).contains(&wait), "{failures}: {wait}");
        }
        assert!(delay(9, Duration::from_secs(3)) < Duration::from_secs(4));
    }
}
