//! The tables of a connection, without the connection: what jelly asks of them, and what it leaves behind.

use spread::jelly::{Error, Luid, Passing, Value};
use spread::{BoxFuture, Call, Object};
use std::sync::{Arc, Weak};

/// Stands for any object. It is not of size 0, so that each has an address of its own.
#[derive(Default)]
pub struct Thing(#[expect(dead_code, reason = "only its size is of use")] u8);

impl Object for Thing {
    fn call<'a>(&'a self, call: Call) -> BoxFuture<'a, ()> {
        drop(call);
        Box::pin(std::future::ready(()))
    }
}

/// Tables where an object of the peer is one that remembers its number, and is sent by that number again.
#[derive(Default)]
pub struct Table {
    imported: Vec<(i64, Weak<dyn Object>)>,
    /// The objects of this end that were asked for.
    pub asked: Vec<Luid>,
    /// Whether nothing is there and nothing may be sent.
    pub refuses: bool,
}

impl Table {
    /// How many of the imported objects are still held.
    pub fn alive(&self) -> usize {
        self.imported
            .iter()
            .filter(|(_, object)| object.strong_count() > 0)
            .count()
    }

    fn object(&mut self, luid: i64) -> Value {
        let object: Arc<dyn Object> = Arc::new(Thing::default());
        self.imported.push((luid, Arc::downgrade(&object)));
        Value::Object(object)
    }
}

impl Passing for Table {
    fn export(&mut self, object: &Arc<dyn Object>) -> Result<i64, Error> {
        if self.refuses {
            return Err(Error::TooManyObjects(0));
        }
        let is = |imported: &Weak<dyn Object>| std::ptr::addr_eq(imported.as_ptr(), Arc::as_ptr(object));
        Ok(self
            .imported
            .iter()
            .find(|(_, imported)| is(imported))
            .map_or(1, |(luid, _)| *luid))
    }

    fn local(&mut self, _: &spread::Reference) -> Result<Luid, Error> {
        Err(Error::OtherConnection)
    }

    fn remote(&mut self, luid: i64) -> Result<Value, Error> {
        Ok(self.object(luid))
    }

    fn own(&mut self, luid: Luid) -> Result<Value, Error> {
        if self.refuses {
            return Err(Error::UnknownObject(luid));
        }
        self.asked.push(luid);
        Ok(Value::from(true))
    }
}
