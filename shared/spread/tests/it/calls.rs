//! Calls both ways between two ends, and what is given back.

use crate::rig::{
    Pair, Peer, against_client, against_server, echo, empty, error, object, pair, pair_with, soon, watched,
};
use bytes::Bytes;
use serde_json::json;
use spread::jelly::Value;
use spread::{BoxFuture, Call, CallError, Closed, Connection, Counts, Failure, Object, Options, jelly};
use std::sync::{Arc, Mutex, OnceLock};
use tokio::sync::{mpsc, oneshot};

fn int(number: i64) -> Value {
    Value::from(number)
}

#[tokio::test]
async fn a_call_is_answered() {
    let Pair { client, .. } = pair(echo());
    let args = vec!["text".into(), Value::None, Value::List(vec![int(1), 2.5.into()])];
    let answer = client.root().call("any", args.clone()).await.unwrap();
    assert_eq!(answer, Value::Tuple(args));
}

#[tokio::test]
async fn arguments_have_positions_and_names() {
    let (seen, mut calls) = mpsc::unbounded_channel();
    let root = object(move |call| {
        let Call {
            method,
            args,
            kwargs,
            reply,
        } = call;
        seen.send((method, args, kwargs)).unwrap();
        reply.answer(Value::None);
    });
    let Pair { client, .. } = pair(root);
    let kwargs = vec![("message".to_owned(), "hello".into())];
    let pending = client.root().send("print", vec![int(1)], kwargs.clone()).await.unwrap();
    assert_eq!(pending.answer().await.unwrap(), Value::None);
    assert_eq!(calls.recv().await.unwrap(), ("print".to_owned(), vec![int(1)], kwargs));
}

#[tokio::test]
async fn a_failure_arrives_with_its_names() {
    let root = object(|call| match call.method.as_str() {
        "fail" => call.reply.fail(Failure::error("app.Odd", "it is odd")),
        other => {
            let failure = Failure::no_such_method(other);
            call.reply.fail(failure);
        }
    });
    let Pair { client, .. } = pair(root);
    let Err(CallError::Failed(odd)) = client.root().call("fail", vec![]).await else {
        panic!("it did not fail");
    };
    assert_eq!(odd, Failure::error("app.Odd", "it is odd"));
    assert!(odd.is("app.Odd") && odd.is("builtins.Exception") && !odd.is("builtins.TypeError"));
    let Err(CallError::Failed(none)) = client.root().call("nosuch", vec![]).await else {
        panic!("it did not fail");
    };
    assert!(none.is(Failure::NO_SUCH_METHOD));
    assert_eq!(none.value, "No such method: remote_nosuch");
}

#[tokio::test]
async fn answers_come_in_any_order() {
    let kept = Arc::new(Mutex::new(Vec::new()));
    let replies = Arc::clone(&kept);
    let root = object(move |call| {
        let mut replies = replies.lock().unwrap();
        replies.push((call.args, call.reply));
        if replies.len() == 3 {
            for (mut args, reply) in replies.drain(..).rev() {
                reply.answer(args.remove(0));
            }
        }
    });
    let Pair { client, .. } = pair(root);
    let mut pending = Vec::new();
    for number in 0..3 {
        pending.push(client.root().send("keep", vec![int(number)], vec![]).await.unwrap());
    }
    for (number, pending) in (0..).zip(pending) {
        assert_eq!(pending.answer().await.unwrap(), int(number));
    }
    assert_eq!(client.counts(), Counts::default());
}

#[tokio::test]
async fn calls_go_both_ways_while_others_wait() {
    // The server asks the client's object back before it answers.
    let root = object(|call| {
        let Some(Value::Remote(back)) = call.args.first().cloned() else {
            panic!("no object came");
        };
        tokio::spawn(async move {
            let answer = back.call("ask", vec!["why".into()]).await;
            match answer {
                Ok(value) => call.reply.answer(value),
                Err(error) => panic!("{error}"),
            }
        });
    });
    let Pair { client, server, .. } = pair(root);
    let answer = client.root().call("meet", vec![echo().into()]).await.unwrap();
    assert_eq!(answer, "why".into());
    empty(&client).await;
    empty(&server).await;
}

