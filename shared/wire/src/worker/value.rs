//! A value of the protocols: what jelly and msgpack can both say.

use super::SIZE_LIMIT;
use std::fmt;

/// An argument or an update's value.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Python's `None`.
    None,
    /// True or false; some masters send 1 and 0 instead, see [`Value::truth`].
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A number.
    Float(f64),
    /// Text.
    Text(String),
    /// Bytes; some peers send bytes where text is usual, see [`Value::text`].
    Bytes(bytes::Bytes),
    /// A list.
    List(Vec<Value>),
    /// A tuple, which only obfuscated arguments, `stat` and `log` updates need.
    Tuple(Vec<Value>),
    /// A dictionary with text keys, in the order given.
    Dict(Vec<(String, Value)>),
}

/// A value that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ValueError {
    /// A required argument is absent.
    #[error("argument '{0}' is missing")]
    Missing(String),
    /// It is of another type.
    #[error("argument '{name}' should be {wanted}, but is {got}")]
    Type {
        /// Which argument.
        name: String,
        /// What would be right.
        wanted: &'static str,
        /// What came.
        got: String,
    },
    /// Too long for PB.
    #[error("{what} has {size} bytes, more than the {SIZE_LIMIT} that the protocol carries")]
    TooLong {
        /// What it was.
        what: String,
        /// In bytes.
        size: usize,
    },
}

impl Value {
    /// The value under `key` of a dictionary.
    pub fn get(&self, key: &str) -> Option<&Value> {
        match self {
            Value::Dict(pairs) => pairs.iter().find(|(k, _)| k == key).map(|(_, v)| v),
            _ => None,
        }
    }

    /// The value under `key`, which must be there.
    pub fn required(&self, key: &str) -> Result<&Value, ValueError> {
        self.get(key).ok_or_else(|| ValueError::Missing(key.to_owned()))
    }

    /// The text; bytes count when they are UTF-8.
    pub fn text(&self) -> Option<&str> {
        match self {
            Value::Text(text) => Some(text),
            Value::Bytes(bytes) => std::str::from_utf8(bytes).ok(),
            _ => None,
        }
    }

    /// The whole number; booleans count as 1 and 0.
    pub fn int(&self) -> Option<i64> {
        match self {
            Value::Int(n) => Some(*n),
            Value::Bool(b) => Some(i64::from(*b)),
            _ => None,
        }
    }

    /// The number.
    pub fn float(&self) -> Option<f64> {
        match self {
            Value::Float(x) => Some(*x),
            Value::Int(n) => Some(*n as f64),
            _ => None,
        }
    }

    /// Python's idea of truth.
    pub fn truth(&self) -> bool {
        match self {
            Value::None => false,
            Value::Bool(b) => *b,
            Value::Int(n) => *n != 0,
            Value::Float(x) => *x != 0.0,
            Value::Text(text) => !text.is_empty(),
            Value::Bytes(bytes) => !bytes.is_empty(),
            Value::List(items) | Value::Tuple(items) => !items.is_empty(),
            Value::Dict(pairs) => !pairs.is_empty(),
        }
    }

    /// Whether this is `None`.
    pub fn is_none(&self) -> bool {
        matches!(self, Value::None)
    }

    /// What kind of value this is, for messages.
    pub fn kind(&self) -> &'static str {
        match self {
            Value::None => "None",
            Value::Bool(_) => "a boolean",
            Value::Int(_) => "a whole number",
            Value::Float(_) => "a number",
            Value::Text(_) => "text",
            Value::Bytes(_) => "bytes",
            Value::List(_) => "a list",
            Value::Tuple(_) => "a tuple",
            Value::Dict(_) => "a dictionary",
        }
    }

    /// Fails when a text or byte string inside is longer than PB carries.
    pub fn within_limits(&self) -> Result<(), ValueError> {
        let too_long = |what: &str, size: usize| {
            Err(ValueError::TooLong {
                what: what.to_owned(),
                size,
            })
        };
        match self {
            Value::Text(text) if text.len() > SIZE_LIMIT => too_long("a text", text.len()),
            Value::Bytes(bytes) if bytes.len() > SIZE_LIMIT => too_long("a byte string", bytes.len()),
            Value::List(items) | Value::Tuple(items) => items.iter().try_for_each(Value::within_limits),
            Value::Dict(pairs) => pairs.iter().try_for_each(|(key, value)| {
                if key.len() > SIZE_LIMIT {
                    too_long("a key", key.len())
                } else {
                    value.within_limits()
                }
            }),
            _ => Ok(()),
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Text(text) => f.write_str(text),
            other => write!(f, "{other:?}"),
        }
    }
}

macro_rules! from {
    ($($from:ty => $variant:ident),+) => {$(
        impl From<$from> for Value {
            fn from(value: $from) -> Value { Value::$variant(value.into()) }
        }
    )+};
}
from!(bool => Bool, i64 => Int, f64 => Float, &str => Text, String => Text, bytes::Bytes => Bytes);

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Value {
        value.map_or(Value::None, Into::into)
    }
}
