//! Compares JSON with a recording of a Buildbot: the same keys, types and nulls.

use serde_json::Value;
use std::path::Path;

/// The recorded answer `name`.
pub fn recorded(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/data/rest/{name}.json"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).expect("a recording is JSON")
}

/// The first row of the recorded answer `name`.
pub fn recorded_row(name: &str) -> Value {
    let recorded = recorded(name);
    let members = recorded.as_object().expect("an envelope");
    let (_, rows) = members.iter().find(|(key, _)| *key != "meta").expect("rows");
    rows[0].clone()
}

/// What a value is; of objects and lists, what is in them. The names in `free` are of objects with any keys.
fn shape(value: &Value, free: &[&str]) -> Value {
    match value {
        Value::Null => "null".into(),
        Value::Bool(_) => "bool".into(),
        Value::Number(number) if number.is_i64() => "integer".into(),
        Value::Number(_) => "number".into(),
        Value::String(_) => "text".into(),
        Value::Array(elements) => elements.first().map(|first| shape(first, free)).into_iter().collect(),
        Value::Object(members) => members
            .iter()
            .map(|(name, member)| {
                let shape = if free.contains(&name.as_str()) {
                    "any object".into()
                } else {
                    shape(member, free)
                };
                (name.clone(), shape)
            })
            .collect(),
    }
}

/// Asserts that `ours` has the shape of `theirs`.
#[track_caller]
pub fn assert_same(ours: &Value, theirs: &Value, free: &[&str]) {
    let sorted = |mut value: Value| {
        value.sort_all_objects();
        serde_json::to_string_pretty(&value).expect("JSON")
    };
    let (ours, theirs) = (sorted(shape(ours, free)), sorted(shape(theirs, free)));
    assert!(ours == theirs, "ours:\n{ours}\ntheirs:\n{theirs}");
}