#[tokio::test]
async fn an_object_comes_home_as_itself() {
    let Pair { client, .. } = pair(echo());
    let mine = echo();
    let answer = client
        .root()
        .call("echo", vec![Arc::clone(&mine).into()])
        .await
        .unwrap();
    assert_eq!(answer, Value::Object(mine));
    empty(&client).await;
}

#[tokio::test]
async fn a_reference_is_given_back_once_per_receipt_and_released_once() {
    let (lent, releases) = watched(|call| call.reply.answer("here".into()));
    let giving = Arc::clone(&lent);
    let root = object(move |call| call.reply.answer(Arc::clone(&giving).into()));
    let Pair { client, server, .. } = pair(root);
    let mut held = Vec::new();
    for _ in 0..3 {
        let Value::Remote(reference) = client.root().call("get", vec![]).await.unwrap() else {
            panic!("no reference came");
        };
        held.push(reference);
    }
    assert_eq!((client.counts().held, server.counts().exported), (3, 1));
    assert!(held[0] == held[2]);
    let clone = held[0].clone();
    drop(held);
    assert_eq!(client.counts().held, 1);
    // It is still called by the clone.
    assert_eq!(clone.call("where", vec![]).await.unwrap(), "here".into());
    assert_eq!(releases.count(), 0);
    drop(clone);
    empty(&client).await;
    empty(&server).await;
    assert_eq!(releases.count(), 1);
}

#[tokio::test]
async fn a_decref_goes_out_after_the_calls_that_were_made() {
    let (mut peer, client, _ended) = against_client(Options::default());
    let asked = tokio::spawn({
        let client = client.clone();
        async move { client.root().call("get", vec![]).await }
    });
    peer = peer.offer().await;
    let call = json!(["message", 1, "root", "get", 1, ["tuple"], ["dictionary"]]);
    assert_eq!(peer.hear().await, Some(call));
    peer.say(json!(["answer", 1, ["remote", 7]])).await;
    let Value::Remote(reference) = asked.await.unwrap().unwrap() else {
        panic!("no reference came");
    };
    let pending = reference.send("last", vec![], vec![]).await.unwrap();
    drop(reference);
    let call = json!(["message", 2, 7, "last", 1, ["tuple"], ["dictionary"]]);
    assert_eq!(peer.hear().await, Some(call));
    assert_eq!(peer.hear().await, Some(json!(["decref", 7])));
    peer.say(json!(["answer", 2, ["None"]])).await;
    assert_eq!(pending.answer().await.unwrap(), Value::None);
    assert_eq!(client.counts(), Counts::default());
}

#[tokio::test]
async fn nothing_is_answered_where_nothing_is_asked() {
    let (lent, releases) = watched(|_| {});
    let root = object(move |call| call.reply.answer(Arc::clone(&lent).into()));
    let (peer, server, _ended) = against_server(root, Options::default());
    let mut peer = peer.greet("pb").await;
    let unasked = json!(["message", 1, "root", "get", 0, ["tuple"], ["dictionary"]]);
    peer.say(unasked).await;
    let answer = peer.call(2, json!("root"), "get", json!(["tuple"])).await;
    // The first one took no number, or gave it back.
    assert_eq!(answer.unwrap()[0], "answer");
    assert_eq!(releases.count(), 1, "what was not sent is released");
    assert_eq!(server.counts().exported, 1);
}

#[tokio::test]
async fn a_forgotten_reply_is_a_failure() {
    let Pair { client, .. } = pair(object(drop));
    let answer = client.root().call("anything", vec![]).await;
    let Err(CallError::Failed(failure)) = answer else {
        panic!("{answer:?}");
    };
    assert_eq!(failure.value, "the call was dropped without an answer");
}

