//! A command's news: `[key, value]` pairs, where a stream's value is `[text, newline_positions, times]`
//! (`worker-protocol-msgpack` §5).
//!
//! Positions count characters, not bytes. A time is when the line was handed over to be sent, which is at most a few
//! hundredths of a second after it came; the other end reads only the text.

use super::decode::{DecodeError, Reader};
use super::encode;
use super::limits::OUR_MESSAGE;
use bytes::Bytes;
use std::time::{SystemTime, UNIX_EPOCH};
use wire::worker::{Update, Value};

/// What a line takes besides its text: a position and a time.
const LINE: usize = 14;

/// Writes updates as the lists of one or more messages, none of them much longer than [`OUR_MESSAGE`]. A stream's text
/// is cut between lines only, because nobody puts a line together again.
pub(super) fn write(updates: &[Update]) -> Vec<Vec<u8>> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let now = now.as_secs_f64();
    let mut messages = Messages::default();
    for update in updates {
        match lines_of(update) {
            Some((log, text)) => pieces(text, |piece, positions| {
                messages.add(|out| stream(out, update.key(), log, piece, positions, now));
            }),
            None => messages.add(|out| plain(out, update)),
        }
    }
    messages.finish()
}

/// Lists of pairs, each for one message.
#[derive(Default)]
struct Messages {
    whole: Vec<Vec<u8>>,
    pairs: Vec<u8>,
    count: usize,
}

impl Messages {
    fn add(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        write(&mut self.pairs);
        self.count += 1;
        if self.pairs.len() >= OUR_MESSAGE {
            self.end();
        }
    }

    fn end(&mut self) {
        let mut list = Vec::with_capacity(self.pairs.len() + 5);
        encode::list(&mut list, self.count);
        list.append(&mut self.pairs);
        self.count = 0;
        self.whole.push(list);
    }

    fn finish(mut self) -> Vec<Vec<u8>> {
        if self.count > 0 {
            self.end();
        }
        self.whole
    }
}

/// The text of a stream, and the name of its log when it is a watched file.
fn lines_of(update: &Update) -> Option<(Option<&str>, &str)> {
    match update {
        Update::Header(text) | Update::Stdout(text) | Update::Stderr(text) => Some((None, text)),
        Update::Log { name, text } => Some((Some(name), text)),
        _ => None,
    }
}

/// Cuts text into pieces of whole lines, each with the positions of its ends of line.
fn pieces(text: &str, mut piece: impl FnMut(&str, &[usize])) {
    let mut positions = Vec::new();
    // In bytes the beginning of the piece, in characters the place in it.
    let (mut start, mut character) = (0, 0);
    for (at, c) in text.char_indices() {
        if c == '\n' {
            positions.push(character);
            let end = at + 1;
            if end - start + positions.len() * LINE >= OUR_MESSAGE {
                piece(&text[start..end], &positions);
                positions.clear();
                (start, character) = (end, 0);
                continue;
            }
        }
        character += 1;
    }
    if start < text.len() {
        piece(&text[start..], &positions);
    }
}

fn stream(out: &mut Vec<u8>, key: &str, log: Option<&str>, text: &str, positions: &[usize], now: f64) {
    encode::list(out, 2);
    encode::text(out, key);
    if let Some(log) = log {
        encode::list(out, 2);
        encode::text(out, log);
    }
    encode::list(out, 3);
    encode::text(out, text);
    encode::list(out, positions.len());
    positions.iter().for_each(|position| encode::int(out, *position as i64));
    encode::list(out, positions.len());
    positions.iter().for_each(|_| encode::float(out, now));
}

fn plain(out: &mut Vec<u8>, update: &Update) {
    encode::list(out, 2);
    encode::text(out, update.key());
    match update {
        Update::Rc(rc) => encode::int(out, *rc),
        Update::Elapsed(seconds) => encode::float(out, *seconds),
        Update::FailureReason(reason) => encode::text(out, reason),
        Update::Other { value, .. } => encode::value(out, value),
        // Streams are written by `stream`.
        Update::Header(text) | Update::Stdout(text) | Update::Stderr(text) | Update::Log { text, .. } => {
            encode::text(out, text);
        }
    }
}

/// Understands a message's list of updates. Positions and times are checked to be values, and not kept.
pub(super) fn read(raw: &Bytes) -> Result<Vec<Update>, DecodeError> {
    let mut reader = Reader::new(raw);
    let count = reader.list()?;
    let mut updates = Vec::new();
    for _ in 0..count {
        exactly(&mut reader, 2)?;
        let key = reader.text()?;
        updates.push(one(key, &mut reader)?);
    }
    reader.finish()?;
    Ok(updates)
}

fn one(key: &str, reader: &mut Reader<'_>) -> Result<Update, DecodeError> {
    Ok(match key {
        "stdout" => Update::Stdout(lines(reader)?),
        "stderr" => Update::Stderr(lines(reader)?),
        "header" => Update::Header(lines(reader)?),
        "log" => {
            exactly(reader, 2)?;
            let name = reader.text()?.to_owned();
            let text = lines(reader)?;
            Update::Log { name, text }
        }
        _ => other(key, reader.value()?),
    })
}

fn other(key: &str, value: Value) -> Update {
    match (key, value) {
        ("rc", Value::Int(rc)) => Update::Rc(rc),
        ("elapsed", Value::Float(seconds)) => Update::Elapsed(seconds),
        ("elapsed", Value::Int(seconds)) => Update::Elapsed(seconds as f64),
        ("failure_reason", Value::Text(reason)) => Update::FailureReason(reason),
        // What is a tuple over PB is one here as well.
        ("stat", Value::List(numbers)) => Update::Other {
            key: key.to_owned(),
            value: Value::Tuple(numbers),
        },
        (_, value) => Update::Other {
            key: key.to_owned(),
            value,
        },
    }
}

/// A stream's text, with or without what is known of its lines.
fn lines(reader: &mut Reader<'_>) -> Result<String, DecodeError> {
    if !reader.is_list() {
        return Ok(reader.text()?.to_owned());
    }
    let count = reader.list()?;
    if count == 0 {
        return Ok(String::new());
    }
    let text = reader.text()?.to_owned();
    for _ in 1..count {
        reader.raw()?;
    }
    Ok(text)
}

fn exactly(reader: &mut Reader<'_>, wanted: usize) -> Result<(), DecodeError> {
    match reader.list()? {
        count if count == wanted => Ok(()),
        _ => Err(DecodeError::Wanted {
            wanted: "a pair",
            got: "a list of another length",
        }),
    }
}
