//! The master's end with workers made by hand: the least that one must say, and what none should.

use super::doorman::{Doorman, Heard, Knock};
use super::wire::PATIENCE;
use bytes::Bytes;
use spread::jelly::Value;
use spread::{BoxFuture, Failure, Object, Reference};
use std::sync::Arc;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use wire::worker::link::{CallError, End};
use wire::worker::{Answer, Call, MasterCall, Update, WorkerCall};

/// A bot or a builder: answers what it was told to, and tells of the commands that it gets.
struct Scripted {
    answers: Vec<(&'static str, Result<Value, Failure>)>,
    commands: mpsc::UnboundedSender<Vec<Reference>>,
}

impl Object for Scripted {
    fn call<'a>(&'a self, call: spread::Call) -> BoxFuture<'a, ()> {
        Box::pin(async move {
            if call.method == "startCommand" {
                self.commands.send(references(call.args)).unwrap();
            }
            match self.answers.iter().find(|(method, _)| *method == call.method) {
                Some((_, Ok(value))) => call.reply.answer(value.clone()),
                Some((_, Err(failure))) => call.reply.fail(failure.clone()),
                None => call.reply.answer(Value::None),
            }
        })
    }
}

/// The command, then its files.
fn references(args: Vec<Value>) -> Vec<Reference> {
    let mut found = Vec::new();
    for value in args {
        match value {
            Value::Remote(reference) => found.push(reference),
            Value::Dict(pairs) => found.extend(references(pairs.into_iter().map(|(_, value)| value).collect())),
            _ => {}
        }
    }
    found
}

pub struct Hand {
    pub perspective: Reference,
    commands: mpsc::UnboundedReceiver<Vec<Reference>>,
    pub end: End,
}

impl Hand {
    /// Logs in with a bot that answers so.
    pub async fn start(
        info: Result<Value, Failure>,
        builders: impl FnOnce(Arc<dyn Object>) -> Result<Value, Failure>,
    ) -> Hand {
        let (theirs, ours) = tokio::io::duplex(1 << 16);
        let (door, mut heard): (_, Heard) = Doorman::new();
        tokio::spawn(link::pb::serve(ours, None, door, CancellationToken::new()));
        let (connection, driving) = spread::client(theirs, spread::Options::default());
        tokio::spawn(driving);
        let (sender, commands) = mpsc::unbounded_channel();
        let builder = Scripted {
            answers: Vec::new(),
            commands: sender.clone(),
        };
        let bot = Scripted {
            answers: vec![("getWorkerInfo", info), ("setBuilderList", builders(Arc::new(builder)))],
            commands: sender,
        };
        let logging_in =
            tokio::spawn(async move { spread::login::login(&connection, "w-pb", "s3cret", Some(Arc::new(bot))).await });
        let Knock { visitor, say } = heard.visitor().await;
        say.send(Ok(())).unwrap();
        let perspective = tokio::time::timeout(PATIENCE, logging_in).await.expect("no answer");
        Hand {
            perspective: perspective.unwrap().expect("in"),
            commands,
            end: visitor.end,
        }
    }

    async fn call(&self, call: MasterCall) -> Result<Answer, CallError> {
        let answer = self.end.caller.call(Call::Master(call));
        tokio::time::timeout(PATIENCE, answer).await.expect("no answer")
    }

    pub async fn set_builders(&self) -> Result<Answer, CallError> {
        let builders = vec![("b".to_owned(), "b".to_owned())];
        self.call(MasterCall::SetBuilderList { builders }).await
    }

    /// Starts a command with these arguments; the worker's references to it and to its files.
    pub async fn start_with(&mut self, args: Vec<(String, wire::worker::Value)>) -> Vec<Reference> {
        let call = MasterCall::StartCommand {
            builder: "b".to_owned(),
            id: "7".to_owned(),
            name: "shell".to_owned(),
            args: wire::worker::Value::Dict(args),
        };
        assert_eq!(self.call(call).await, Ok(Answer::None));
        self.commands.recv().await.unwrap()
    }

    /// Starts a command; the worker's reference to it.
    async fn start_command(&mut self) -> Reference {
        self.start_with(Vec::new()).await.remove(0)
    }

    /// What the master hears next.
    async fn hears(&mut self) -> WorkerCall {
        let next = tokio::time::timeout(PATIENCE, self.end.inbox.next());
        let (call, answer) = next.await.expect("silence").expect("a worker").split();
        answer(Ok(Answer::None));
        match call {
            Call::Worker(call) => call,
            other => panic!("{other:?}"),
        }
    }
}

fn bytes(text: &'static str) -> Value {
    Value::Bytes(Bytes::from_static(text.as_bytes()))
}