#[tokio::test]
async fn what_cannot_be_sent_fails_where_it_is_and_nothing_else() {
    let root = object(|call| match call.method.as_str() {
        "long" => call.reply.answer("x".repeat(1 << 20).into()),
        _ => call.reply.answer(Value::None),
    });
    let Pair { client, server, .. } = pair(root);
    let (lent, releases) = watched(|_| {});
    let too_long = vec![lent.into(), Bytes::from(vec![0; (640 << 10) + 1]).into()];
    let sent = client.root().call("short", too_long).await;
    assert!(
        matches!(sent, Err(CallError::Unsendable(jelly::Error::Banana(_)))),
        "{sent:?}"
    );
    assert_eq!((client.counts(), releases.count()), (Counts::default(), 1));
    let answered = client.root().call("long", vec![]).await;
    assert!(
        matches!(&answered, Err(CallError::Failed(failure)) if failure.value.contains("longer")),
        "{answered:?}"
    );
    // The connection is as good as before, and no number was skipped.
    assert_eq!(client.root().call("short", vec![]).await.unwrap(), Value::None);
    assert_eq!(server.counts(), Counts::default());
}

#[tokio::test]
async fn a_reference_of_one_connection_does_not_go_over_another() {
    let given = echo();
    let root = object(move |call| call.reply.answer(Arc::clone(&given).into()));
    let (one, other) = (pair(root), pair(echo()));
    let foreign = one.client.root().call("get", vec![]).await.unwrap();
    let sent = other.client.root().call("take", vec![foreign]).await;
    assert!(
        matches!(sent, Err(CallError::Unsendable(jelly::Error::OtherConnection))),
        "{sent:?}"
    );
}

#[tokio::test]
async fn the_end_fails_calls_and_releases_objects_once() {
    let (lent, releases) = watched(|_| {});
    let taken = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&taken);
    let root = object(move |call| kept.lock().unwrap().push(call));
    let Pair { client, server, ended } = pair(root);
    let pending = client.root().send("keep", vec![lent.into()], vec![]).await.unwrap();
    soon("the call", async {
        while taken.lock().unwrap().is_empty() {
            tokio::task::yield_now().await;
        }
    })
    .await;
    server.close();
    assert!(matches!(pending.answer().await, Err(CallError::Lost)));
    let [client_end, server_end] = ended;
    assert_eq!(soon("the client's end", client_end).await.unwrap(), Closed::There);
    assert_eq!(soon("the server's end", server_end).await.unwrap(), Closed::Here);
    assert_eq!(
        (client.closed().await, server.closed().await),
        (Closed::There, Closed::Here)
    );
    assert_eq!(releases.count(), 1);
    let later = client.root().call("any", vec![]).await;
    assert!(matches!(later, Err(CallError::Lost)));
    // Answers that come too late, and references that outlive it, do no harm.
    taken.lock().unwrap().clear();
    assert_eq!(
        (client.counts(), server.counts()),
        (Counts::default(), Counts::default())
    );
}

#[tokio::test]
async fn a_root_that_keeps_references_is_let_go_at_the_end() {
    let kept = Mutex::new(Vec::new());
    let root = object(move |call| kept.lock().unwrap().push(call));
    let gone = Arc::downgrade(&root);
    let Pair { client, server, ended } = pair(root);
    let (lent, _) = watched(|_| {});
    let pending = client.root().send("keep", vec![lent.into()], vec![]).await.unwrap();
    soon("the reference", async {
        while server.counts().held == 0 {
            tokio::task::yield_now().await;
        }
    })
    .await;
    client.close();
    let [_, server_end] = ended;
    soon("the server's end", server_end).await.unwrap();
    assert!(matches!(pending.answer().await, Err(CallError::Lost)));
    assert!(gone.upgrade().is_none());
    assert_eq!(server.counts(), Counts::default());
}

