//! The far end of a connection, as bare expressions: what a recording is played with.

use bytes::BytesMut;
use serde_json::Value as Json;
use spread::banana::{Decoder, Dialect, Element, encode};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};

/// Nothing here takes longer, unless something is wrong.
pub const PATIENCE: Duration = Duration::from_secs(20);

pub struct Wire {
    stream: DuplexStream,
    decoder: Decoder,
    buffer: BytesMut,
    /// Answers that came before their time.
    early: Vec<Element>,
    /// References that were given back, in order.
    pub given_back: Vec<i64>,
}

impl Wire {
    /// This end, and the one for who is tested.
    pub fn new() -> (Wire, DuplexStream) {
        let (stream, other) = tokio::io::duplex(1 << 20);
        let wire = Wire {
            stream,
            // Words that stand for themselves mean the same in both dialects.
            decoder: Decoder::new(Dialect::Pb),
            buffer: BytesMut::new(),
            early: Vec::new(),
            given_back: Vec::new(),
        };
        (wire, other)
    }

    pub async fn write(&mut self, expression: &Element) {
        let mut bytes = BytesMut::new();
        encode(expression, Dialect::Pb, &mut bytes).unwrap();
        self.stream.write_all(&bytes).await.unwrap();
    }

    /// Bytes that need not be an expression. Whoever gets them may be gone.
    pub async fn write_bytes(&mut self, bytes: &[u8]) {
        let _ = self.stream.write_all(bytes).await;
    }

    /// The next expression, `None` at the end. References that are given back are counted instead.
    pub async fn read(&mut self) -> Option<Element> {
        loop {
            if let Some(element) = self.decoder.feed(&mut self.buffer).unwrap() {
                match (word(&element, 0), items(&element)) {
                    (Some("decref"), [_, Element::Int(luid)]) => self.given_back.push(luid.as_i64().unwrap()),
                    _ => return Some(element),
                }
                continue;
            }
            let read = self.stream.read_buf(&mut self.buffer);
            let read = tokio::time::timeout(PATIENCE, read).await.expect("silence");
            if read.unwrap() == 0 {
                return None;
            }
        }
    }

    /// Reads until something comes for which `is` holds. Only answers may come before.
    pub async fn find(&mut self, what: &str, is: impl Fn(&Element) -> bool) -> Element {
        if let Some(at) = self.early.iter().position(&is) {
            return self.early.remove(at);
        }
        loop {
            let element = self.read().await.unwrap_or_else(|| panic!("closed before {what}"));
            if is(&element) {
                return element;
            }
            let early = matches!(word(&element, 0), Some("answer" | "error"));
            assert!(early, "\ngot     {element:?}\nbefore {what}");
            self.early.push(element);
        }
    }

    /// Reads exactly this.
    pub async fn expect(&mut self, recorded: &Json) {
        let wanted = element(recorded);
        self.find(&recorded.to_string(), |element| *element == wanted).await;
    }

    /// Reads a failure of this type and text; the rest of it is the peer's own.
    pub async fn expect_error(&mut self, recorded: &Json) {
        let wanted = element(recorded);
        let same = |element: &Element| {
            word(element, 0) == Some("error")
                && items(element)[1] == items(&wanted)[1]
                && ["type", "value"].iter().all(|key| {
                    let (ours, theirs) = (attribute(element, key), attribute(&wanted, key));
                    ours.is_some() && ours == theirs
                })
        };
        self.find(&recorded.to_string(), same).await;
    }

    /// Waits for the end; nothing more may come before it, and all that came before its time must have been asked for.
    pub async fn end(&mut self) {
        assert_eq!(self.read().await, None);
        assert!(self.early.is_empty(), "never asked for: {:?}", self.early);
    }
}

/// An attribute of the failure that an `error` carries.
pub fn attribute(error: &Element, key: &str) -> Option<Element> {
    let state = items(items(items(error).get(2)?).get(1)?);
    let pair = state
        .iter()
        .find(|pair| items(pair).first().and_then(|name| word(name, 1)) == Some(key))?;
    items(pair).get(1).cloned()
}

pub fn items(element: &Element) -> &[Element] {
    match element {
        Element::List(items) => items,
        _ => &[],
    }
}

/// A byte string of a list, as text.
pub fn word(element: &Element, at: usize) -> Option<&str> {
    match items(element).get(at)? {
        Element::Bytes(bytes) => std::str::from_utf8(bytes).ok(),
        _ => None,
    }
}

/// A recorded expression: texts and `{"hex": …}` are byte strings.
pub fn element(json: &Json) -> Element {
    match json {
        Json::Number(n) if n.is_f64() => Element::Float(n.as_f64().unwrap()),
        Json::Number(n) => Element::Int(n.as_i64().unwrap().into()),
        Json::Array(items) => Element::List(items.iter().map(element).collect()),
        _ => Element::Bytes(super::recording::bytes(json)),
    }
}
