//! What jelly can say.

use crate::banana::Integer;
use crate::{Object, Reference};
use bytes::Bytes;
use std::fmt;
use std::sync::Arc;

/// A value of a call or an answer (§2): Python's types, and objects of both ends.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Python's `None`.
    None,
    /// True or false.
    Bool(bool),
    /// A whole number.
    Int(Integer),
    /// A number.
    Float(f64),
    /// Bytes; some peers send them where text is usual, see [`Value::text`].
    Bytes(Bytes),
    /// Text.
    Text(String),
    /// A list.
    List(Vec<Value>),
    /// A tuple.
    Tuple(Vec<Value>),
    /// A dictionary, in the order sent. When a key is there twice, the last one holds.
    Dict(Vec<(Value, Value)>),
    /// A set, in the order sent.
    Set(Vec<Value>),
    /// A frozen set, in the order sent.
    FrozenSet(Vec<Value>),
    /// A moment: year, month, day, hour, minute, second, microsecond, as numbers between spaces.
    DateTime(String),
    /// A day: year, month, day.
    Date(String),
    /// A time of day: hour, minute, second, microsecond.
    Time(String),
    /// A span: days, seconds, microseconds.
    TimeDelta(String),
    /// A decimal fraction: `digits` · 10^`exponent`.
    Decimal {
        /// All digits, with the sign.
        digits: Integer,
        /// Of ten.
        exponent: i64,
    },
    /// A class, by its dotted name. It is a name here and nothing else.
    Class(String),
    /// A copy of an object, as its class describes itself.
    Copy(Box<Copied>),
    /// An object of this end.
    Object(Arc<dyn Object>),
    /// An object of the peer.
    Remote(Reference),
}

/// A copy of an object. Nothing is made of it but what the receiver reads out of it by name.
#[derive(Clone, Debug, PartialEq)]
pub struct Copied {
    /// Dotted name of the class.
    pub class: String,
    /// Usually a dictionary of its attributes.
    pub state: Value,
}

/// An object is equal to itself alone.
impl PartialEq for dyn Object {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::addr_eq(self, other)
    }
}

impl fmt::Debug for dyn Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Object({:p})", std::ptr::from_ref(self))
    }
}

macro_rules! from {
    ($($from:ty => $variant:ident),+) => {$(
        impl From<$from> for Value {
            fn from(value: $from) -> Value { Value::$variant(value.into()) }
        }
    )+};
}
from!(bool => Bool, i64 => Int, u64 => Int, Integer => Int, f64 => Float, &str => Text, String => Text, Bytes => Bytes);
from!(Vec<Value> => List, Arc<dyn Object> => Object, Reference => Remote);

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Value {
        value.map_or(Value::None, Into::into)
    }
}

/// A dictionary with text keys, as keyword arguments are.
impl<K: Into<String>> FromIterator<(K, Value)> for Value {
    fn from_iter<I: IntoIterator<Item = (K, Value)>>(pairs: I) -> Value {
        Value::Dict(
            pairs
                .into_iter()
                .map(|(key, value)| (Value::Text(key.into()), value))
                .collect(),
        )
    }
}
