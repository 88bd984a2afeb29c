//! Peers that send rubbish, stall, flood, lie or go away in the middle: each costs one connection.

use crate::rig::{PATIENCE, Pair, against_client, against_server, echo, error, object, pair_with, soon, watched};
use bytes::Bytes;
use proptest::prelude::*;
use serde_json::{Value as Json, json};
use spread::banana::Dialect;
use spread::jelly::Value;
use spread::login::{Portal, root};
use spread::{BoxFuture, CallError, Closed, Counts, Failure, Object, Options, Reference};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// What a server of ours does where a recorded one dropped the connection.
#[tokio::test]
async fn what_makes_no_sense_costs_the_connection() {
    let rows: [(&str, Json, &str); 14] = [
        (
            "unknown command",
            json!(["frobnicate", 1]),
            "unknown command \"frobnicate\"",
        ),
        ("no list", json!("message"), "no list"),
        ("a number", json!(7), "no list"),
        ("nothing", json!([]), "without a command"),
        ("a command that is none", json!([1, 2]), "without a command"),
        ("another version", json!(["version", 7]), "another version"),
        ("unknown object given back", json!(["decref", 9]), "does not hold"),
        ("root given back", json!(["decref", "root"]), "the root"),
        ("what given back?", json!(["decref", ["remote", 1]]), "does not hold"),
        (
            "answer nobody waits for",
            json!(["answer", 1, ["None"]]),
            "nobody waits for",
        ),
        (
            "error nobody waits for",
            json!(["error", "x", ["None"]]),
            "nobody waits for",
        ),
        (
            "short call",
            json!(["message", 1, "root", "any"]),
            "\"message\" with 3 parts",
        ),
        (
            "call without number",
            json!(["message", "1", "root", "any", 1, ["tuple"], ["dictionary"]]),
            "parts that are none",
        ),
        (
            "unused by all",
            json!(["cachemessage", 1, 2, 3, 4, 5, 6]),
            "unknown command",
        ),
    ];
    for (what, expression, reason) in rows {
        let (peer, server, ended) = against_server(echo(), Options::default());
        let mut peer = peer.greet("pb").await;
        peer.say(expression).await;
        peer.say(json!(["message", 1, "root", "any", 1, ["tuple"], ["dictionary"]]))
            .await;
        assert_eq!(peer.hear().await, None, "{what}");
        let Closed::Broken(said) = soon("the end", ended).await.unwrap() else {
            panic!("{what} ended otherwise");
        };
        assert!(said.contains(reason), "{what}: {said}");
        assert_eq!(server.counts(), Counts::default());
    }
}

#[tokio::test]
async fn a_call_that_makes_no_sense_costs_that_call() {
    let call = |target: Json, args: Json, kwargs: Json| json!(["message", 1, target, "any", 1, args, kwargs]);
    let fine = (json!("root"), json!(["tuple"]), json!(["dictionary"]));
    let rows = [
        (
            "unknown object",
            call(json!(99), fine.1.clone(), fine.2.clone()),
            "twisted.spread.pb.Error",
            "Invalid Object ID",
        ),
        (
            "object 0",
            call(json!(0), fine.1.clone(), fine.2.clone()),
            "twisted.spread.pb.Error",
            "Invalid Object ID",
        ),
        (
            "named object",
            call(json!("stem"), fine.1.clone(), fine.2.clone()),
            "twisted.spread.pb.Error",
            "Invalid Object ID",
        ),
        (
            "arguments that are none",
            call(fine.0.clone(), json!(7), fine.2.clone()),
            "builtins.TypeError",
            "no tuple",
        ),
        (
            "names that are none",
            call(fine.0.clone(), fine.1.clone(), json!(["tuple"])),
            "builtins.TypeError",
            "no dictionary",
        ),
        (
            "a name that is a number",
            call(fine.0.clone(), fine.1.clone(), json!(["dictionary", [1, 2]])),
            "builtins.TypeError",
            "keywords must be strings",
        ),
        (
            "own object that is not there",
            call(fine.0.clone(), json!(["tuple", ["local", 5]]), fine.2.clone()),
            "twisted.spread.pb.Error",
            "Invalid Object ID",
        ),
        (
            "unknown type",
            call(fine.0.clone(), json!(["tuple", ["frobnicate", 1]]), fine.2.clone()),
            "twisted.spread.jelly.InsecureJelly",
            "frobnicate",
        ),
    ];
    for (what, expression, kind, text) in rows {
        let (peer, server, _ended) = against_server(echo(), Options::default());
        let mut peer = peer.greet("pb").await;
        peer.say(expression).await;
        let said = error(peer.hear().await);
        assert_eq!(said.0, kind, "{what}");
        assert!(said.1.contains(text), "{what}: {}", said.1);
        let answer = peer.call(2, json!("root"), "any", json!(["tuple", 1])).await;
        assert_eq!(answer, Some(json!(["answer", 2, 1])), "{what}");
        assert_eq!(server.counts(), Counts::default());
    }
}

