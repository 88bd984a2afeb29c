//! A master's end and a worker's, in memory, and what the tests do with them.

use bytes::Bytes;
use futures_util::{SinkExt, StreamExt};
use link::msgpack::{decode, encode};
use link::{ConnectError, Connected, Door, Login, Visitor};
use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{DuplexStream, duplex};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_util::sync::CancellationToken;
use wire::worker::link::{CallError, End};
use wire::worker::{Answer, Call, Failure, MasterCall, Update, Value, WorkerCall};
use worker::{Ended, Options, Owner};

/// Nothing here takes that long.
pub const PATIENCE: Duration = Duration::from_secs(60);

pub const NAME: &str = "w-mp";
pub const PASSWORD: &str = "s3:cret";

pub fn login() -> Login {
    Login {
        name: NAME.to_owned(),
        password: PASSWORD.to_owned(),
    }
}

pub fn dict<const N: usize>(pairs: [(&str, Value); N]) -> Value {
    Value::Dict(pairs.map(|(key, value)| (key.to_owned(), value)).into())
}

pub fn failure(message: &str) -> Failure {
    Failure {
        kind: "builtins.RuntimeError".to_owned(),
        message: message.to_owned(),
    }
}

/// Waits for what must come.
pub async fn soon<T>(what: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, what).await.expect("nothing comes")
}

/// A door whose decisions the test makes.
pub struct Scripted {
    visitors: mpsc::UnboundedSender<(Visitor, oneshot::Sender<Result<(), Failure>>)>,
    pub refused: Mutex<Vec<String>>,
}

/// Who stands at the door, and what it is told.
pub type Guest = (Visitor, oneshot::Sender<Result<(), Failure>>);

impl Scripted {
    pub fn new() -> (Arc<Scripted>, mpsc::UnboundedReceiver<Guest>) {
        let (visitors, guests) = mpsc::unbounded_channel();
        let door = Scripted {
            visitors,
            refused: Mutex::default(),
        };
        (Arc::new(door), guests)
    }
}

impl Door for Scripted {
    fn password<'a>(&'a self, name: &'a str) -> link::DoorFuture<'a, Option<String>> {
        Box::pin(async move { (name == NAME).then(|| PASSWORD.to_owned()) })
    }

    fn refused(&self, name: &str, _: Option<SocketAddr>) {
        self.refused.lock().unwrap().push(name.to_owned());
    }

    fn attach(&self, visitor: Visitor) -> link::DoorFuture<'_, Result<(), Failure>> {
        Box::pin(async move {
            let (decide, decided) = oneshot::channel();
            self.visitors.send((visitor, decide)).expect("the test listens");
            decided.await.unwrap_or_else(|_| Err(failure("the test is over")))
        })
    }
}

/// The master's end on one side, and the bytes to it on the other.
pub struct Served {
    pub stream: DuplexStream,
    pub guests: mpsc::UnboundedReceiver<Guest>,
    pub door: Arc<Scripted>,
    pub stop: CancellationToken,
    pub serving: JoinHandle<()>,
}

pub fn serve() -> Served {
    let (stream, theirs) = duplex(64 * 1024);
    let (door, guests) = Scripted::new();
    let stop = CancellationToken::new();
    let serving = link::msgpack::serve(theirs, None, door.clone(), stop.clone());
    Served {
        stream,
        guests,
        door,
        stop,
        serving: tokio::spawn(serving),
    }
}

/// Another's worker on the master's end: a plain WebSocket.
pub async fn plain_worker(served: Served) -> (Plain, mpsc::UnboundedReceiver<Guest>, CancellationToken) {
    let mut request = "ws://master/".into_client_request().unwrap();
    let basic = HeaderValue::from_static("Basic dy1tcDpzMzpjcmV0");
    request.headers_mut().insert("authorization", basic);
    let (socket, _) = soon(tokio_tungstenite::client_async(request, served.stream))
        .await
        .unwrap();
    (Plain(socket), served.guests, served.stop)
}

