//! One message: a request, or the response to one (`worker-protocol-msgpack` §2).

use super::decode::{DecodeError, Reader};
use super::encode;
use super::limits::FIELDS;
use bytes::Bytes;
use wire::worker::Value;

/// A message as it came.
#[derive(Clone, Debug, PartialEq)]
pub enum Message {
    /// The other side asks.
    Request(Request),
    /// The other side answers.
    Response {
        /// Which request of ours.
        number: i64,
        /// A value that is not yet understood, or the text of an exception.
        result: Result<Bytes, String>,
    },
    /// Neither: what it lacks. Such a message is ignored, as the original does.
    Useless(&'static str),
}

/// What the other side asks. Its parameters are checked, and understood when they are looked at.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// What to do.
    pub op: String,
    /// For the response.
    pub number: i64,
    fields: Vec<(String, Bytes)>,
}

/// A message under construction.
#[derive(Debug)]
pub(super) struct Draft {
    /// Begins with the length, which is known at the end.
    bytes: Vec<u8>,
    fields: u8,
}

impl Message {
    /// Understands the envelope of one WebSocket message.
    pub fn decode(payload: &Bytes) -> Result<Message, DecodeError> {
        let mut reader = Reader::new(payload);
        let count = reader.dict()?;
        if count > FIELDS {
            return Err(DecodeError::Count);
        }
        let mut fields = Vec::with_capacity(count);
        let (mut op, mut number) = (None, None);
        for _ in 0..count {
            let key = reader.text()?;
            let raw = reader.raw()?;
            match key {
                "op" => op = value(&raw)?.text().map(str::to_owned),
                "seq_number" => number = value(&raw)?.int(),
                _ => fields.push((key.to_owned(), raw)),
            }
        }
        reader.finish()?;
        let Some(op) = op else {
            return Ok(Message::Useless("op"));
        };
        let Some(number) = number else {
            return Ok(Message::Useless("seq_number"));
        };
        let request = Request { op, number, fields };
        if request.op == "response" {
            return request.response();
        }
        Ok(Message::Request(request))
    }
}

impl Request {
    /// A parameter that must be there. The error is the one that the original answers with.
    pub fn needed(&self, name: &str) -> Result<&Bytes, String> {
        self.raw(name)
            .ok_or_else(|| format!("'message did not contain obligatory \"{name}\" key'"))
    }

    /// The same, understood.
    pub fn value(&self, name: &str) -> Result<Value, String> {
        value(self.needed(name)?).map_err(|error| format!("'{name}' cannot be understood: {error}"))
    }

    /// The same, as text.
    pub fn text(&self, name: &str) -> Result<String, String> {
        match self.value(name)? {
            Value::Text(text) => Ok(text),
            other => Err(format!("'{name}' should be text, but is {}", other.kind())),
        }
    }

    /// The same, where it may be absent.
    pub fn optional_text(&self, name: &str) -> Result<Option<String>, String> {
        match self.raw(name).map(value) {
            None | Some(Ok(Value::None)) => Ok(None),
            Some(_) => self.text(name).map(Some),
        }
    }

    fn raw(&self, name: &str) -> Option<&Bytes> {
        self.fields.iter().find(|(key, _)| key == name).map(|(_, raw)| raw)
    }

    fn response(self) -> Result<Message, DecodeError> {
        let number = self.number;
        let Some(result) = self.raw("result") else {
            return Ok(Message::Useless("result"));
        };
        // It counts by its presence.
        let result = if self.raw("is_exception").is_some() {
            Err(value(result)?.to_string())
        } else {
            Ok(result.clone())
        };
        Ok(Message::Response { number, result })
    }
}

/// Understands what a parameter holds.
pub(super) fn value(raw: &Bytes) -> Result<Value, DecodeError> {
    let mut reader = Reader::new(raw);
    let value = reader.value()?;
    reader.finish()?;
    Ok(value)
}

impl Draft {
    /// A request; its number follows by [`Draft::finish`].
    pub(super) fn new(op: &str) -> Draft {
        let draft = Draft {
            bytes: vec![0],
            fields: 0,
        };
        draft.text("op", op)
    }

    /// The response to a request.
    pub(super) fn response(number: i64, result: Result<&Value, &str>) -> Vec<u8> {
        let draft = Draft::new("response").field("seq_number", |out| encode::int(out, number));
        match result {
            Ok(value) => draft.value("result", value),
            Err(text) => draft.text("result", text).value("is_exception", &Value::Bool(true)),
        }
        .whole()
    }

    pub(super) fn text(self, key: &str, text: &str) -> Draft {
        self.field(key, |out| encode::text(out, text))
    }

    pub(super) fn bytes(self, key: &str, bytes: &[u8]) -> Draft {
        self.field(key, |out| encode::bytes(out, bytes))
    }

    pub(super) fn value(self, key: &str, value: &Value) -> Draft {
        self.field(key, |out| encode::value(out, value))
    }

    pub(super) fn field(mut self, key: &str, write: impl FnOnce(&mut Vec<u8>)) -> Draft {
        encode::text(&mut self.bytes, key);
        write(&mut self.bytes);
        self.fields += 1;
        self
    }

    /// The whole message, with its number.
    pub(super) fn finish(self, number: i64) -> Vec<u8> {
        self.field("seq_number", |out| encode::int(out, number)).whole()
    }

    fn whole(mut self) -> Vec<u8> {
        assert!(self.fields < 16, "more fields than one byte counts");
        self.bytes[0] = 0x80 | self.fields;
        self.bytes
    }
}
