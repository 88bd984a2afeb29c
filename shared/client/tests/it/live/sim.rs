//! A small master on a loopback port, with switches for everything that goes wrong.

use crate::picture::model::{Act, Master};
use client::{Allowance, Base, Http, Joined, Kept, News, Proxying, Rhythm, Trust};
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::Role;
use tokio_util::sync::CancellationToken;
use wire::events::pattern::Pattern;

/// What a master does besides working.
#[derive(Clone, Debug, Default)]
pub struct Manners {
    /// The status of `/ws`; it works when none is set.
    pub socket: Option<u16>,
    /// The status of `/sse`; it works when none is set.
    pub stream: Option<u16>,
    /// The status of REST; it works when none is set.
    pub rest: Option<u16>,
    /// Connections are closed at once.
    pub down: bool,
    /// Subscriptions are not acknowledged.
    pub deaf: bool,
    /// What is read over a live connection is not answered, and nothing is told.
    pub silent: bool,
}

/// A client that listens: its subscriptions and the way to it.
struct Listener {
    paths: BTreeSet<String>,
    to: mpsc::UnboundedSender<String>,
}

struct State {
    master: Master,
    manners: Manners,
    /// Answers besides those of the master, by path without the query.
    extra: BTreeMap<String, Value>,
    listeners: BTreeMap<u64, Listener>,
    requests: Vec<String>,
    cut: CancellationToken,
    next: u64,
}

pub struct Sim {
    state: Arc<Mutex<State>>,
    port: u16,
    /// How many pings came.
    pings: watch::Receiver<u64>,
}

impl Sim {
    pub async fn start() -> Sim {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let state = Arc::new(Mutex::new(State {
            master: Master::default(),
            manners: Manners::default(),
            extra: BTreeMap::new(),
            listeners: BTreeMap::new(),
            requests: Vec::new(),
            cut: CancellationToken::new(),
            next: 0,
        }));
        let (count, pings) = watch::channel(0);
        let shared = Arc::clone(&state);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (shared, count) = (Arc::clone(&shared), count.clone());
                tokio::spawn(async move {
                    let cut = lock(&shared).cut.clone();
                    tokio::select! {
                        () = cut.cancelled() => {}
                        () = serve(stream, &shared, &count) => {}
                    }
                });
            }
        });
        Sim { state, port, pings }
    }

    pub fn http(&self) -> Http {
        let base = Base::parse(&format!("http://127.0.0.1:{}/", self.port)).expect("an address");
        let trust = Trust {
            proxy: Proxying::Direct,
            ..Trust::default()
        };
        let plenty = Allowance {
            burst: 10_000,
            per_minute: 60_000,
            ..Allowance::default()
        };
        Http::with_allowance(base, &trust, plenty).expect("a client")
    }

    /// Follows it in a quick rhythm.
    pub fn join(&self, kept: Option<Kept>) -> (Joined, mpsc::Receiver<News>) {
        Joined::start(self.http(), kept, quick())
    }

    /// Lets something happen and tells it.
    pub fn act(&self, act: &Act) {
        let told = lock(&self.state).master.act(act);
        for told in told {
            self.tell(&told.key, &told.body);
        }
    }

    /// Lets something happen and tells nobody.
    pub fn deafly(&self, acts: &[Act]) {
        for act in acts {
            lock(&self.state).master.act(act);
        }
    }

    /// Tells something, whether it is so or not.
    pub fn tell(&self, key: &str, body: &Value) {
        let state = lock(&self.state);
        if state.manners.silent {
            return;
        }
        for listener in state.listeners.values() {
            if listener.paths.iter().any(|path| Pattern::new(path).matches(key)) {
                // The client may be gone.
                let _ = listener.to.send(wire::events::frame::socket(key, &body.to_string()));
            }
        }
    }

    /// Sends a frame that is perhaps no event to all who listen.
    pub fn send(&self, frame: &str) {
        for listener in lock(&self.state).listeners.values() {
            let _ = listener.to.send(frame.to_owned());
        }
    }

    pub fn manners(&self, change: impl FnOnce(&mut Manners)) {
        change(&mut lock(&self.state).manners);
    }

    /// Has something more to answer.
    pub fn answer(&self, path: &str, body: Value) {
        lock(&self.state).extra.insert(path.to_owned(), body);
    }

    /// Cuts all connections.
    pub fn cut(&self) {
        let old = std::mem::replace(&mut lock(&self.state).cut, CancellationToken::new());
        old.cancel();
    }

    /// The paths of all requests so far.
    pub fn requests(&self) -> Vec<String> {
        lock(&self.state).requests.clone()
    }

    /// Waits until so many pings more came.
    pub async fn pinged(&self, more: u64) {
        let mut pings = self.pings.clone();
        let wanted = *pings.borrow() + more;
        let waited = tokio::time::timeout(super::PATIENCE, pings.wait_for(|count| *count >= wanted)).await;
        waited.expect("it pings").expect("the master runs");
    }

    /// What a picture of it has to show.
    pub fn shown(&self) -> Value {
        let mut picture = client::Picture::default();
        picture.replace(lock(&self.state).master.read());
        crate::picture::model::shown(&picture)
    }

    pub fn paths(&self) -> BTreeSet<String> {
        lock(&self.state)
            .listeners
            .values()
            .flat_map(|listener| listener.paths.clone())
            .collect()
    }
}

