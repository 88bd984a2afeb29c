//! Reading a value whose sender was free in how to say it.

use super::Value;
use bytes::Bytes;

impl Value {
    /// The value under `key` of a dictionary; a key of bytes counts as text.
    pub fn get(&self, key: &str) -> Option<&Value> {
        match self {
            Value::Dict(pairs) => {
                let found = pairs.iter().rev().find(|(k, _)| k.text() == Some(key));
                found.map(|(_, value)| value)
            }
            _ => None,
        }
    }

    /// The text; bytes count when they are UTF-8.
    pub fn text(&self) -> Option<&str> {
        match self {
            Value::Text(text) => Some(text),
            Value::Bytes(bytes) => std::str::from_utf8(bytes).ok(),
            _ => None,
        }
    }

    /// The text, without a copy when it was sent as text; bytes count when they are UTF-8.
    pub fn into_text(self) -> Option<String> {
        match self {
            Value::Text(text) => Some(text),
            other => other.text().map(str::to_owned),
        }
    }

    /// The bytes; text counts as its UTF-8.
    pub fn bytes(&self) -> Option<&[u8]> {
        match self {
            Value::Text(text) => Some(text.as_bytes()),
            Value::Bytes(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// The bytes, without a copy; text counts as its UTF-8.
    pub fn into_bytes(self) -> Option<Bytes> {
        match self {
            Value::Text(text) => Some(Bytes::from(text)),
            Value::Bytes(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// The whole number, when it has at most 64 bits; true and false count as 1 and 0.
    pub fn int(&self) -> Option<i64> {
        match self {
            Value::Int(integer) => integer.as_i64(),
            Value::Bool(truth) => Some(i64::from(*truth)),
            _ => None,
        }
    }

    /// The number.
    pub fn float(&self) -> Option<f64> {
        match self {
            Value::Float(float) => Some(*float),
            other => other.int().map(|int| int as f64),
        }
    }

    /// What a list, a tuple or a set holds.
    pub fn items(&self) -> Option<&[Value]> {
        match self {
            Value::List(items) | Value::Tuple(items) | Value::Set(items) | Value::FrozenSet(items) => Some(items),
            _ => None,
        }
    }

    /// What a list, a tuple or a set holds.
    pub fn into_items(self) -> Option<Vec<Value>> {
        match self {
            Value::List(items) | Value::Tuple(items) | Value::Set(items) | Value::FrozenSet(items) => Some(items),
            _ => None,
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
            Value::Bytes(_) => "bytes",
            Value::Text(_) => "text",
            Value::List(_) => "a list",
            Value::Tuple(_) => "a tuple",
            Value::Dict(_) => "a dictionary",
            Value::Set(_) => "a set",
            Value::FrozenSet(_) => "a frozen set",
            Value::DateTime(_) => "a moment",
            Value::Date(_) => "a day",
            Value::Time(_) => "a time of day",
            Value::TimeDelta(_) => "a span of time",
            Value::Decimal { .. } => "a decimal number",
            Value::Class(_) => "a class",
            Value::Copy(_) => "a copy of an object",
            Value::Object(_) => "an object of this end",
            Value::Remote(_) => "an object of the peer",
        }
    }
}
