//! The recorded sessions, played again by our ends: given the recorded bytes of the other side, an end that makes the
//! recorded calls and answers writes the recorded bytes.
//!
//! What an end does of its own is thereby seen: the offer and the choice, the numbers of calls and objects, the order, and
//! what is given back when. Two things are compared by their meaning only: values that Python wrote once and referred to
//! from then on, which we write in full, and failures, which carry more in Python.

use crate::rig::{shown, soon};
use crate::vectors;
use serde_json::Value as Json;
use spread::banana::{Dialect, Element};
use spread::jelly::{self, Luid, Passing, Value};
use spread::{BoxFuture, Call, CallError, Connection, Counts, Failure, Object, Options, Pending, Reference, Reply};
use std::collections::{BTreeSet, HashMap, VecDeque};
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};
use tokio::sync::mpsc;

/// One recorded expression.
struct Row {
    ours: bool,
    bytes: Vec<u8>,
    parts: Vec<Element>,
    expression: Json,
}

/// What was recorded of one connection, seen from one end: `c2s` is the client's side.
fn rows(session: &str, connection: u64, side: &str) -> VecDeque<Row> {
    let streams = vectors::streams(session);
    let decoded = vectors::read(&format!("{session}.decoded.jsonl"));
    let rows = decoded.lines().map(|line| serde_json::from_str::<Json>(line).unwrap());
    rows.filter(|row| row["conn"] == connection && row["expr"] != Json::Null)
        .map(|row| {
            let place = |name: &str| usize::try_from(row[name].as_u64().unwrap()).unwrap();
            let direction = row["dir"].as_str().unwrap().to_owned();
            let bytes = streams[&(connection, direction.clone())][place("off")..place("end")].to_vec();
            // The agreement is in the one dialect, the rest in the other.
            let dialect = if row["n"] == 0 { Dialect::None } else { Dialect::Pb };
            let parts = match vectors::element(&bytes, dialect) {
                Element::List(parts) => parts,
                choice => vec![choice],
            };
            Row {
                ours: direction == side,
                bytes,
                parts,
                expression: row["expr"].clone(),
            }
        })
        .collect()
}

/// An object that keeps its calls for the player.
struct Puppet {
    calls: mpsc::UnboundedSender<Call>,
}

impl Object for Puppet {
    fn call<'a>(&'a self, call: Call) -> BoxFuture<'a, ()> {
        self.calls.send(call).unwrap();
        Box::pin(async {})
    }
}

/// Plays one end.
struct Player {
    stream: DuplexStream,
    connection: Connection,
    calls: mpsc::UnboundedReceiver<Call>,
    puppets: mpsc::UnboundedSender<Call>,
    /// Objects of this end, by their recorded numbers.
    objects: HashMap<i64, Arc<dyn Object>>,
    /// One reference per receipt, by their recorded numbers.
    held: HashMap<i64, Vec<Reference>>,
    /// Calls of the other side that are to be answered, by their recorded numbers.
    replies: HashMap<i64, Reply>,
    /// Calls of this end, likewise.
    pending: HashMap<i64, Pending>,
    /// Rows that were compared by their meaning.
    loose: usize,
}

/// Reads this end's recorded values: its numbers become objects, the other side's references.
impl Passing for Player {
    fn export(&mut self, _object: &Arc<dyn Object>) -> Result<i64, jelly::Error> {
        unreachable!("nothing is encoded")
    }

    fn local(&mut self, _reference: &Reference) -> Result<Luid, jelly::Error> {
        unreachable!("nothing is encoded")
    }

    fn remote(&mut self, number: i64) -> Result<Value, jelly::Error> {
        let calls = self.puppets.clone();
        let object = self.objects.entry(number).or_insert_with(|| Arc::new(Puppet { calls }));
        Ok(Value::Object(Arc::clone(object)))
    }

    fn own(&mut self, luid: Luid) -> Result<Value, jelly::Error> {
        Ok(Value::Remote(self.reference(luid)))
    }
}

impl Player {
    fn new(side: &str) -> Self {
        let (stream, far) = tokio::io::duplex(1 << 20);
        let (puppets, calls) = mpsc::unbounded_channel();
        let connection = if side == "c2s" {
            let (connection, drive) = spread::client(far, Options::default());
            tokio::spawn(drive);
            connection
        } else {
            let root = Arc::new(Puppet { calls: puppets.clone() });
            let (connection, drive) = spread::server(far, root, Options::default());
            tokio::spawn(drive);
            connection
        };
        Player {
            stream,
            connection,
            calls,
            puppets,
            objects: HashMap::new(),
            held: HashMap::new(),
            replies: HashMap::new(),
            pending: HashMap::new(),
            loose: 0,
        }
    }