/// The recorded probes that a server without builds can answer: same kind of answer, and the same end.
#[tokio::test]
async fn the_recorded_probes_are_answered_as_recorded() {
    let probes: Vec<Json> = serde_json::from_str(&crate::vectors::read("pb-error-probes.json")).unwrap();
    let recorded = |name: &str| {
        let probe = probes
            .iter()
            .find(|probe| probe["probe"].as_str().unwrap().starts_with(name));
        probe.unwrap_or_else(|| panic!("no probe {name}"))["result"].clone()
    };
    let normal = json!(["message", 9, "root", "nosuch", 1, ["tuple"], ["dictionary"]]);
    let message =
        |target: Json, method: &str, args: Json| json!(["message", 1, target, method, 1, args, ["dictionary"]]);
    let rows = [
        ("unknown object id 99", message(json!(99), "any", json!(["tuple"]))),
        (
            "unknown method on root",
            message(json!("root"), "nosuch", json!(["tuple"])),
        ),
        (
            "loginAnonymous",
            message(json!("root"), "loginAnonymous", json!(["tuple", ["None"]])),
        ),
        (
            "login user name as unicode",
            message(json!("root"), "login", json!(["tuple", ["unicode", "bob"]])),
        ),
        (
            "unknown jelly type without dot",
            message(json!("root"), "login", json!(["tuple", ["frobnicate"]])),
        ),
        ("unknown broker command", json!(["frobnicate"])),
        ("non-list top-level", json!("abc")),
        ("decref of unknown luid", json!(["decref", 77])),
        ("answer with unknown request id", json!(["answer", 77, ["None"]])),
        ("version 7", json!(["version", 7])),
        ("decref of root", json!(["decref", "root"])),
    ];
    for (name, expression) in rows {
        let (peer, ..) = against_server(root(Arc::new(Nobody)), Options::default());
        let mut peer = peer.greet("pb").await;
        peer.say(expression).await;
        peer.say(normal.clone()).await;
        let (said, expected) = (peer.hear().await, recorded(name));
        match (expected[0].as_str(), said) {
            (None, None) => assert_eq!(expected, "EOF", "{name}"),
            (Some("answer"), Some(said)) => {
                assert_eq!(said[0], "answer", "{name}");
                // A challenge and a challenger; both differ from time to time.
                assert_eq!(said[2][0], expected[1][0], "{name}");
                assert_eq!(said[2][2][0], expected[1][2][0], "{name}");
            }
            (Some("error"), said) => {
                let (kind, text) = error(said);
                assert_eq!(kind, expected[1]["type"].as_str().unwrap(), "{name}");
                // What is refused is said in our own words.
                if !kind.ends_with("InsecureJelly") {
                    assert_eq!(text, expected[1]["value"][1].as_str().unwrap(), "{name}");
                }
            }
            (expected, said) => panic!("{name}: {expected:?} was recorded, and ours said {said:?}"),
        }
    }
    // The probes of the first bytes.
    for (name, bytes) in [
        ("unknown dialect", &b"\x03\x82pbx"[..]),
        ("unknown type byte 0x88", b"\x02\x82pb\x00\x88"),
    ] {
        assert_eq!(recorded(name), "EOF");
        let (mut peer, ..) = against_server(echo(), Options::default());
        assert_eq!(peer.hear().await, Some(json!(["pb", "none"])));
        peer.agreed(Dialect::Pb);
        peer.send(bytes).await;
        let mut said = peer.hear().await;
        if said == Some(json!(["version", 6])) {
            said = peer.hear().await;
        }
        assert_eq!(said, None, "{name}");
    }
}

/// Knows no user.
struct Nobody;

impl Portal for Nobody {
    fn password<'a>(&'a self, _user: &'a str) -> BoxFuture<'a, Option<String>> {
        Box::pin(async { None })
    }

    fn refused(&self, _user: &str) {}

