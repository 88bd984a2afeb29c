//! What was seen lately, as much of it as fits.

use std::collections::{HashSet, VecDeque};
use std::hash::Hash;

/// The last so many values, each once. The oldest are forgotten.
#[derive(Debug)]
pub(crate) struct Recent<T> {
    order: VecDeque<T>,
    all: HashSet<T>,
    most: usize,
}

impl<T: Copy + Eq + Hash> Recent<T> {
    pub(crate) fn new(most: usize) -> Recent<T> {
        Recent {
            order: VecDeque::new(),
            all: HashSet::new(),
            most,
        }
    }

    pub(crate) fn contains(&self, value: T) -> bool {
        self.all.contains(&value)
    }

    /// Whether it is new.
    pub(crate) fn add(&mut self, value: T) -> bool {
        let new = self.all.insert(value);
        if new {
            self.order.push_back(value);
            if self.order.len() > self.most
                && let Some(oldest) = self.order.pop_front()
            {
                self.all.remove(&oldest);
            }
        }
        new
    }

    pub(crate) fn extend(&mut self, values: impl IntoIterator<Item = T>) {
        for value in values {
            self.add(value);
        }
    }

    pub(crate) fn remove(&mut self, value: T) {
        if self.all.remove(&value) {
            self.order.retain(|other| *other != value);
        }
    }

    pub(crate) fn clear(&mut self) {
        self.order.clear();
        self.all.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::Recent;

    #[test]
    fn the_oldest_are_forgotten() {
        let mut recent = Recent::new(3);
        assert!(recent.add(1) && !recent.add(1) && recent.add(2) && recent.add(3) && recent.add(4));
        assert_eq!(
            [1, 2, 3, 4].map(|value| recent.contains(value)),
            [false, true, true, true]
        );
        recent.remove(3);
        assert!(recent.add(5));
        assert_eq!(
            [2, 3, 4, 5].map(|value| recent.contains(value)),
            [true, false, true, true]
        );
    }
}