/// Another's master on the worker's end.
pub async fn plain_master(login: Login) -> (Result<Connected, ConnectError>, Plain) {
    let (stream, theirs) = duplex(64 * 1024);
    let connecting = tokio::spawn(link::msgpack::connect(stream, "ws://master", "/", login));
    let socket = soon(tokio_tungstenite::accept_async(theirs)).await.unwrap();
    (soon(connecting).await.unwrap(), Plain(socket))
}

/// A WebSocket without any idea of what it carries.
pub struct Plain(pub WebSocketStream<DuplexStream>);

impl Plain {
    pub async fn send(&mut self, value: &Value) {
        self.0.send(Message::Binary(encode(value).into())).await.unwrap();
    }

    /// The next message; none when the connection is over.
    pub async fn next(&mut self) -> Option<Value> {
        loop {
            match soon(self.0.next()).await {
                Some(Ok(Message::Binary(payload))) => return Some(decode(&payload).unwrap()),
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                _ => return None,
            }
        }
    }

    pub async fn ask(&mut self, op: &str, number: i64, params: &[(&str, Value)]) {
        let mut pairs = vec![("op".to_owned(), op.into())];
        pairs.extend(params.iter().map(|(key, value)| ((*key).to_owned(), value.clone())));
        pairs.push(("seq_number".to_owned(), number.into()));
        self.send(&Value::Dict(pairs)).await;
    }

    pub async fn answer(&mut self, request: &Value, result: Value) {
        let number = request.get("seq_number").unwrap().clone();
        let response = dict([("op", "response".into()), ("seq_number", number), ("result", result)]);
        self.send(&response).await;
    }

    /// Waits for the response to a request.
    pub async fn response(&mut self, number: i64) -> Result<Value, String> {
        loop {
            let message = self.next().await.expect("the connection is over");
            let is_response = message.get("op").and_then(Value::text) == Some("response");
            if is_response && message.get("seq_number").and_then(Value::int) == Some(number) {
                let result = message.get("result").expect("a result").clone();
                return match message.get("is_exception") {
                    Some(_) => Err(result.to_string()),
                    None => Ok(result),
                };
            }
        }
    }
}

/// An engine's end: it asks, and collects what it is told of each command.
pub struct Engine {
    pub end: End,
    pub told: HashMap<String, Told>,
    /// What a worker may read, and what it has written.
    pub offered: Bytes,
    pub written: Vec<u8>,
    pub other: Vec<WorkerCall>,
}

/// What a worker told of one command.
#[derive(Debug, Default)]
pub struct Told {
    pub updates: Vec<Update>,
    pub complete: bool,
    pub failure: Option<Failure>,
}

impl Told {
    pub fn stdout(&self) -> String {
        let text = |update: &Update| match update {
            Update::Stdout(text) => Some(text.clone()),
            _ => None,
        };
        self.updates.iter().filter_map(text).collect()
    }

    pub fn rc(&self) -> Option<i64> {
        self.updates.iter().find_map(|update| match update {
            Update::Rc(rc) => Some(*rc),
            _ => None,
        })
    }

    pub fn other(&self, wanted: &str) -> Option<&Value> {
        self.updates.iter().find_map(|update| match update {
            Update::Other { key, value } if key == wanted => Some(value),
            _ => None,
        })
    }
}

impl Engine {
    pub fn new(end: End) -> Engine {
        Engine {
            end,
            told: HashMap::new(),
            offered: Bytes::new(),
            written: Vec::new(),
            other: Vec::new(),
        }
    }

    /// Asks, and serves the worker meanwhile.
    pub async fn call(&mut self, call: MasterCall) -> Result<Answer, CallError> {
        let pending = soon(self.end.caller.send(Call::Master(call))).await?;
        let mut answer = std::pin::pin!(pending.answer());
        loop {
            tokio::select! {
                biased;
                answer = &mut answer => return answer,
                incoming = self.end.inbox.next() => match incoming {
                    Some(incoming) => serve_one(incoming, &mut self.told, &mut self.offered, &mut self.written, &mut self.other),
                    // It may have been answered before the worker went.
                    None => return soon(answer).await,
                },
                () = tokio::time::sleep(PATIENCE) => panic!("no answer"),
            }
        }
    }

