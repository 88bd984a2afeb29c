//! How long to wait before the next attempt.

use std::time::Duration;

/// The first wait is at most this long, and the next ones' limits double.
const FIRST: Duration = Duration::from_secs(1);

/// The wait after so many failures one after another, the first being 1: any time up to a limit that doubles, so that
/// the clients of a master that was restarted do not all return at once.
pub(crate) fn delay(failures: u32, longest: Duration) -> Duration {
    let doublings = failures.saturating_sub(1).min(16);
    let limit = FIRST.saturating_mul(1 << doublings).min(longest);
    limit.mul_f64(rand::random_range(0.0..1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_double_up_to_the_longest() {
        let longest = Duration::from_secs(60);
        for (failures, limit) in [(0, 1), (1, 1), (2, 2), (3, 4), (7, 60), (u32::MAX, 60)] {
            let waits: Vec<Duration> = (0..200).map(|_| delay(failures, longest)).collect();
            assert!(
                waits.iter().all(|wait| *wait < Duration::from_secs(limit)),
                "{failures}"
            );
            let late = waits.iter().filter(|wait| **wait > Duration::from_secs(limit) / 4);
            assert!(late.count() > 100, "{failures}: the waits use the whole time");
        }
    }
}