    /// Plays all rows. The recorded order of the two directions is not exact within a millisecond, so what answers
    /// something waits for it.
    async fn play(&mut self, mut rows: VecDeque<Row>) {
        let mut waiting = VecDeque::new();
        while let Some(row) = rows.pop_front() {
            if row.ours {
                waiting.push_back(row);
            } else {
                self.receive(row).await;
            }
            while waiting.front().is_some_and(|row| self.is_ready(&row.expression)) {
                self.act(waiting.pop_front().unwrap()).await;
            }
        }
        assert!(waiting.is_empty(), "never became possible: {}", waiting[0].expression);
    }

    fn is_ready(&self, expression: &Json) -> bool {
        let number = |at: usize| expression[at].as_i64();
        match expression[0].as_str() {
            Some("message") => number(2).is_none_or(|target| self.held.contains_key(&target)),
            Some("answer" | "error") => number(1).is_some_and(|call| self.replies.contains_key(&call)),
            Some("decref") => number(1).is_some_and(|object| self.held.contains_key(&object)),
            _ => true,
        }
    }

    fn reference(&self, luid: Luid) -> Reference {
        match luid {
            Luid::Root => self.connection.root(),
            Luid::Number(number) => self.held[&number][0].clone(),
        }
    }

    fn value(&mut self, element: &Element) -> Value {
        jelly::decode(element.clone(), self).expect("a value")
    }

    /// Does what this end did, and compares what it writes.
    async fn act(&mut self, row: Row) {
        let part = &row.expression;
        let number = part[1].as_i64().unwrap_or_default();
        match part[0].as_str() {
            Some("message") => {
                let target = Luid::from_element(&row.parts[2]).unwrap();
                let args = self.value(&row.parts[5]).into_items().unwrap();
                let Value::Dict(kwargs) = self.value(&row.parts[6]) else {
                    panic!("{part}");
                };
                let kwargs = kwargs
                    .into_iter()
                    .map(|(name, value)| (name.into_text().unwrap(), value));
                let method = part[3].as_str().unwrap();
                let sent = self.reference(target).send(method, args, kwargs.collect()).await;
                self.pending.insert(number, sent.unwrap());
            }
            Some("answer") => {
                let value = self.value(&row.parts[2]);
                self.replies.remove(&number).unwrap().answer(value);
            }
            Some("error") => {
                let (kind, text) = crate::rig::error(Some(part.clone()));
                self.replies.remove(&number).unwrap().fail(Failure::error(kind, text));
            }
            Some("decref") => {
                let held = self.held.get_mut(&number).unwrap();
                held.pop().expect("a reference to give back");
                if held.is_empty() {
                    self.held.remove(&number);
                }
            }
            _ => {}
        }
        self.compare(&row).await;
    }

    async fn compare(&mut self, row: &Row) {
        let text = row.expression.to_string();
        if row.expression[0] == "error" {
            let said = self.read_expression().await;
            assert_eq!(said[1], row.expression[1]);
            assert_eq!(
                crate::rig::error(Some(said)),
                crate::rig::error(Some(row.expression.clone()))
            );
            self.loose += 1;
        } else if text.contains("\"reference\"") {
            let said = self.read_expression().await;
            assert_eq!(said[0], row.expression[0]);
            assert_eq!(said[1], row.expression[1]);
            self.loose += 1;
        } else {
            let mut written = vec![0; row.bytes.len()];
            let reading = self.stream.read_exact(&mut written);
            soon(&format!("the bytes of {text}"), reading).await.unwrap();
            assert!(
                written == row.bytes,
                "{text}\nwas written as {}",
                String::from_utf8_lossy(&written)
            );
        }
    }

    async fn read_expression(&mut self) -> Json {
        let mut written = Vec::new();
        loop {
            written.push(soon("an expression", self.stream.read_u8()).await.unwrap());
            let mut buffer = bytes::BytesMut::from(&written[..]);
            if let Some(element) = spread::banana::Decoder::new(Dialect::Pb).feed(&mut buffer).unwrap() {
                return shown(&element);
            }
        }
    }