    fn enter<'a>(&'a self, user: &'a str, _mind: Option<Reference>) -> BoxFuture<'a, Result<Arc<dyn Object>, Failure>> {
        panic!("{user} came in")
    }
}

#[tokio::test]
async fn a_server_that_is_none_is_left_before_it_is_called() {
    for bytes in [
        &b"HTTP/1.1 400 Bad Request\r\n\r\n"[..],
        b"SSH-2.0-OpenSSH_9.2\r\n\x80",
        b"\x01\x80\x03\x82xyz",
        b"\x05\x81",
    ] {
        let (mut peer, client, ended) = against_client(Options::default());
        let asked = tokio::spawn({
            let client = client.clone();
            async move { client.root().call("secret", vec![]).await }
        });
        peer.send(bytes).await;
        if bytes.starts_with(b"HTTP") {
            // Text has no type byte; the length of a prefix ends it.
            peer.send(&[b' '; 64]).await;
        }
        assert_eq!(peer.hear().await, None, "nothing is said to it");
        assert!(matches!(ended.await.unwrap(), Closed::Broken(_)));
        assert!(matches!(asked.await.unwrap(), Err(CallError::Lost)));
    }
}

#[tokio::test]
async fn lying_about_references_releases_once_and_then_ends() {
    let (lent, releases) = watched(|_| {});
    let root = object(move |call| call.reply.answer(Arc::clone(&lent).into()));
    let (peer, server, ended) = against_server(root, Options::default());
    let mut peer = peer.greet("pb").await;
    assert_eq!(
        peer.call(1, json!("root"), "get", json!(["tuple"])).await,
        Some(json!(["answer", 1, ["remote", 1]]))
    );
    peer.say(json!(["decref", 1])).await;
    peer.say(json!(["decref", 1])).await;
    assert_eq!(peer.hear().await, None);
    assert!(matches!(ended.await.unwrap(), Closed::Broken(_)));
    assert_eq!((releases.count(), server.counts()), (1, Counts::default()));
}

#[tokio::test]
async fn going_away_in_the_middle_releases_everything() {
    let mut message = bytes::BytesMut::new();
    let call = json!([
        "message",
        2,
        "root",
        "get",
        1,
        ["tuple", ["remote", 1], ["unicode", "text"]],
        ["dictionary"]
    ]);
    spread::banana::encode(&crate::rig::element(&call), Dialect::Pb, &mut message).unwrap();
    for cut in 0..message.len() {
        let (lent, releases) = watched(|_| {});
        let root = object(move |call| call.reply.answer(Arc::clone(&lent).into()));
        let (peer, server, ended) = against_server(root, Options::default());
        let mut peer = peer.greet("pb").await;
        peer.call(1, json!("root"), "get", json!(["tuple"])).await.unwrap();
        peer.send(&message[..cut]).await;
        drop(peer);
        assert_eq!(ended.await.unwrap(), Closed::There);
        assert_eq!(
            (releases.count(), server.counts()),
            (1, Counts::default()),
            "cut at {cut}"
        );
    }
}

#[tokio::test]
async fn a_stranger_cannot_make_us_remember_much() {
    // Announces a list of long strings, and sends them one after another without ever logging in.
    let (mut peer, server, _ended) = against_server(root(Arc::new(Nobody)), Options::default());
    peer.hear().await;
    peer.send(b"\x02\x82pb\x68\x07\x80").await;
    let closed = tokio::spawn(async move { server.closed().await });
    let mut sent = 0;
    let string = [&b"\x00\x40\x82"[..], &[b'x'; 8192]].concat();
    while !closed.is_finished() {
        peer.send(&string).await;
        sent += string.len();
        tokio::task::yield_now().await;
        assert!(sent < 2 << 20, "two megabytes were taken of a stranger");
    }
    let Closed::Broken(reason) = closed.await.unwrap() else {
        panic!("it ended otherwise");
    };
    assert!(reason.contains("memory"), "{reason}");
}

