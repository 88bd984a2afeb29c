//! Two ends of a connection, what they lend each other, and a peer that is none of ours.

use bytes::BytesMut;
use serde_json::{Value as Json, json};
use spread::banana::{Decoder, Dialect, Element, encode};
use spread::jelly::Value;
use spread::{BoxFuture, Call, Closed, Connection, Counts, Object, Options};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, DuplexStream};
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// Longer than anything here takes on a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// Waits for something that must happen.
pub async fn soon<T>(what: &str, future: impl Future<Output = T>) -> T {
    timeout(PATIENCE, future)
        .await
        .unwrap_or_else(|_| panic!("{what} did not happen"))
}

/// An object made of a function.
pub struct Lent<F> {
    answer: F,
    released: Arc<AtomicUsize>,
}

/// How often an object was released.
#[derive(Clone)]
pub struct Releases(Arc<AtomicUsize>);

impl Releases {
    pub fn count(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }
}

/// An object that takes its calls with this function.
pub fn object(answer: impl Fn(Call) + Send + Sync + 'static) -> Arc<dyn Object> {
    watched(answer).0
}

/// The same, and how often it was released.
pub fn watched(answer: impl Fn(Call) + Send + Sync + 'static) -> (Arc<dyn Object>, Releases) {
    let released = Arc::new(AtomicUsize::new(0));
    let releases = Releases(Arc::clone(&released));
    (Arc::new(Lent { answer, released }), releases)
}

/// An object that answers with its arguments: the first, or a tuple of all.
pub fn echo() -> Arc<dyn Object> {
    object(|mut call| {
        let answer = if call.args.len() == 1 {
            call.args.remove(0)
        } else {
            Value::Tuple(call.args)
        };
        call.reply.answer(answer);
    })
}

impl<F: Fn(Call) + Send + Sync + 'static> Object for Lent<F> {
    fn call<'a>(&'a self, call: Call) -> BoxFuture<'a, ()> {
        (self.answer)(call);
        Box::pin(async {})
    }

    fn released(&self) {
        self.released.fetch_add(1, Ordering::SeqCst);
    }
}

/// A client's and a server's end.
pub struct Pair {
    pub client: Connection,
    pub server: Connection,
    pub ended: [JoinHandle<Closed>; 2],
}

/// Connects two ends of ours.
pub fn pair(root: Arc<dyn Object>) -> Pair {
    pair_with(root, Options::default())
}

/// The same, both with these options.
pub fn pair_with(root: Arc<dyn Object>, options: Options) -> Pair {
    let (near, far) = tokio::io::duplex(64 << 10);
    let (client, drive_client) = spread::client(near, options.clone());
    let (server, drive_server) = spread::server(far, root, options);
    let ended = [tokio::spawn(drive_client), tokio::spawn(drive_server)];
    Pair { client, server, ended }
}

/// Waits until nothing is on the books.
pub async fn empty(connection: &Connection) {
    let all_gone = async {
        while connection.counts() != Counts::default() {
            tokio::task::yield_now().await;
        }
    };
    if timeout(PATIENCE, all_gone).await.is_err() {
        panic!("still on the books: {:?}", connection.counts());
    }
}