    /// Brings the worker to where it may build.
    pub async fn attach(&mut self, builders: &[(&str, &str)]) -> Result<wire::worker::WorkerInfo, CallError> {
        let attached = || MasterCall::Print {
            message: "attached".to_owned(),
        };
        self.call(attached()).await?;
        let Answer::Info(info) = self.call(MasterCall::GetWorkerInfo).await? else {
            panic!("no info")
        };
        let pair = |(name, folder): &(&str, &str)| ((*name).to_owned(), (*folder).to_owned());
        let builders = builders.iter().map(pair).collect::<Vec<_>>();
        let count = builders.len();
        self.call(MasterCall::SetBuilderList { builders }).await?;
        for _ in 0..count {
            self.call(attached()).await?;
        }
        Ok(info)
    }

    pub async fn start(&mut self, builder: &str, id: &str, name: &str, args: Value) -> Result<(), CallError> {
        let call = MasterCall::StartCommand {
            builder: builder.to_owned(),
            id: id.to_owned(),
            name: name.to_owned(),
            args,
        };
        self.call(call).await.map(drop)
    }

    /// Runs a command to its end.
    pub async fn run(&mut self, builder: &str, id: &str, name: &str, args: Value) -> Told {
        self.start(builder, id, name, args).await.unwrap();
        self.until(id, |told| told.complete).await;
        self.told.remove(id).unwrap()
    }

    /// Serves the worker until it has told so much of a command.
    pub async fn until(&mut self, id: &str, enough: impl Fn(&Told) -> bool) {
        while !self.told.get(id).is_some_and(&enough) {
            let incoming = soon(self.end.inbox.next()).await.expect("the worker is gone");
            serve_one(
                incoming,
                &mut self.told,
                &mut self.offered,
                &mut self.written,
                &mut self.other,
            );
        }
    }

    /// The next call that is not about a command.
    pub async fn next_other(&mut self) -> Option<WorkerCall> {
        while self.other.is_empty() {
            let incoming = soon(self.end.inbox.next()).await?;
            serve_one(
                incoming,
                &mut self.told,
                &mut self.offered,
                &mut self.written,
                &mut self.other,
            );
        }
        Some(self.other.remove(0))
    }
}

fn serve_one(
    incoming: wire::worker::link::Incoming,
    told: &mut HashMap<String, Told>,
    offered: &mut Bytes,
    written: &mut Vec<u8>,
    other: &mut Vec<WorkerCall>,
) {
    let (call, answer) = incoming.split();
    let Call::Worker(call) = call else {
        panic!("not a worker's call: {call:?}")
    };
    match call {
        WorkerCall::Update { id, updates } => {
            told.entry(id).or_default().updates.extend(updates);
            answer(Ok(Answer::Number(0)));
        }
        WorkerCall::Complete { id, failure } => {
            let told = told.entry(id).or_default();
            (told.complete, told.failure) = (true, failure);
            answer(Ok(Answer::None));
        }
        WorkerCall::Read { length, .. } => {
            let block = offered.split_to(length.min(offered.len()));
            answer(Ok(Answer::Bytes(block)));
        }
        WorkerCall::Write { data, .. } => {
            written.extend_from_slice(&data);
            answer(Ok(Answer::None));
        }
        call => {
            other.push(call);
            answer(Ok(Answer::None));
        }
    }
}

/// A worker of ours on this end, in a folder of its own.
pub fn work(end: End, folder: &Path) -> JoinHandle<Ended> {
    work_with(end, folder, |_| {})
}

pub fn work_with(end: End, folder: &Path, change: impl FnOnce(&mut Options)) -> JoinHandle<Ended> {
    let mut options = options(folder);
    change(&mut options);
    tokio::spawn(worker::run(end, options))
}

/// One whose owner can give it orders.
pub fn work_for(owner: Owner, end: End, folder: &Path) -> JoinHandle<Ended> {
    tokio::spawn(worker::serve(end, options(folder), owner))
}

fn options(folder: &Path) -> Options {
    let mut options = Options::new(folder, NAME);
    options.environment = [("PATH", "/usr/bin:/bin"), ("HOME", "/srv/bb/home")]
        .map(|(name, value)| (name.into(), value.into()))
        .to_vec();
    options
}
