//! What a master says on `/ws` (`live-events` §1): events and answers to commands.

use serde::Deserialize;
use serde_json::value::RawValue;

/// One text frame, read no further than is needed to know what it is.
#[derive(Debug)]
pub(crate) enum Frame<'a> {
    /// Something happened; the body is read by who wants it. None is a body of null.
    Event { key: String, body: Option<&'a RawValue> },
    /// The answer to a command of ours, with what was wrong with it.
    Answer { id: u64, error: Option<String> },
    /// Any other answer, for example one to a command that nobody gave.
    Other,
}

#[derive(Deserialize)]
struct Members<'a> {
    k: Option<String>,
    #[serde(borrow, default)]
    m: Option<&'a RawValue>,
    #[serde(borrow, default)]
    _id: Option<&'a RawValue>,
    code: Option<i64>,
    error: Option<String>,
}

impl<'a> Frame<'a> {
    /// None when it is nothing that the protocol knows.
    pub(crate) fn read(text: &'a str) -> Option<Frame<'a>> {
        let members: Members<'_> = serde_json::from_str(text).ok()?;
        if let Some(key) = members.k {
            return Some(Frame::Event { key, body: members.m });
        }
        let code = members.code?;
        let Some(id) = members._id.and_then(|id| id.get().parse().ok()) else {
            return Some(Frame::Other);
        };
        let refused = (code != 200).then(|| format!("code {code}"));
        Some(Frame::Answer {
            id,
            error: members.error.or(refused),
        })
    }
}

/// The key and the body of an event as `/sse` writes them.
#[derive(Deserialize)]
pub(crate) struct Told<'a> {
    key: Vec<String>,
    #[serde(borrow, default)]
    pub(crate) message: Option<&'a RawValue>,
}

impl<'a> Told<'a> {
    pub(crate) fn read(data: &'a str) -> Option<Told<'a>> {
        serde_json::from_str(data).ok()
    }

    /// As `/ws` writes it.
    pub(crate) fn key(&self) -> String {
        self.key.join("/")
    }
}

/// A command with a number to know its answer by.
pub(crate) fn command(name: &str, path: &str, id: u64) -> String {
    serde_json::json!({"cmd": name, "path": path, "_id": id}).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        match Frame::read(text) {
            None => "nothing".to_owned(),
            Some(Frame::Other) => "other".to_owned(),
            Some(Frame::Answer { id, error }) => format!("{id} {error:?}"),
            Some(Frame::Event { key, body }) => format!("{key} {}", body.map_or("null", RawValue::get)),
        }
    }

    #[test]
    fn events_and_answers_are_told_apart() {
        for (text, meaning) in [
            (
                r#"{"k": "builds/3/new", "m": {"buildid": 3}}"#,
                r#"builds/3/new {"buildid": 3}"#,
            ),
            (
                r#"{"k": "buildrequests/3/cancel", "m": null}"#,
                "buildrequests/3/cancel null",
            ),
            (r#"{"msg": "OK", "code": 200, "_id": 7}"#, "7 None"),
            (r#"{"error": "no such", "code": 404, "_id": 7}"#, r#"7 Some("no such")"#),
            (r#"{"code": 500, "_id": 7}"#, r#"7 Some("code 500")"#),
            (r#"{"error": "no '_id'", "code": 400, "_id": null}"#, "other"),
            (r#"{"msg": "pong", "code": 200, "_id": "abc"}"#, "other"),
            (r#"{"k": 7, "m": {}}"#, "nothing"),
            (r#"{}"#, "nothing"),
            ("[]", "nothing"),
            ("", "nothing"),
        ] {
            assert_eq!(shown(text), meaning, "{text}");
        }
        let told = Told::read(r#"{"key": ["builds", "24", "update"], "message": {"a": 1}}"#).expect("an event");
        assert_eq!(
            (told.key().as_str(), told.message.map(RawValue::get)),
            ("builds/24/update", Some(r#"{"a": 1}"#))
        );
    }
}
