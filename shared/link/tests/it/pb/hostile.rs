//! Whatever values a peer sends, it gets an answer, and nothing else breaks.

use super::by_hand::{Hand, one_builder};
use super::our_worker::login;
use super::wire::PATIENCE;
use link::Connected;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use spread::jelly::Value;
use spread::login::Portal;
use spread::{BoxFuture, Call, CallError, Failure, Object, Reference};
use std::sync::Arc;
use tokio::sync::mpsc;
use wire::worker::Answer;
use wire::worker::link::Inbox;

const CASES: usize = 300;

fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::None),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::Float),
        "(stdout|log|rc|elapsed|writer|.{0,8})".prop_map(Value::Text),
        any::<Vec<u8>>().prop_map(|bytes| Value::Bytes(bytes.into())),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        let items = || prop::collection::vec(inner.clone(), 0..4);
        prop_oneof![
            items().prop_map(Value::List),
            items().prop_map(Value::Tuple),
            items().prop_map(Value::Set),
            prop::collection::vec((inner.clone(), inner.clone()), 0..4).prop_map(Value::Dict),
        ]
    })
}

/// Calls the objects' methods with all sorts of arguments.
async fn pester(objects: &[Reference], methods: &[&str]) {
    let mut runner = TestRunner::deterministic();
    let calls = (
        0..objects.len(),
        0..methods.len(),
        prop::collection::vec(any_value(), 0..5),
    );
    for _ in 0..CASES {
        let (object, method, args) = calls.new_tree(&mut runner).unwrap().current();
        let answer = objects[object].call(methods[method], args.clone());
        let answer = tokio::time::timeout(PATIENCE, answer).await;
        match answer.unwrap_or_else(|_| panic!("{} of {args:?} is not answered", methods[method])) {
            Ok(_) | Err(CallError::Failed(_)) => {}
            Err(error) => panic!("{} of {args:?}: {error}", methods[method]),
        }
    }
}

/// Answers everything with nothing.
async fn agree(mut inbox: Inbox) {
    while let Some(incoming) = inbox.next().await {
        incoming.answer(Ok(Answer::None));
    }
}

#[tokio::test]
async fn whatever_a_worker_says() {
    let mut hand = Hand::start(Ok(Value::None), one_builder).await;
    hand.set_builders().await.unwrap();
    let number = |key: &str, number| (key.to_owned(), wire::worker::Value::Int(number));
    let mut objects = hand.start_with(vec![number("writer", 1), number("reader", 2)]).await;
    assert_eq!(objects.len(), 3);
    let Hand { end, perspective, .. } = hand;
    objects.push(perspective);
    let caller = end.caller.clone();
    tokio::spawn(agree(end.inbox));
    let methods = [
        "update",
        "complete",
        "write",
        "close",
        "utime",
        "unpack",
        "read",
        "keepalive",
        "shutdown",
    ];
    pester(&objects, &methods).await;
    drop(caller);
}

/// Gives the bot of whoever logs in to the test.
struct Open(mpsc::UnboundedSender<Reference>);

struct Silent;

impl Object for Silent {
    fn call<'a>(&'a self, call: Call) -> BoxFuture<'a, ()> {
        Box::pin(async move { call.reply.answer(Value::None) })
    }
}

impl Portal for Open {
    fn password<'a>(&'a self, _user: &'a str) -> BoxFuture<'a, Option<String>> {
        Box::pin(async { Some("s3cret".to_owned()) })
    }

    fn refused(&self, user: &str) {
        panic!("{user} is refused")
    }

    fn enter<'a>(&'a self, _user: &'a str, mind: Option<Reference>) -> BoxFuture<'a, Result<Arc<dyn Object>, Failure>> {
        Box::pin(async move {
            self.0.send(mind.unwrap()).unwrap();
            Ok(Arc::new(Silent) as Arc<dyn Object>)
        })
    }
}

#[tokio::test]
async fn whatever_a_master_says() {
    let (theirs, ours) = tokio::io::duplex(1 << 16);
    let (sender, mut bots) = mpsc::unbounded_channel();
    let root = spread::login::root(Arc::new(Open(sender)));
    let (_, driving) = spread::server(theirs, root, spread::Options::default());
    tokio::spawn(driving);
    let connected = link::pb::connect(ours, "anywhere", login()).await.unwrap();
    let Connected { end, accepted, .. } = connected;
    accepted.await.unwrap().unwrap();
    let caller = end.caller.clone();
    tokio::spawn(agree(end.inbox));
    let bot = bots.recv().await.unwrap();
    let pair = Value::List(vec!["b".into(), "b".into()]);
    let builders = bot.call("setBuilderList", vec![Value::List(vec![pair])]).await.unwrap();
    let Some(Value::Remote(builder)) = builders.get("b").cloned() else {
        panic!("{builders:?}")
    };
    let methods = [
        "print",
        "getWorkerInfo",
        "getCommands",
        "getVersion",
        "setBuilderList",
        "startBuild",
        "startCommand",
        "interruptCommand",
        "setMaster",
        "remote_print",
    ];
    pester(&[bot.clone(), builder.clone()], &methods).await;

    // A command with an object to report to, whatever else it has.
    let mut runner = TestRunner::deterministic();
    for number in 0..CASES {
        let args = any_value().new_tree(&mut runner).unwrap().current();
        let command: Arc<dyn Object> = Arc::new(Silent);
        let writer: Arc<dyn Object> = Arc::new(Silent);
        let args = match args {
            Value::Dict(mut pairs) => {
                pairs.push(("writer".into(), writer.into()));
                Value::Dict(pairs)
            }
            other => other,
        };
        let args = vec![command.into(), number.to_string().into(), "stat".into(), args];
        match builder.call("startCommand", args).await {
            Ok(_) | Err(CallError::Failed(_)) => {}
            Err(error) => panic!("{error}"),
        }
    }
    drop(caller);
}