#[tokio::test]
async fn a_peer_that_takes_no_answers_is_not_read_and_given_up() {
    let limit = Duration::from_millis(300);
    let options = Options {
        outgoing: 64 << 10,
        stall: limit,
        ..Options::default()
    };
    let taken = Arc::new(Mutex::new(0_usize));
    let calls = Arc::clone(&taken);
    let root = object(move |call| {
        *calls.lock().unwrap() += 1;
        call.reply.answer(Bytes::from_static(&[7; 10_000]).into());
    });
    let (peer, server, ended) = against_server(root, options);
    let mut peer = peer.greet("pb").await;
    let flood = async {
        for number in 1..100_000 {
            peer.say(json!(["message", number, "root", "get", 1, ["tuple"], ["dictionary"]]))
                .await;
        }
    };
    let closed = tokio::select! {
        () = flood => panic!("it took a hundred thousand calls and no answer was read"),
        closed = ended => closed.unwrap(),
    };
    assert_eq!(closed, Closed::Stalled(limit));
    // The pipe and the queue, and not much more.
    assert!(
        *taken.lock().unwrap() < 20,
        "{} answers were made",
        taken.lock().unwrap()
    );
    assert_eq!(server.counts(), Counts::default());
}

#[tokio::test]
async fn a_slow_reader_is_not_given_up() {
    let limit = Duration::from_millis(400);
    let options = Options {
        outgoing: 64 << 10,
        stall: limit,
        ..Options::default()
    };
    let (peer, _, ended) = against_server(echo(), options);
    let mut peer = peer.greet("pb").await;
    let text = "x".repeat(30_000);
    // More answers than fit anywhere are asked for first; they are then read one at a time for longer than the limit.
    for number in 1..=4 {
        peer.say(json!([
            "message",
            number,
            "root",
            "get",
            1,
            ["tuple", text.as_str()],
            ["dictionary"]
        ]))
        .await;
    }
    for number in 1..=8 {
        let began = std::time::Instant::now();
        assert_eq!(peer.hear().await, Some(json!(["answer", number, text.as_str()])));
        if number <= 4 {
            let next = number + 4;
            peer.say(json!([
                "message",
                next,
                "root",
                "get",
                1,
                ["tuple", text.as_str()],
                ["dictionary"]
            ]))
            .await;
        }
        tokio::time::sleep_until((began + limit / 4).into()).await;
    }
    assert!(!ended.is_finished());
}

#[tokio::test]
async fn calls_that_nobody_answers_are_counted() {
    let options = Options {
        max_unanswered: 100,
        ..Options::default()
    };
    let kept = Arc::new(Mutex::new(Vec::new()));
    let calls = Arc::clone(&kept);
    let root = object(move |call| calls.lock().unwrap().push(call));
    let (peer, _, ended) = against_server(root, options);
    let mut peer = peer.greet("pb").await;
    for number in 1..=101 {
        peer.say(json!(["message", number, "root", "keep", 1, ["tuple"], ["dictionary"]]))
            .await;
    }
    let closed = soon("the end", ended).await.unwrap();
    assert!(
        matches!(&closed, Closed::Broken(reason) if reason.contains("100")),
        "{closed}"
    );
    assert_eq!(kept.lock().unwrap().len(), 100);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_ends_that_flood_each_other_get_through() {
    let options = Options {
        outgoing: 32 << 10,
        stall: PATIENCE,
        ..Options::default()
    };
    let given = echo();
    let root = object(move |mut call| {
        call.reply.answer(match call.method.as_str() {
            "meet" => call.args.remove(0),
            _ => Value::None,
        });
    });
    let Pair { client, server, .. } = pair_with(root, options);
    let Value::Object(_) = client.root().call("meet", vec![given.into()]).await.unwrap() else {
        panic!("it did not come back");
    };
    let flood = |to: Reference| async move {
        let mut pending = Vec::new();
        for number in 0..20_000_i64 {
            pending.push(
                to.send("take", vec![number.into(), "some text".into()], vec![])
                    .await
                    .unwrap(),
            );
        }
        for pending in pending {
            // A client has no root, but answers all the same.
            let _ = pending.answer().await;
        }
    };
    let both = async { tokio::join!(tokio::spawn(flood(client.root())), tokio::spawn(flood(server.root()))) };
    let (one, other) = soon("all answers", both).await;
    one.unwrap();
    other.unwrap();
    assert_eq!(
        (client.counts(), server.counts()),
        (Counts::default(), Counts::default())
    );
}

/// Of 50 MB of calls with bulk, and of as much in answers, no more than the queues and pipes hold is in memory.
#[test]
fn memory_stays_where_it_is_while_much_passes() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let pass = async {
        let block = Bytes::from(vec![7; 250_000]);
        let answer = block.clone();
        let root = object(move |call| match call.method.as_str() {
            "read" => call.reply.answer(answer.clone().into()),
            _ => call.reply.answer(Value::None),
        });
        let Pair { client, .. } = crate::rig::pair(root);
        for _ in 0..200 {
            let sent = client.root().send("write", vec![block.clone().into()], vec![]).await;
            drop(sent.unwrap());
            assert_eq!(client.root().call("read", vec![]).await.unwrap(), block.clone().into());
        }
    };
    let ((), grown) = crate::memory::peak(|| runtime.block_on(pass));
    assert!(grown < 6 << 20, "{grown} bytes for 100 MB");
}