#[tokio::test]
async fn closing_writes_what_was_answered_before() {
    let own = Arc::new(OnceLock::<Connection>::new());
    let closing = Arc::clone(&own);
    let root = object(move |call| {
        let last = call.method == "last";
        call.reply.answer(Bytes::from(vec![7; 300_000]).into());
        if last {
            closing.get().unwrap().close();
        }
    });
    let Pair { client, server, ended } = pair(root);
    own.set(server).unwrap();
    let mut pending = Vec::new();
    for method in ["first", "second", "last"] {
        pending.push(client.root().send(method, vec![], vec![]).await.unwrap());
    }
    for pending in pending {
        let answer = pending.answer().await.unwrap();
        assert_eq!(answer.bytes().unwrap().len(), 300_000);
    }
    let [_, server_end] = ended;
    assert_eq!(soon("the end", server_end).await.unwrap(), Closed::Here);
}

#[tokio::test]
async fn dropping_the_driver_ends_the_connection() {
    let Pair { client, server, ended } = pair(object(std::mem::forget));
    let pending = client.root().send("never", vec![], vec![]).await.unwrap();
    ended[0].abort();
    assert!(matches!(soon("the end", pending.answer()).await, Err(CallError::Lost)));
    assert_eq!(client.closed().await, Closed::Here);
    assert_eq!(soon("the other end", server.closed()).await, Closed::There);
}

/// Takes one call at a time, when it is allowed to.
struct Slow {
    started: mpsc::UnboundedSender<i64>,
    permits: Arc<tokio::sync::Semaphore>,
}

impl Object for Slow {
    fn call<'a>(&'a self, call: Call) -> BoxFuture<'a, ()> {
        Box::pin(async move {
            self.started.send(call.args[0].int().unwrap()).unwrap();
            self.permits.acquire().await.unwrap().forget();
            call.reply.answer(Value::None);
        })
    }
}

#[tokio::test]
async fn calls_are_taken_in_order_and_one_after_another() {
    let permits = Arc::new(tokio::sync::Semaphore::new(0));
    let (started, mut order) = mpsc::unbounded_channel();
    let root = Arc::new(Slow {
        started,
        permits: Arc::clone(&permits),
    });
    let Pair { client, .. } = pair(root);
    let sends = (0..20).map(|number| {
        let root = client.root();
        async move { root.send("take", vec![int(number)], vec![]).await.unwrap() }
    });
    let mut pending = Vec::new();
    for send in sends {
        pending.push(send.await);
    }
    for number in 0..20 {
        assert_eq!(soon("the next call", order.recv()).await, Some(number));
        assert!(order.try_recv().is_err(), "only one at a time");
        permits.add_permits(1);
    }
    for pending in pending {
        pending.answer().await.unwrap();
    }
}

#[tokio::test]
async fn a_sender_waits_for_room_and_a_dropped_one_sends_nothing() {
    let permits = Arc::new(tokio::sync::Semaphore::new(0));
    let (started, mut order) = mpsc::unbounded_channel();
    let root = Arc::new(Slow {
        started,
        permits: Arc::clone(&permits),
    });
    let Pair { client, .. } = pair_with(
        root,
        Options {
            outgoing: 100_000,
            ..Options::default()
        },
    );
    let bulk = |number| vec![int(number), Bytes::from(vec![0; 50_000]).into()];
    let (root, mut number) = (client.root(), 0);
    // Until the pipe, both buffers and the queue are full.
    let full = loop {
        let mut send = Box::pin(root.send("take", bulk(number), vec![]));
        let sent = tokio::time::timeout(std::time::Duration::from_millis(200), &mut send).await;
        match sent {
            Ok(sent) => drop(sent.unwrap()),
            Err(_) => break send,
        }
        number += 1;
        assert!(number < 100, "nothing holds the sender back");
    };
    drop(full);
    permits.add_permits(1000);
    let last = root.call("take", vec![int(-1)]).await.unwrap();
    assert_eq!(last, Value::None);
    let mut taken = Vec::new();
    while let Ok(number) = order.try_recv() {
        taken.push(number);
    }
    let expected: Vec<_> = (0..number).chain([-1]).collect();
    assert_eq!(taken, expected);
}

