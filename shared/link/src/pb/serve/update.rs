//! Updates as workers send them: `[[{key: value, …}, number], …]` (`worker-protocol-pb` §3).

use crate::pb::value::{from_jelly, text};
use spread::jelly::Value;
use wire::worker::Update;

/// All in order: any number of pairs, of keys in each, and of unknown keys. `None` when it is no such list.
pub(super) fn updates(list: Value) -> Option<Vec<Update>> {
    let pairs = items(list)?;
    let mut updates = Vec::with_capacity(pairs.len());
    for pair in pairs {
        // The number after it is of no use any more.
        let Some(Value::Dict(keys)) = items(pair)?.into_iter().next() else {
            return None;
        };
        for (key, value) in keys {
            updates.push(update(text(key).ok()?, value));
        }
    }
    Some(updates)
}

fn items(value: Value) -> Option<Vec<Value>> {
    match value {
        Value::List(items) | Value::Tuple(items) => Some(items),
        _ => None,
    }
}

/// A known key with a value that it cannot have is like an unknown key.
fn update(key: String, value: Value) -> Update {
    let known = match key.as_str() {
        "stdout" => text(value).map(Update::Stdout),
        "stderr" => text(value).map(Update::Stderr),
        "header" => text(value).map(Update::Header),
        "failure_reason" => text(value).map(Update::FailureReason),
        "log" => log(value),
        "rc" => number(value),
        "elapsed" => seconds(value),
        _ => Err(value),
    };
    known.unwrap_or_else(|value| Update::Other {
        key,
        value: from_jelly(value),
    })
}

fn log(value: Value) -> Result<Update, Value> {
    match value {
        Value::Tuple(parts) | Value::List(parts) if is_log(&parts) => {
            let mut parts = parts.into_iter();
            let mut next = || parts.next().map_or(Err(Value::None), text);
            Ok(Update::Log {
                name: next()?,
                text: next()?,
            })
        }
        other => Err(other),
    }
}

fn is_log(parts: &[Value]) -> bool {
    let is_text = |part: &Value| matches!(part, Value::Text(_) | Value::Bytes(_));
    parts.len() == 2 && parts.iter().all(is_text)
}

fn number(value: Value) -> Result<Update, Value> {
    match from_jelly(value.clone()).int() {
        Some(number) => Ok(Update::Rc(number)),
        None => Err(value),
    }
}

fn seconds(value: Value) -> Result<Update, Value> {
    match from_jelly(value.clone()).float() {
        Some(seconds) => Ok(Update::Elapsed(seconds)),
        None => Err(value),
    }
}