/// A peer that says what it is told to say.
pub struct Peer<S = DuplexStream> {
    stream: S,
    buffer: BytesMut,
    decoder: Decoder,
    dialect: Dialect,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Peer<S> {
    pub fn new(stream: S) -> Self {
        Peer {
            stream,
            buffer: BytesMut::new(),
            decoder: Decoder::new(Dialect::None),
            dialect: Dialect::None,
        }
    }

    /// Does what a client does first.
    pub async fn greet(mut self, dialect: &str) -> Self {
        assert_eq!(self.hear().await, Some(json!(["pb", "none"])));
        self.say(json!(dialect)).await;
        self.agreed(if dialect == "pb" { Dialect::Pb } else { Dialect::None });
        self.say(json!(["version", 6])).await;
        assert_eq!(self.hear().await, Some(json!(["version", 6])));
        self
    }

    /// Does what a server does first.
    pub async fn offer(mut self) -> Self {
        self.say(json!(["pb", "none"])).await;
        assert_eq!(self.hear().await, Some(json!("pb")));
        self.agreed(Dialect::Pb);
        assert_eq!(self.hear().await, Some(json!(["version", 6])));
        self.say(json!(["version", 6])).await;
        self
    }

    pub fn agreed(&mut self, dialect: Dialect) {
        self.dialect = dialect;
        self.decoder.set_dialect(dialect);
    }

    /// Sends an expression; what cannot be sent any more is lost.
    pub async fn say(&mut self, expression: Json) {
        let mut out = BytesMut::new();
        encode(&element(&expression), self.dialect, &mut out).expect("an expression");
        self.send(&out).await;
    }

    /// Sends bytes.
    pub async fn send(&mut self, bytes: &[u8]) {
        let _ = self.stream.write_all(bytes).await;
        let _ = self.stream.flush().await;
    }

    /// The next expression; none at the end.
    pub async fn hear(&mut self) -> Option<Json> {
        soon("an expression or the end", async {
            loop {
                if let Some(element) = self.decoder.feed(&mut self.buffer).expect("banana") {
                    return Some(shown(&element));
                }
                if self.stream.read_buf(&mut self.buffer).await.unwrap_or(0) == 0 {
                    return None;
                }
            }
        })
        .await
    }

    /// Calls, and hears what comes next.
    pub async fn call(&mut self, number: u32, target: Json, method: &str, args: Json) -> Option<Json> {
        let expression = json!(["message", number, target, method, 1, args, ["dictionary"]]);
        self.say(expression).await;
        self.hear().await
    }
}

/// Connects a server end of ours to such a peer.
pub fn against_server(root: Arc<dyn Object>, options: Options) -> (Peer, Connection, JoinHandle<Closed>) {
    let (near, far) = tokio::io::duplex(64 << 10);
    let (connection, drive) = spread::server(far, root, options);
    (Peer::new(near), connection, tokio::spawn(drive))
}

/// Connects a client end of ours to such a peer.
pub fn against_client(options: Options) -> (Peer, Connection, JoinHandle<Closed>) {
    let (near, far) = tokio::io::duplex(64 << 10);
    let (connection, drive) = spread::client(far, options);
    (Peer::new(near), connection, tokio::spawn(drive))
}

/// An element in the notation of the recordings: byte strings are text, or hexadecimal when they are none.
pub fn element(json: &Json) -> Element {
    match json {
        Json::Number(number) => number.as_i64().map_or_else(
            || Element::Float(number.as_f64().unwrap()),
            |int| Element::Int(int.into()),
        ),
        Json::String(text) => Element::Bytes(text.clone().into()),
        Json::Array(items) => Element::List(items.iter().map(element).collect()),
        Json::Object(hex) => Element::Bytes(crate::vectors::bytes(hex["hex"].as_str().unwrap()).into()),
        other => panic!("no element: {other}"),
    }
}

/// The reverse.
pub fn shown(element: &Element) -> Json {
    match element {
        Element::Int(integer) => json!(integer.as_i64().unwrap()),
        Element::Float(float) => json!(float),
        Element::Bytes(bytes) => match std::str::from_utf8(bytes) {
            Ok(text) if !text.chars().any(|c| c.is_control() && c != '\n' && c != '\t') => json!(text),
            _ => json!({ "hex": bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>() }),
        },
        Element::List(items) => items.iter().map(shown).collect(),
    }
}

/// Kind and value of an `error` expression.
pub fn error(expression: Option<Json>) -> (String, String) {
    let expression = expression.expect("an answer, not the end");
    assert_eq!(expression[0], "error", "{expression}");
    assert_eq!(expression[2][0], "twisted.spread.pb.CopyableFailure");
    let state = expression[2][1].as_array().unwrap();
    let field = |name: &str| {
        let pair = state.iter().find(|pair| pair[0][1] == name);
        pair.unwrap_or_else(|| panic!("no {name} in {expression}"))[1].clone()
    };
    let text = |json: &Json| json.as_str().unwrap().to_owned();
    (text(&field("type")), text(&field("value")[1]))
}