/// Everything a hundred times as fast as on a real master.
pub fn quick() -> Rhythm {
    Rhythm {
        ping: Duration::from_millis(300),
        silence: Duration::from_secs(2),
        subscribing: Duration::from_secs(3),
        poll: Duration::from_millis(150),
        poll_idle: Duration::from_millis(300),
        filling: Duration::from_millis(20),
        farewell: Duration::from_millis(100),
        longest_wait: Duration::from_millis(500),
        ..Rhythm::default()
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().expect("no test fell")
}

async fn serve(mut stream: TcpStream, state: &Mutex<State>, pings: &watch::Sender<u64>) {
    if lock(state).manners.down {
        return;
    }
    let Some(head) = head(&mut stream).await else {
        return;
    };
    let path = head
        .split(' ')
        .nth(1)
        .unwrap_or_default()
        .trim_start_matches('/')
        .to_owned();
    let manners = {
        let mut state = lock(state);
        state.requests.push(path.clone());
        state.manners.clone()
    };
    if path == "ws" {
        match manners.socket {
            None => socket(stream, &head, state, pings).await,
            Some(status) => answer(&mut stream, status, "text/html", "<html>a proxy</html>").await,
        }
    } else if let Some(path) = path.strip_prefix("sse/") {
        match manners.stream {
            None => sse(stream, path, state).await,
            Some(status) => answer(&mut stream, status, "text/html", "<html>a proxy</html>").await,
        }
    } else if let Some(status) = manners.rest {
        answer(
            &mut stream,
            status,
            "text/plain",
            r#"{"error": "you need to have role 'x'"}"#,
        )
        .await;
    } else {
        let body = lock(state).rest(path.trim_start_matches("api/v2/"));
        match body {
            Some(body) => answer(&mut stream, 200, "application/json", &body.to_string()).await,
            None => answer(&mut stream, 404, "text/plain", r#"{"error": "not found"}"#).await,
        }
    }
}

async fn head(stream: &mut TcpStream) -> Option<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    String::from_utf8(head).ok()
}

async fn answer(stream: &mut TcpStream, status: u16, kind: &str, body: &str) {
    let head = format!(
        "HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    // The client may be gone.
    let _ = stream.write_all(format!("{head}{body}").as_bytes()).await;
}

async fn socket(mut stream: TcpStream, head: &str, state: &Mutex<State>, pings: &watch::Sender<u64>) {
    let key = head.lines().find_map(|line| {
        line.to_ascii_lowercase()
            .starts_with("sec-websocket-key:")
            .then(|| line[18..].trim())
    });
    let accept = derive_accept_key(key.expect("a key").as_bytes());
    let switching = format!(
        "HTTP/1.1 101 X\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n\r\n"
    );
    if stream.write_all(switching.as_bytes()).await.is_err() {
        return;
    }
    let mut socket = WebSocketStream::from_raw_socket(stream, Role::Server, None).await;
    let (number, mut told) = listen(state);
    loop {
        if lock(state).manners.silent {
            std::future::pending::<()>().await;
        }
        let sent = tokio::select! {
            Some(frame) = told.recv() => socket.send(Message::text(frame)).await,
            come = socket.next() => match come {
                Some(Ok(Message::Text(text))) => match commanded(&text, number, state) {
                    Some(answer) => socket.send(Message::text(answer)).await,
                    None => Ok(()),
                },
                Some(Ok(Message::Ping(_))) if !lock(state).manners.silent => {
                    pings.send_modify(|count| *count += 1);
                    socket.flush().await
                }
                Some(Ok(_)) => Ok(()),
                Some(Err(_)) | None => break,
            },
        };
        if sent.is_err() {
            break;
        }
    }
    lock(state).listeners.remove(&number);
}

fn listen(state: &Mutex<State>) -> (u64, mpsc::UnboundedReceiver<String>) {
    let (to, told) = mpsc::unbounded_channel();
    let mut state = lock(state);
    state.next += 1;
    let number = state.next;
    let paths = BTreeSet::new();
    state.listeners.insert(number, Listener { paths, to });
    (number, told)
}

fn commanded(text: &str, number: u64, state: &Mutex<State>) -> Option<String> {
    let command: Value = serde_json::from_str(text).expect("a command");
    let path = command["path"].as_str().expect("a path").to_owned();
    let mut state = lock(state);
    let paths = &mut state.listeners.get_mut(&number).expect("it").paths;
    match command["cmd"].as_str() {
        Some("startConsuming") => paths.insert(path),
        _ => paths.remove(&path),
    };
    (!state.manners.deaf).then(|| json!({"msg": "OK", "code": 200, "_id": command["_id"]}).to_string())
}

async fn sse(mut stream: TcpStream, path: &str, state: &Mutex<State>) {
    let mut elements = path.splitn(3, '/');
    let (verb, name, wanted) = (elements.next(), elements.next(), elements.next());
    if verb != Some("listen") {
        let number: u64 = name
            .and_then(|name| name.strip_prefix("u-")?.parse().ok())
            .expect("a name");
        if let Some(listener) = lock(state).listeners.get_mut(&number) {
            listener.paths.insert(wanted.expect("a path").to_owned());
        }
        return answer(&mut stream, 200, "text/plain", "ok").await;
    }
    let (number, mut told) = listen(state);
    let beginning = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\nevent: handshake\ndata: u-{number}\n\n"
    );
    let mut alive = stream.write_all(beginning.as_bytes()).await.is_ok();
    while alive {
        let Some(frame) = told.recv().await else {
            break;
        };
        let frame: Value = serde_json::from_str(&frame).expect("a frame");
        let message = wire::events::frame::server_sent(frame["k"].as_str().expect("a key"), &frame["m"].to_string());
        alive = stream.write_all(message.as_bytes()).await.is_ok();
    }
    lock(state).listeners.remove(&number);
}

impl State {
    /// What REST answers: as much of it as is asked for here.
    fn rest(&self, path: &str) -> Option<Value> {
        let (path, query) = path.split_once('?').expect("always a query");
        if let Some(body) = self.extra.get(path) {
            return Some(body.clone());
        }
        let builds = |rows: Vec<Value>| Some(json!({"builds": rows, "meta": {}}));
        let empty = |plural: &str| Some(json!({plural: [], "meta": {}}));
        let elements: Vec<&str> = path.split('/').collect();
        match elements[..] {
            ["builds"] => builds(self.master.builds(query)),
            ["builders", id, "builds"] => builds(self.master.builds(&format!("builderid={id}&{query}"))),
            ["builders" | "workers" | "buildrequests" | "buildsets"] => Some(self.master.rows_of(path, query)),
            [plural @ ("masters" | "changes")] => empty(plural),
            ["builds", _, plural] | ["steps", _, plural] => empty(plural),
            _ => None,
        }
    }
}
