//! When a master is asked again: after a question that brought nothing, later each time.

use std::time::Duration;
use tokio::time::Instant;

/// The first wait, and the longest.
const FIRST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(60);

/// Nothing is waited for at first.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Patience {
    wait: Duration,
    until: Option<Instant>,
}

impl Patience {
    /// Waits from now on, twice as long as the last time.
    pub fn put_off(&mut self) {
        self.wait = (self.wait * 2).clamp(FIRST, LONGEST);
        self.until = Some(Instant::now() + self.wait);
    }

    /// Whether something was waited for.
    pub fn has_begun(&self) -> bool {
        self.until.is_some()
    }

    /// Whether nothing has to be waited for now.
    pub fn is_over(&self) -> bool {
        self.until.is_none_or(|until| until <= Instant::now())
    }

    /// When the wait that lasts is over.
    pub fn due(&self) -> Option<Instant> {
        self.until.filter(|_| !self.is_over())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn each_wait_is_twice_as_long_up_to_a_minute() {
        let mut patience = Patience::default();
        assert!(patience.is_over() && !patience.has_begun());
        for seconds in [1, 2, 4, 8, 16, 32, 60, 60] {
            patience.put_off();
            let begin = Instant::now();
            let due = patience.due().expect("it waits");
            assert_eq!(due - begin, Duration::from_secs(seconds));
            assert!(!patience.is_over());
            tokio::time::sleep_until(due).await;
            assert!(patience.is_over() && patience.due().is_none());
        }
    }
}
