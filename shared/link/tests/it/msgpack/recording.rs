//! Recorded sessions of Buildbot 4.3.0: a real worker on a real master.

use bytes::Bytes;
use serde_json::Value as Json;
use wire::worker::Value;

pub const MINI: &str = include_str!("../../vectors/mp-worker-mini.decoded.jsonl");
pub const FULL: &str = include_str!("../../vectors/mp-worker-full.decoded.jsonl");
pub const GRACEFUL: &str = include_str!("../../vectors/mp-worker-graceful.decoded.jsonl");

/// Where the recorded worker lived.
pub const BASEDIR: &str = "/srv/bb/worker-mp";

/// A message as it was recorded.
#[derive(Clone, Debug)]
pub struct Row {
    pub from_worker: bool,
    pub payload: Bytes,
    pub message: Value,
}

/// All messages of a session, in order.
pub fn rows(session: &str) -> Vec<Row> {
    let rows = session.lines().map(|line| serde_json::from_str::<Json>(line).unwrap());
    let row = |row: Json| {
        let payload = unhex(row["payload_hex"].as_str()?);
        Some(Row {
            from_worker: row["dir"] == "c2s",
            message: link::msgpack::decode(&payload).unwrap(),
            payload,
        })
    };
    rows.filter_map(row).collect()
}

pub fn unhex(text: &str) -> Bytes {
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
    text.as_bytes().chunks(2).map(byte).collect()
}

impl Row {
    pub fn op(&self) -> &str {
        self.message.get("op").and_then(Value::text).unwrap()
    }

    pub fn number(&self) -> i64 {
        self.message.get("seq_number").and_then(Value::int).unwrap()
    }

    pub fn text(&self, key: &str) -> Option<&str> {
        self.message.get(key).and_then(Value::text)
    }

    pub fn is_request(&self) -> bool {
        self.op() != "response"
    }
}

/// The value with one path instead of another in all texts.
pub fn moved(value: &Value, from: &str, to: &str) -> Value {
    let all = |items: &[Value]| items.iter().map(|item| moved(item, from, to)).collect();
    match value {
        Value::Text(text) => Value::Text(text.replace(from, to)),
        Value::List(items) => Value::List(all(items)),
        Value::Tuple(items) => Value::Tuple(all(items)),
        Value::Dict(pairs) => Value::Dict(pairs.iter().map(|(k, v)| (k.clone(), moved(v, from, to))).collect()),
        other => other.clone(),
    }
}