#[tokio::test]
async fn an_object_lives_while_a_call_on_it_runs() {
    let (told, done) = oneshot::channel::<()>();
    let done = Arc::new(tokio::sync::Mutex::new(Some(done)));
    let lent = object(move |call| {
        let done = Arc::clone(&done);
        tokio::spawn(async move {
            let _ = done.lock().await.take().unwrap().await;
            call.reply.answer("late".into());
        });
    });
    let root = object(move |call| call.reply.answer(Arc::clone(&lent).into()));
    let Pair { client, server, .. } = pair(root);
    let Value::Remote(reference) = client.root().call("get", vec![]).await.unwrap() else {
        panic!("no reference came");
    };
    let pending = reference.send("wait", vec![], vec![]).await.unwrap();
    drop(reference);
    empty(&server).await;
    told.send(()).unwrap();
    assert_eq!(pending.answer().await.unwrap(), "late".into());
}

#[tokio::test]
async fn a_client_has_no_root() {
    let Pair { client, server, .. } = pair(echo());
    // The server may only speak after the client has chosen.
    client.root().call("any", vec![]).await.unwrap();
    let Err(CallError::Failed(failure)) = server.root().call("any", vec![]).await else {
        panic!("a client answered for its root");
    };
    assert_eq!(failure.value, "Invalid Object ID");
}

#[tokio::test]
async fn an_unreadable_answer_fails_its_call_alone() {
    let (peer, client, _ended) = against_client(Options::default());
    let asked = |method: &'static str| {
        let root = client.root();
        tokio::spawn(async move { root.call(method, vec![]).await })
    };
    let first = asked("first");
    let mut peer = peer.offer().await;
    peer.hear().await;
    // What was received before the part that cannot be read is given back.
    peer.say(json!(["answer", 1, ["list", ["remote", 3], ["frobnicate"]]]))
        .await;
    assert!(matches!(
        first.await.unwrap(),
        Err(CallError::Unreadable(jelly::Error::Insecure(_)))
    ));
    assert_eq!(peer.hear().await, Some(json!(["decref", 3])));
    let second = asked("second");
    peer.hear().await;
    peer.say(json!(["answer", 2, ["unicode", "fine"]])).await;
    assert_eq!(second.await.unwrap().unwrap(), "fine".into());
}

#[tokio::test]
async fn the_dialect_without_words_works_too() {
    let (peer, _server, _ended) = against_server(echo(), Options::default());
    let mut peer: Peer = peer.greet("none").await;
    let answer = peer
        .call(1, json!("root"), "any", json!(["tuple", ["unicode", "list"]]))
        .await;
    assert_eq!(answer, Some(json!(["answer", 1, ["unicode", "list"]])));
    let unknown = peer.call(2, json!(99), "any", json!(["tuple"])).await;
    assert_eq!(
        error(unknown),
        ("twisted.spread.pb.Error".to_owned(), "Invalid Object ID".to_owned())
    );
}

#[tokio::test]
async fn ends_of_one_make_know_each_other_by_their_mark() {
    let marked = |mark| Options {
        mark,
        ..Options::default()
    };
    let ours = Some("ours");
    let table = [
        (ours, ours, true),
        (ours, None, false),
        (None, ours, false),
        (Some("theirs"), ours, false),
    ];
    for (servers, clients, known) in table {
        let (near, far) = tokio::io::duplex(64 << 10);
        let (client, drive_client) = spread::client(near, marked(clients));
        let (_server, drive_server) = spread::server(far, echo(), marked(servers));
        tokio::spawn(drive_client);
        tokio::spawn(drive_server);
        client.root().call("any", vec![int(1)]).await.unwrap();
        assert_eq!(client.is_marked(), known, "{servers:?} {clients:?}");
    }
}

#[tokio::test]
async fn a_mark_stands_behind_the_dialects() {
    let options = Options {
        mark: Some("ours"),
        ..Options::default()
    };
    let (mut peer, _server, _ended): (Peer, _, _) = against_server(echo(), options);
    assert_eq!(peer.hear().await, Some(json!(["pb", "none", "ours"])));
}
