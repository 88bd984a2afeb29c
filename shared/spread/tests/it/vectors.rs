//! The recorded bytes in `tests/vectors`, and what is common to the tests that read them.

use bytes::BytesMut;
use serde_json::Value as Json;
use spread::banana::{Decoder, Dialect, Element};
use std::collections::BTreeMap;
use std::path::PathBuf;

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/vectors")
}

/// The text of a file of vectors.
pub fn read(name: &str) -> String {
    let path = folder().join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The names of all recorded sessions, without their ending.
pub fn sessions() -> Vec<String> {
    let files = std::fs::read_dir(folder()).unwrap();
    let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
    let recorded = names.filter(|name| !name.ends_with(".decoded.jsonl"));
    let mut sessions: Vec<String> = recorded
        .filter_map(|name| Some(name.strip_suffix(".jsonl")?.to_owned()))
        .collect();
    sessions.sort();
    assert!(sessions.len() >= 15, "recorded sessions are missing: {sessions:?}");
    sessions
}

/// One direction of one recorded connection: its number and `c2s` or `s2c`.
pub type Way = (u64, String);

/// The bytes of a session, as they were sent.
pub fn streams(session: &str) -> BTreeMap<Way, Vec<u8>> {
    let mut streams = BTreeMap::<Way, Vec<u8>>::new();
    for row in rows(&format!("{session}.jsonl")) {
        if let Some(hex) = row["hex"].as_str() {
            streams.entry(way(&row)).or_default().extend(bytes(hex));
        }
    }
    streams
}

/// The expressions of a session as another decoder read them, each with its bytes.
pub fn expressions(session: &str) -> Vec<(Vec<u8>, Json)> {
    let streams = streams(session);
    let part = |row: &Json| {
        let place = |name: &str| usize::try_from(row[name].as_u64().unwrap()).unwrap();
        streams[&way(row)][place("off")..place("end")].to_vec()
    };
    let rows = rows(&format!("{session}.decoded.jsonl"));
    let expressions = rows.iter().filter(|row| row.get("expr").is_some());
    expressions.map(|row| (part(row), row["expr"].clone())).collect()
}

fn rows(name: &str) -> Vec<Json> {
    read(name)
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn way(row: &Json) -> Way {
    (row["conn"].as_u64().unwrap(), row["dir"].as_str().unwrap().to_owned())
}

/// The bytes that hexadecimal digits stand for.
pub fn bytes(hex: &str) -> Vec<u8> {
    let digit = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).unwrap();
    (0..hex.len()).step_by(2).map(digit).collect()
}

/// The one element that these bytes are.
pub fn element(bytes: &[u8], dialect: Dialect) -> Element {
    let mut buffer = BytesMut::from(bytes);
    let element = Decoder::new(dialect).feed(&mut buffer).unwrap();
    assert!(buffer.is_empty(), "{} bytes are left", buffer.len());
    element.unwrap_or_else(|| panic!("the element is not whole: {bytes:02x?}"))
}