    /// Gives this end what the other side wrote, and waits until it has understood.
    async fn receive(&mut self, row: Row) {
        self.stream.write_all(&row.bytes).await.unwrap();
        let part = &row.expression;
        let number = part[1].as_i64().unwrap_or_default();
        match part[0].as_str() {
            Some("message") => {
                let call = soon("the call", self.calls.recv()).await.unwrap();
                assert_eq!(call.method, part[3].as_str().unwrap());
                let kwargs = call.kwargs.into_iter().map(|(_, value)| value);
                let mut received = remotes(call.args);
                received.extend(remotes(kwargs));
                self.hold(&row.parts[5..], received);
                self.replies.insert(number, call.reply);
            }
            Some("answer") => {
                let answer = soon("the answer", self.pending.remove(&number).unwrap().answer()).await;
                self.hold(&row.parts[2..], remotes([answer.unwrap()]));
            }
            Some("error") => {
                let answer = soon("the error", self.pending.remove(&number).unwrap().answer()).await;
                let Err(CallError::Failed(failure)) = answer else {
                    panic!("{answer:?}");
                };
                let (kind, text) = crate::rig::error(Some(part.clone()));
                assert_eq!((&failure.kind, &failure.value), (&kind, &text));
                assert!(failure.is("builtins.Exception"));
            }
            _ => {}
        }
    }

    /// Keeps what was received, under the numbers in the recorded expressions.
    fn hold(&mut self, expressions: &[Element], received: Vec<Reference>) {
        let mut numbers = Vec::new();
        for expression in expressions {
            numbers_of(expression, &mut numbers);
        }
        assert_eq!(numbers.len(), received.len(), "references of {expressions:?}");
        for (number, reference) in numbers.into_iter().zip(received) {
            self.held.entry(number).or_default().push(reference);
        }
    }
}

/// The references in values, in order.
fn remotes(values: impl IntoIterator<Item = Value>) -> Vec<Reference> {
    let mut found = Vec::new();
    for value in values {
        match value {
            Value::Remote(reference) => found.push(reference),
            Value::Dict(pairs) => found.extend(pairs.into_iter().flat_map(|(key, value)| remotes([key, value]))),
            Value::Copy(copied) => found.extend(remotes([copied.state])),
            other => found.extend(remotes(other.into_items().unwrap_or_default())),
        }
    }
    found
}

/// The numbers of the objects that an expression passes, in order.
fn numbers_of(element: &Element, numbers: &mut Vec<i64>) {
    let Element::List(items) = element else { return };
    match items.as_slice() {
        [Element::Bytes(tag), Element::Int(number)] if tag == "remote" => numbers.push(number.as_i64().unwrap()),
        items => items.iter().for_each(|item| numbers_of(item, numbers)),
    }
}

async fn replay(session: &str, side: &str) -> (usize, usize) {
    let connections: BTreeSet<_> = vectors::streams(session)
        .into_keys()
        .map(|(number, _)| number)
        .collect();
    let (mut rows_played, mut loose) = (0, 0);
    for connection in connections {
        let rows = rows(session, connection, side);
        rows_played += rows.len();
        let mut player = Player::new(side);
        player.play(rows).await;
        loose += player.loose;
        player.ends().await;
    }
    (rows_played, loose)
}

impl Player {
    /// Nothing more is written, and nothing is left when the connection ends.
    async fn ends(mut self) {
        assert_eq!(self.connection.counts().calls_waiting, self.pending.len());
        let connection = self.connection.clone();
        self.stream.shutdown().await.unwrap();
        soon("the end", connection.closed()).await;
        let mut rest = Vec::new();
        soon("the last byte", self.stream.read_to_end(&mut rest)).await.unwrap();
        assert!(rest.is_empty(), "{} more bytes were written", rest.len());
        drop(self);
        assert_eq!(connection.counts(), Counts::default());
    }
}

#[tokio::test]
async fn a_client_writes_what_was_recorded() {
    let mut rows = 0;
    for session in vectors::sessions() {
        rows += replay(&session, "c2s").await.0;
    }
    assert!(rows > 500, "only {rows} expressions were recorded");
}

#[tokio::test]
async fn a_server_writes_what_was_recorded() {
    let mut rows = 0;
    for session in vectors::sessions() {
        rows += replay(&session, "s2c").await.0;
    }
    assert!(rows > 500, "only {rows} expressions were recorded");
}

/// Almost all is compared byte for byte.
#[tokio::test]
async fn few_expressions_are_compared_by_their_meaning() {
    for (session, side, loose) in [
        ("pb-worker-mini", "c2s", 0),
        ("pb-worker-mini", "s2c", 0),
        ("try-pb-wait", "c2s", 0),
    ] {
        assert_eq!(replay(session, side).await.1, loose, "{session} {side}");
    }
}
