//! Values on their way through a connection: objects become numbers, and numbers objects.

use crate::jelly::{Error, Luid, Passing, Value};
use crate::shared::Shared;
use crate::{Object, Reference};
use std::sync::Arc;

/// Values that are sent or received together, passing through.
pub(crate) struct Passage<'a> {
    shared: &'a Arc<Shared>,
    passed: Vec<i64>,
    refused: Vec<Arc<dyn Object>>,
}

impl<'a> Passage<'a> {
    pub(crate) fn new(shared: &'a Arc<Shared>) -> Self {
        Passage {
            shared,
            passed: Vec::new(),
            refused: Vec::new(),
        }
    }

    /// Nothing is sent after all: what was passed is given back, and what could not be is released too.
    pub(crate) fn undo(self) {
        for number in self.passed {
            // An error when the connection ended in between, which released it.
            let _ = self.shared.give_back(number);
        }
        for object in self.refused {
            object.released();
        }
    }
}

impl Passing for Passage<'_> {
    fn export(&mut self, object: &Arc<dyn Object>) -> Result<i64, Error> {
        let max = self.shared.options.max_exported;
        let Some(number) = self.shared.tables().exports.pass(object, max) else {
            self.refused.push(Arc::clone(object));
            return Err(Error::TooManyObjects(max));
        };
        self.passed.push(number);
        Ok(number)
    }

    fn local(&mut self, reference: &Reference) -> Result<Luid, Error> {
        reference.luid_in(self.shared).ok_or(Error::OtherConnection)
    }

    fn remote(&mut self, number: i64) -> Result<Value, Error> {
        Ok(Value::Remote(Reference::receive(self.shared, number)))
    }

    fn own(&mut self, luid: Luid) -> Result<Value, Error> {
        let object = self.shared.own(luid).ok_or(Error::UnknownObject(luid))?;
        Ok(Value::Object(object))
    }
}