/// A real socket: what is written before the end arrives, though the peer has sent more than is read.
#[tokio::test]
async fn over_a_socket_the_farewell_arrives() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    let (accepted, _) = listener.accept().await.unwrap();
    let root = object(|call| call.reply.answer("x".repeat(100_000).into()));
    let (_, drive) = spread::server(accepted, root, Options::default());
    let ended = tokio::spawn(drive);
    let mut sent = bytes::BytesMut::new();
    for expression in [
        json!("pb"),
        json!(["version", 6]),
        json!(["message", 1, "root", "get", 1, ["tuple"], ["dictionary"]]),
    ] {
        spread::banana::encode(&crate::rig::element(&expression), Dialect::Pb, &mut sent).unwrap();
    }
    sent.extend_from_slice(b"\x00\x88");
    sent.extend_from_slice(&[0; 30_000]);
    stream.write_all(&sent).await.unwrap();
    let mut received = Vec::new();
    soon("the farewell", stream.read_to_end(&mut received)).await.unwrap();
    assert!(received.len() > 100_000, "only {} bytes came", received.len());
    drop(stream);
    assert!(matches!(soon("the end", ended).await.unwrap(), Closed::Broken(_)));
}

/// Something a peer might say, for better or worse.
fn expression() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        (-2_i64..6).prop_map(|number| json!(number)),
        any::<i64>().prop_map(|number| json!(number)),
        prop::sample::select(vec![
            "message",
            "answer",
            "error",
            "decref",
            "version",
            "root",
            "login",
            "respond",
            "tuple",
            "list",
            "dictionary",
            "remote",
            "local",
            "reference",
            "dereference",
            "unicode",
            "None",
            "boolean",
            "twisted.spread.pb.CopyableFailure",
            "",
        ])
        .prop_map(|word| json!(word)),
    ];
    let part = leaf.prop_recursive(4, 24, 6, |inner| {
        prop::collection::vec(inner, 0..6).prop_map(|items| json!(items))
    });
    let call = (
        0_i64..4,
        prop_oneof![Just(json!("root")), (0_i64..4).prop_map(|n| json!(n))],
        part.clone(),
        0_i64..2,
    )
        .prop_map(|(number, target, args, wants)| {
            json!([
                "message",
                number,
                target,
                "login",
                wants,
                ["tuple", args],
                ["dictionary"]
            ])
        });
    prop_oneof![3 => call, 1 => part.clone(), 2 => (0_i64..3, part).prop_map(|(number, value)| json!(["answer", number, value]))]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    /// Whatever a peer says and wherever it is cut, an end answers or ends, and nothing is left on its books.
    #[test]
    fn no_peer_breaks_an_end(said in prop::collection::vec(expression(), 0..12), cut in any::<prop::sample::Index>(), rubbish in prop::collection::vec(any::<u8>(), 0..40)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let (near, far) = tokio::io::duplex(1 << 20);
            let (server, drive) = spread::server(far, root(Arc::new(Nobody)), Options::default());
            let ended = tokio::spawn(drive);
            let (mut input, mut output) = tokio::io::split(near);
            let mut bytes = bytes::BytesMut::new();
            bytes.extend_from_slice(b"\x02\x82pb\x02\x80\x13\x87\x06\x81");
            for expression in &said {
                spread::banana::encode(&crate::rig::element(expression), Dialect::Pb, &mut bytes).unwrap();
            }
            bytes.extend_from_slice(&rubbish);
            let _ = output.write_all(&bytes[..cut.index(bytes.len() + 1)]).await;
            let _ = output.shutdown().await;
            let mut answers = Vec::new();
            let _ = soon("the last answer", input.read_to_end(&mut answers)).await;
            let closed = soon("the end", ended).await.expect("no panic");
            assert!(matches!(closed, Closed::There | Closed::Broken(_)), "{closed}");
            assert_eq!(server.counts(), Counts::default());
        });
    }
}
