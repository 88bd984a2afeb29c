//! What a builder has seen before: its builds, so that none counts twice, and its changes, so that only new ones are
//! blamed. Both are bounded.

use model::ChangeId;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// A set of rising numbers that forgets the lowest: below the lowest that it forgot, all count as seen.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Seen {
    /// All up to and including this were forgotten; they count as seen.
    floor: i64,
    numbers: BTreeSet<i64>,
}

/// Numbers remembered one by one: more builds or changes than this are never in flight in a builder at once.
const KEPT: usize = 256;

impl Seen {
    pub(crate) fn contains(&self, number: i64) -> bool {
        number <= self.floor || self.numbers.contains(&number)
    }

    pub(crate) fn insert(&mut self, number: i64) {
        if self.contains(number) {
            return;
        }
        self.numbers.insert(number);
        if self.numbers.len() > KEPT
            && let Some(lowest) = self.numbers.pop_first()
        {
            self.floor = lowest;
        }
    }

    pub(crate) fn has_change(&self, change: ChangeId) -> bool {
        self.contains(change.0)
    }

    pub(crate) fn insert_change(&mut self, change: ChangeId) {
        self.insert(change.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lowest_are_forgotten_as_seen() {
        let mut seen = Seen::default();
        for number in (2..=2 * KEPT as i64 + 20).step_by(2) {
            seen.insert(number);
        }
        assert!(seen.contains(3), "below what was forgotten");
        assert!(seen.contains(2 * KEPT as i64));
        assert!(!seen.contains(2 * KEPT as i64 + 1));
        assert!(seen.numbers.len() <= KEPT);
    }
}
