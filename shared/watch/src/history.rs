//! What a builder has seen before: its builds, so that none counts twice, and its changes, so that only new ones are
//! blamed. Both are bounded, and small where numbers follow each other, as they mostly do.

use crate::last_few::insert_sparing;
use model::ChangeId;
use serde::{Deserialize, Serialize};

/// A set of rising numbers that forgets the lowest: below the lowest that it forgot, all count as seen.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, from = "Kept")]
pub(crate) struct Seen {
    /// All up to and including this were forgotten; they count as seen.
    floor: i64,
    /// First and last of each run of numbers, rising, with at least one number missing between two.
    runs: Vec<(i64, i64)>,
}

/// Runs remembered: more gaps than this are never open in a builder at once.
const RUNS: usize = 64;

/// As it is kept; `numbers`, one by one, is how it was kept before.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Kept {
    floor: i64,
    runs: Vec<(i64, i64)>,
    numbers: Vec<i64>,
}

impl From<Kept> for Seen {
    fn from(kept: Kept) -> Seen {
        let mut seen = Seen {
            floor: kept.floor,
            runs: kept.runs,
        };
        kept.numbers.into_iter().for_each(|number| seen.insert(number));
        seen
    }
}

impl Seen {
    pub(crate) fn contains(&self, number: i64) -> bool {
        let at = self.runs.partition_point(|(_, last)| *last < number);
        number <= self.floor || self.runs.get(at).is_some_and(|(first, _)| *first <= number)
    }

    pub(crate) fn insert(&mut self, number: i64) {
        if self.contains(number) {
            return;
        }
        let at = self.runs.partition_point(|(_, last)| *last < number);
        let follows = at > 0 && self.runs[at - 1].1.checked_add(1) == Some(number);
        let precedes = at < self.runs.len() && number.checked_add(1) == Some(self.runs[at].0);
        match (follows, precedes) {
            (true, true) => self.runs[at - 1].1 = self.runs.remove(at).1,
            (true, false) => self.runs[at - 1].1 = number,
            (false, true) => self.runs[at].0 = number,
            (false, false) => insert_sparing(&mut self.runs, at, (number, number)),
        }
        let starts_at_floor = self.floor.checked_add(1) == self.runs.first().map(|run| run.0);
        if starts_at_floor || self.runs.len() > RUNS {
            self.floor = self.runs.remove(0).1;
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
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    #[test]
    fn the_lowest_are_forgotten_as_seen() {
        let mut seen = Seen::default();
        for number in (2..=2 * RUNS as i64 + 20).step_by(2) {
            seen.insert(number);
        }
        assert!(seen.contains(3), "below what was forgotten");
        assert!(seen.contains(2 * RUNS as i64));
        assert!(!seen.contains(2 * RUNS as i64 + 1));
        assert!(seen.runs.len() <= RUNS);
    }

    #[test]
    fn what_was_kept_number_by_number_is_read() {
        let seen: Seen = serde_json::from_str(r#"{"floor":3,"numbers":[4,5,9]}"#).unwrap();
        assert_eq!((seen.floor, seen.runs.as_slice()), (5, [(9, 9)].as_slice()));
    }

    proptest! {
        #[test]
        fn it_is_a_set(numbers in prop::collection::vec(1..60_i64, 0..120)) {
            let (mut seen, mut set) = (Seen::default(), BTreeSet::new());
            for number in numbers {
                seen.insert(number);
                set.insert(number);
                for one in 1..61 {
                    prop_assert_eq!(seen.contains(one), set.contains(&one), "{} in {:?}", one, seen);
                }
            }
        }

        #[test]
        fn no_number_breaks_it(numbers in prop::collection::vec(any::<i64>(), 0..200)) {
            let mut seen = Seen::default();
            for number in numbers {
                seen.insert(number);
                prop_assert!(seen.contains(number));
                prop_assert!(seen.runs.len() <= RUNS);
            }
        }
    }
}