/// `[{key: value, …}, number]`.
fn update(keys: Vec<(&'static str, Value)>, number: i64) -> Value {
    let keys = keys.into_iter().map(|(key, value)| (bytes(key), value)).collect();
    Value::List(vec![Value::Dict(keys), number.into()])
}

pub fn one_builder(builder: Arc<dyn Object>) -> Result<Value, Failure> {
    Ok(Value::Dict(vec![(bytes("b"), Value::Object(builder))]))
}

#[tokio::test]
async fn the_least_that_a_worker_must_say() {
    let info: Value = [
        ("version", bytes("1.0")),
        ("worker_commands", Value::Dict(vec![(bytes("shell"), bytes("1"))])),
    ]
    .into_iter()
    .collect();
    let mut hand = Hand::start(Ok(info), one_builder).await;
    let Ok(Answer::Info(info)) = hand.call(MasterCall::GetWorkerInfo).await else {
        panic!("no information")
    };
    assert_eq!(info[0].1.text(), Some("1.0"));
    assert!(info[1].1.get("shell").is_some());
    assert_eq!(hand.set_builders().await, Ok(Answer::None));
    let command = hand.start_command().await;
    let updates = Value::List(vec![
        update(vec![("stdout", bytes("caf\u{e9}\n")), ("rc", Value::Bool(true))], 0),
        update(vec![("unheard-of", Value::Set(vec![1_i64.into()]))], 5),
        update(
            vec![
                ("log", Value::List(vec![bytes("name"), bytes("text")])),
                ("stderr", 5_i64.into()),
            ],
            6,
        ),
        update(vec![("elapsed", 2_i64.into())], 7),
    ]);
    let answer = command.call("update", vec![updates]).await.unwrap();
    assert_eq!(answer.int(), Some(0));
    let other = |key: &str, value| Update::Other {
        key: key.to_owned(),
        value,
    };
    let one = wire::worker::Value::Int(1);
    let wanted = WorkerCall::Update {
        id: "7".to_owned(),
        updates: vec![
            Update::Stdout("caf\u{e9}\n".to_owned()),
            Update::Rc(1),
            other("unheard-of", wire::worker::Value::List(vec![one])),
            Update::Log {
                name: "name".to_owned(),
                text: "text".to_owned(),
            },
            other("stderr", wire::worker::Value::Int(5)),
            Update::Elapsed(2.0),
        ],
    };
    assert_eq!(hand.hears().await, wanted);
    assert_eq!(command.call("complete", vec![]).await.unwrap(), Value::None);
    let complete = WorkerCall::Complete {
        id: "7".to_owned(),
        failure: None,
    };
    assert_eq!(hand.hears().await, complete);
    hand.perspective.send("keepalive", vec![], vec![]).await.unwrap();
    assert_eq!(hand.hears().await, WorkerCall::Keepalive);
}

#[tokio::test]
async fn nonsense_is_refused_by_name() {
    let mut hand = Hand::start(Ok(5_i64.into()), one_builder).await;
    let Err(CallError::Failed(failure)) = hand.call(MasterCall::GetWorkerInfo).await else {
        panic!("no failure")
    };
    assert!(failure.message.contains("getWorkerInfo"), "{failure}");
    let early = MasterCall::StartBuild {
        builder: "b".to_owned(),
    };
    assert!(matches!(hand.call(early).await, Err(CallError::Failed(f)) if f.message.contains("'b'")));
    hand.set_builders().await.unwrap();
    let command = hand.start_command().await;
    for nonsense in [Value::None, 5_i64.into(), Value::List(vec![5_i64.into()])] {
        let refused = command.call("update", vec![nonsense]).await;
        assert!(matches!(refused, Err(spread::CallError::Failed(f)) if f.kind == "builtins.TypeError"));
    }
    let unknown = command.call("uptade", vec![]).await;
    let kind = "twisted.spread.flavors.NoSuchMethod";
    assert!(matches!(unknown, Err(spread::CallError::Failed(f)) if f.kind == kind));
    let unknown = hand.perspective.call("keepalife", vec![]).await;
    assert!(matches!(unknown, Err(spread::CallError::Failed(f)) if f.kind == "builtins.AttributeError"));
    // A failure is one, whatever it is made of.
    command.send("complete", vec![bytes("it broke")], vec![]).await.unwrap();
    let WorkerCall::Complete { failure, .. } = hand.hears().await else {
        panic!("no end")
    };
    assert_eq!(failure.unwrap().message, "it broke");
}

#[tokio::test]
async fn builders_that_are_no_objects() {
    let hand = Hand::start(Ok(Value::None), |_| Ok(Value::Dict(vec![(bytes("b"), 5_i64.into())]))).await;
    let Err(CallError::Failed(failure)) = hand.set_builders().await else {
        panic!("no failure")
    };
    assert!(failure.message.contains("setBuilderList"), "{failure}");
}

#[tokio::test]
async fn a_worker_that_gives_its_perspective_back_has_left() {
    let Hand {
        perspective,
        mut end,
        commands,
        ..
    } = Hand::start(Ok(Value::None), one_builder).await;
    drop(perspective);
    let lost = async { while end.inbox.next().await.is_some() {} };
    tokio::time::timeout(PATIENCE, lost).await.expect("lost");
    drop(commands);
}
