//! Values of the protocol as jelly has them, and back. Moved, not copied.

use spread::jelly;
use wire::worker::Value;

/// For the wire.
pub(super) fn to_jelly(value: Value) -> jelly::Value {
    match value {
        Value::None => jelly::Value::None,
        Value::Bool(truth) => jelly::Value::Bool(truth),
        Value::Int(number) => jelly::Value::Int(number.into()),
        Value::Float(number) => jelly::Value::Float(number),
        Value::Text(text) => jelly::Value::Text(text),
        Value::Bytes(bytes) => jelly::Value::Bytes(bytes),
        Value::List(items) => jelly::Value::List(items.into_iter().map(to_jelly).collect()),
        Value::Tuple(items) => jelly::Value::Tuple(items.into_iter().map(to_jelly).collect()),
        Value::Dict(pairs) => jelly::Value::Dict(
            pairs
                .into_iter()
                .map(|(key, value)| (jelly::Value::Text(key), to_jelly(value)))
                .collect(),
        ),
    }
}

/// From the wire. Every value has a meaning, since an argument or update that nobody knows is no error (§3.2, §4): sets
/// become lists; whole numbers beyond 64 bits, times and the like become their text; objects and failures become `None`.
pub(super) fn from_jelly(value: jelly::Value) -> Value {
    let list = |items: Vec<jelly::Value>| items.into_iter().map(from_jelly).collect();
    match value {
        jelly::Value::None => Value::None,
        jelly::Value::Bool(truth) => Value::Bool(truth),
        jelly::Value::Int(number) => match i64::try_from(&number) {
            Ok(number) => Value::Int(number),
            Err(_) => Value::Text(number.to_string()),
        },
        jelly::Value::Float(number) => Value::Float(number),
        jelly::Value::Text(text) => Value::Text(text),
        jelly::Value::Bytes(bytes) => Value::Bytes(bytes),
        jelly::Value::List(items) | jelly::Value::Set(items) | jelly::Value::FrozenSet(items) => {
            Value::List(list(items))
        }
        jelly::Value::Tuple(items) => Value::Tuple(list(items)),
        jelly::Value::Dict(pairs) => Value::Dict(
            pairs
                .into_iter()
                .map(|(key, value)| (key_text(key), from_jelly(value)))
                .collect(),
        ),
        jelly::Value::DateTime(text)
        | jelly::Value::Date(text)
        | jelly::Value::Time(text)
        | jelly::Value::TimeDelta(text)
        | jelly::Value::Class(text) => Value::Text(text),
        jelly::Value::Decimal { digits, exponent } => Value::Text(format!("{digits}E{exponent}")),
        jelly::Value::Copy(_) | jelly::Value::Object(_) | jelly::Value::Remote(_) => Value::None,
    }
}

/// Text, also when it came as bytes (§1): what is not UTF-8 in it is replaced. `None` when it is something else.
pub(super) fn text(value: jelly::Value) -> Result<String, jelly::Value> {
    match value {
        jelly::Value::Text(text) => Ok(text),
        jelly::Value::Bytes(bytes) => Ok(lossy(&bytes)),
        other => Err(other),
    }
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Python may have other keys than text; they are shown as text.
fn key_text(key: jelly::Value) -> String {
    match from_jelly(key) {
        Value::Text(text) => text,
        Value::Bytes(bytes) => lossy(&bytes),
        Value::Int(number) => number.to_string(),
        other => format!("{other:?}"),
    }
}
