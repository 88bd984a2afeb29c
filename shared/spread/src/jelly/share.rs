//! Values that a peer gives once and then repeats (§2, sharing), and what all of them together may take.

use super::{DEPTH_LIMIT, Error, Value};
use std::collections::HashMap;
use std::rc::Rc;

/// The shared values of one value being read, and how much it has taken so far.
///
/// Repeating is cheap to ask for and dear to do, so a copy costs as much as the value itself did, and is as deep.
pub(super) struct Shares {
    given: HashMap<i64, Option<Rc<Shared>>>,
    budget: usize,
    left: usize,
    /// The deepest that the part being read has gone.
    deepest: usize,
}

struct Shared {
    value: Value,
    cost: usize,
    height: usize,
}

/// Where a shared value begins: what had been spent before it.
pub(super) struct Begun {
    id: i64,
    left: usize,
    deepest: usize,
    depth: usize,
}

impl Shares {
    pub(super) fn new(budget: usize) -> Self {
        Shares {
            given: HashMap::new(),
            budget,
            left: budget,
            deepest: 0,
        }
    }

    /// Pays for something at this depth.
    pub(super) fn pay(&mut self, cost: usize, depth: usize) -> Result<(), Error> {
        if depth > DEPTH_LIMIT {
            return Err(Error::TooDeep);
        }
        self.left = self.left.checked_sub(cost).ok_or(Error::TooLarge(self.budget))?;
        self.deepest = self.deepest.max(depth);
        Ok(())
    }

    /// A shared value begins; until it is given, it cannot be repeated.
    pub(super) fn begin(&mut self, id: i64, depth: usize) -> Result<Begun, Error> {
        if self.given.insert(id, None).is_some() {
            return Err(Error::GivenTwice(id));
        }
        let deepest = std::mem::replace(&mut self.deepest, depth);
        let left = self.left;
        Ok(Begun {
            id,
            left,
            deepest,
            depth,
        })
    }

    /// A shared value is whole: keeps a copy of it.
    pub(super) fn give(&mut self, begun: Begun, value: &Value) -> Result<(), Error> {
        let cost = begun.left - self.left;
        let height = self.deepest - begun.depth;
        self.deepest = self.deepest.max(begun.deepest);
        self.pay(cost, begun.depth)?;
        let value = value.clone();
        let shared = Shared { value, cost, height };
        self.given.insert(begun.id, Some(Rc::new(shared)));
        Ok(())
    }

    /// The value is wanted once more, at this depth.
    pub(super) fn repeat(&mut self, id: i64, depth: usize) -> Result<Value, Error> {
        let shared = match self.given.get(&id) {
            None => return Err(Error::NeverGiven(id)),
            Some(None) => return Err(Error::Cycle(id)),
            Some(Some(shared)) => Rc::clone(shared),
        };
        self.pay(shared.cost, depth + shared.height)?;
        Ok(shared.value.clone())
    }
}
