//! How objects cross: the tables of a connection, as jelly needs them (§3.2).

use super::{Error, Value};
use crate::banana::Element;
use crate::{Object, Reference};
use std::sync::Arc;

/// The number of an object in its owner's table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Luid {
    /// The object that a server offers to whoever connects. It is not counted.
    Root,
    /// Any other; from 1.
    Number(i64),
}

impl Luid {
    /// Reads it as messages have it: a number above 0, or the byte string `root`.
    pub fn from_element(element: &Element) -> Option<Self> {
        match element {
            Element::Int(integer) => integer.as_i64().filter(|number| *number > 0).map(Luid::Number),
            Element::Bytes(bytes) if bytes.as_ref() == b"root" => Some(Luid::Root),
            _ => None,
        }
    }
}

/// The tables of one connection while one message is read or written.
///
/// When a value cannot be written to its end, nothing of it is sent: take back what it exported until then. A value that
/// cannot be read to its end is dropped, and with it what it imported until then.
pub trait Passing {
    /// An object of this end is sent: counts it, and gives its number.
    fn export(&mut self, object: &Arc<dyn Object>) -> Result<i64, Error>;

    /// A reference goes back to its owner: its number there. An error when it came over another connection.
    fn local(&mut self, reference: &Reference) -> Result<Luid, Error>;

    /// The peer sent an object of its own. Once per time that it was sent: each is to be given back.
    fn remote(&mut self, luid: i64) -> Result<Value, Error>;

    /// The peer sent back an object of this end.
    fn own(&mut self, luid: Luid) -> Result<Value, Error>;
}
