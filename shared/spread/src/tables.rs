//! What one end of a connection has on its books (§3.2).

use crate::shared::Waiting;
use crate::{Counts, Object};
use std::collections::HashMap;
use std::sync::Arc;

/// Objects that the peer holds, objects of the peer, and calls under way in both directions.
#[derive(Default)]
pub(crate) struct Tables {
    pub(crate) exports: Exports,
    pub(crate) calls: Calls,
    /// How many references to the peer's objects there are.
    pub(crate) held: usize,
    /// How many calls of the peer wait for their answers.
    pub(crate) unanswered: usize,
    /// How often the peer was refused an object because it holds too many.
    pub(crate) refused: u32,
}

impl Tables {
    pub(crate) fn counts(&self) -> Counts {
        Counts {
            exported: self.exports.by_number.len(),
            held: self.held,
            calls_waiting: self.calls.waiting.len(),
        }
    }

    /// Empties the tables.
    pub(crate) fn take(&mut self) -> (Vec<Arc<dyn Object>>, Vec<Waiting>) {
        let exports = std::mem::take(&mut self.exports.by_number);
        self.exports.by_address.clear();
        let waiting = std::mem::take(&mut self.calls.waiting);
        let objects = exports.into_values().map(|export| export.object).collect();
        (objects, waiting.into_values().collect())
    }
}

/// Calls of this end that wait for their answers.
#[derive(Default)]
pub(crate) struct Calls {
    waiting: HashMap<i64, Waiting>,
    last: i64,
}

impl Calls {
    /// The number of the next call.
    pub(crate) fn next(&self) -> i64 {
        self.last + 1
    }

    /// The next call was made.
    pub(crate) fn made(&mut self, waiting: Waiting) {
        self.last += 1;
        self.waiting.insert(self.last, waiting);
    }

    /// An answer to this call has come.
    pub(crate) fn answered(&mut self, number: i64) -> Option<Waiting> {
        self.waiting.remove(&number)
    }
}

/// Objects of this end that the peer holds. Numbers begin with 1 and are not used again.
#[derive(Default)]
pub(crate) struct Exports {
    by_number: HashMap<i64, Export>,
    /// By the address of the object, which stays the same while the table holds it.
    by_address: HashMap<usize, i64>,
    last: i64,
}

struct Export {
    object: Arc<dyn Object>,
    count: u64,
}

impl Exports {
    /// Counts the object as passed once more, and gives its number. `None`: that would be one too many.
    pub(crate) fn pass(&mut self, object: &Arc<dyn Object>, max: usize) -> Option<i64> {
        let address = address(object);
        if let Some(number) = self.by_address.get(&address) {
            self.by_number.get_mut(number)?.count += 1;
            return Some(*number);
        }
        if self.by_number.len() >= max {
            return None;
        }
        self.last += 1;
        let object = Arc::clone(object);
        self.by_number.insert(self.last, Export { object, count: 1 });
        self.by_address.insert(address, self.last);
        Some(self.last)
    }

    /// The object of this number.
    pub(crate) fn get(&self, number: i64) -> Option<Arc<dyn Object>> {
        self.by_number.get(&number).map(|export| Arc::clone(&export.object))
    }

    /// Counts one less; the object, if that was the last. An error: there is no such number.
    pub(crate) fn give_back(&mut self, number: i64) -> Result<Option<Arc<dyn Object>>, ()> {
        let export = self.by_number.get_mut(&number).ok_or(())?;
        export.count -= 1;
        if export.count > 0 {
            return Ok(None);
        }
        let export = self.by_number.remove(&number).ok_or(())?;
        self.by_address.remove(&address(&export.object));
        Ok(Some(export.object))
    }
}

fn address(object: &Arc<dyn Object>) -> usize {
    Arc::as_ptr(object).cast::<()>() as usize
}
