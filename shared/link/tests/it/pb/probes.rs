//! The worker's end asked by hand: what a real worker answered, ours answers too.

use super::our_worker::login;
use super::wire::{PATIENCE, Wire, attribute, element, items, word};
use link::{ConnectError, Connected};
use serde_json::{Value as Json, json};
use spread::banana::Element;
use tempfile::TempDir;
use tokio::task::JoinHandle;
use worker::{Ended, Options};

/// A master by hand, with a worker of ours on its line.
struct Hand {
    wire: Wire,
    last: i64,
    running: JoinHandle<Ended>,
    folder: TempDir,
}

/// The bot's number.
const BOT: i64 = 1;

impl Hand {
    async fn start() -> Hand {
        let (mut wire, stream) = Wire::new();
        let connecting = tokio::spawn(link::pb::connect(stream, "by hand", login()));
        begin(&mut wire).await;
        // While the login is not answered, the worker is asked already.
        let print = json!([
            "message",
            1,
            BOT,
            "print",
            1,
            ["tuple", ["unicode", "attached"]],
            ["dictionary"]
        ]);
        wire.write(&element(&print)).await;
        let connected = tokio::time::timeout(PATIENCE, connecting).await.expect("no end");
        let Connected { end, .. } = connected.unwrap().unwrap();
        let folder = TempDir::new().unwrap();
        let running = tokio::spawn(worker::run(end, Options::new(folder.path(), "one")));
        wire.expect(&json!(["answer", 1, ["None"]])).await;
        Hand {
            wire,
            last: 1,
            running,
            folder,
        }
    }

    async fn send(&mut self, object: i64, method: &str, args: Json) -> i64 {
        self.last += 1;
        let mut tuple = vec![json!("tuple")];
        tuple.extend(args.as_array().unwrap().iter().cloned());
        let message = json!(["message", self.last, object, method, 1, tuple, ["dictionary"]]);
        self.wire.write(&element(&message)).await;
        self.last
    }

    /// Calls, and gives what is in the answer.
    async fn ask(&mut self, object: i64, method: &str, args: Json) -> Element {
        let number = Element::Int(self.send(object, method, args).await.into());
        let is = |found: &Element| {
            matches!(word(found, 0), Some("answer" | "error")) && items(found).get(1) == Some(&number)
        };
        self.wire.find(method, is).await
    }

    async fn answers(&mut self, object: i64, method: &str, args: Json, wanted: Json) {
        let answer = self.ask(object, method, args).await;
        assert_eq!(items(&answer)[2], element(&wanted), "{method}");
    }

    async fn fails(&mut self, object: i64, method: &str, args: Json, kind: &str) -> String {
        let answer = self.ask(object, method, args).await;
        assert_eq!(word(&answer, 0), Some("error"), "{method}: {answer:?}");
        assert_eq!(attribute(&answer, "type"), Some(element(&json!(kind))), "{method}");
        let text = attribute(&answer, "value").unwrap();
        word(&text, 1).unwrap().to_owned()
    }
}

/// A login up to the response, which is not answered.
async fn begin(wire: &mut Wire) {
    wire.write(&element(&json!(["pb", "none"]))).await;
    wire.write(&element(&json!(["version", 6]))).await;
    wire.expect(&json!("pb")).await;
    wire.expect(&json!(["version", 6])).await;
    wire.expect(&json!([
        "message",
        1,
        "root",
        "login",
        1,
        ["tuple", "one"],
        ["dictionary"]
    ]))
    .await;
    let challenge = json!(["tuple", {"hex": "00112233445566778899aabbccddeeff"}, ["remote", 1]]);
    wire.write(&element(&json!(["answer", 1, challenge]))).await;
    wire.find("respond", |found| word(found, 3) == Some("respond")).await;
}

fn unicode(text: &str) -> Json {
    json!(["unicode", text])
}

fn shell(script: &str) -> Json {
    let pair = |key: &str, value: Json| json!([unicode(key), value]);
    let falsehood = json!(["boolean", "false"]);
    json!([
        "dictionary",
        pair("command", unicode(script)),
        pair("workdir", unicode("build")),
        pair("logEnviron", falsehood)
    ])
}

#[tokio::test]
async fn every_call_of_a_master() {
    let mut hand = Hand::start().await;
    let none = json!(["None"]);
    let probes: Vec<Json> = serde_json::from_str(include_str!("../../vectors/pb-worker-probes.json")).unwrap();
    let recorded = |name: &str| {
        let found = probes.iter().find(|probe| probe["probe"] == name);
        found.unwrap_or_else(|| panic!("no probe {name}"))["result"][1].clone()
    };
    hand.answers(BOT, "print", json!([unicode("ping")]), recorded("print positional"))
        .await;
    hand.answers(BOT, "getCommands", json!([]), recorded("getCommands"))
        .await;
    let version = hand.ask(BOT, "getVersion", json!([])).await;
    assert_eq!(word(&items(&version)[2], 0), Some("unicode"));
    let unknown = hand
        .fails(BOT, "getSlaveInfo", json!([]), "twisted.spread.flavors.NoSuchMethod")
        .await;
    assert_eq!(unknown, "No such method: remote_getSlaveInfo");

    let both = json!([[
        "list",
        ["tuple", unicode("b1"), unicode("b1dir")],
        ["tuple", unicode("b2"), unicode("b2dir")]
    ]]);
    hand.answers(BOT, "setBuilderList", both, recorded("setBuilderList"))
        .await;
    assert!(hand.folder.path().join("b1dir").is_dir());
    // Bytes count as text; the one that stays is the same object. Ours answers with text where bytes were sent.
    let others = json!([["list", ["tuple", "b1", "b1dir"], ["tuple", "b3", "b3dir"]]]);
    let wanted = json!([
        "dictionary",
        [unicode("b1"), ["remote", 2]],
        [unicode("b3"), ["remote", 4]]
    ]);
    hand.answers(BOT, "setBuilderList", others, wanted).await;
    let lists = json!([["list", ["list", unicode("b1"), unicode("b1dir")]]]);
    let name = "setBuilderList with lists instead of tuples, text names";
    hand.answers(BOT, "setBuilderList", lists, recorded(name)).await;

    hand.answers(2, "startBuild", json!([]), none.clone()).await;
    hand.answers(3, "startBuild", json!([]), recorded("startBuild on removed builder b2"))
        .await;
    hand.answers(2, "print", json!([unicode("hello")]), none.clone()).await;
    hand.answers(2, "setMaster", json!([["remote", 99]]), none.clone())
        .await;
    let interrupt = json!([unicode("1"), unicode("because")]);
    hand.answers(2, "interruptCommand", interrupt, none.clone()).await;

    let unknown = json!([["remote", 10], unicode("19"), unicode("frob"), ["dictionary"]]);
    let text = hand
        .fails(2, "startCommand", unknown, "buildbot_worker.base.UnknownCommand")
        .await;
    assert_eq!(text, "(command 19): unrecognized WorkerCommand 'frob'");
    let missing = json!([
        ["remote", 11],
        unicode("20"),
        unicode("shell"),
        ["dictionary", [unicode("command"), unicode("true")]]
    ]);
    let text = hand.fails(2, "startCommand", missing, "builtins.KeyError").await;
    assert_eq!(text, "'workdir'");

    hand.answers(BOT, "shutdown", json!([]), none).await;
    hand.wire.end().await;
    assert_eq!(hand.running.await.unwrap(), Ended::Shutdown);
    hand.wire.given_back.sort_unstable();
    assert_eq!(hand.wire.given_back, [1, 10, 11, 99], "what was lent is given back");
}

#[tokio::test]
async fn a_command_reports_and_gives_back_when_its_end_was_acknowledged() {
    let mut hand = Hand::start().await;
    let list = json!([["list", ["tuple", unicode("b1"), unicode("b1")]]]);
    hand.ask(BOT, "setBuilderList", list).await;
    let start = json!([["remote", 7], unicode("1"), unicode("shell"), shell("echo hi")]);
    hand.send(2, "startCommand", start).await;
    let mut updates = Vec::new();
    let complete = loop {
        let message = hand
            .wire
            .find("a message", |found| word(found, 0) == Some("message"))
            .await;
        assert_eq!(items(&message)[2], Element::Int(7_i64.into()));
        match word(&message, 3) {
            Some("update") => updates.push(message),
            Some("complete") => break message,
            other => panic!("{other:?}"),
        }
        // No update is ever answered, and the worker goes on.
    };
    assert!(format!("{updates:?}").contains("hi\\n"), "{updates:?}");
    assert_eq!(items(&items(&complete)[5])[1], element(&json!(["None"])));
    assert_eq!(hand.wire.given_back, [1], "the challenger only");
    let number = items(&complete)[1].clone();
    let answer = Element::List(vec![Element::Bytes("answer".into()), number, element(&json!(["None"]))]);
    hand.wire.write(&answer).await;
    // Whatever comes next, the reference is back before it.
    while hand.wire.given_back.len() < 2 {
        hand.ask(BOT, "print", json!([unicode("ping")])).await;
    }
    assert_eq!(hand.wire.given_back, [1, 7]);
}

#[tokio::test]
async fn nonsense_is_refused_by_name() {
    let mut hand = Hand::start().await;
    let type_error = "builtins.TypeError";
    let text = hand.fails(BOT, "print", json!([]), type_error).await;
    assert!(text.contains("print()") && text.contains("'message'"), "{text}");
    hand.fails(BOT, "setBuilderList", json!([["list", 1, 2]]), type_error)
        .await;
    hand.fails(
        BOT,
        "setBuilderList",
        json!([["list", ["tuple", unicode("alone")]]]),
        type_error,
    )
    .await;
    let list = json!([["list", ["tuple", unicode("b1"), unicode("b1")]]]);
    hand.ask(BOT, "setBuilderList", list).await;
    let no_object = json!([5, unicode("1"), unicode("shell"), shell("true")]);
    let text = hand.fails(2, "startCommand", no_object, type_error).await;
    assert!(text.contains("'command_ref'"), "{text}");
    let no_dictionary = json!([["remote", 5], unicode("1"), unicode("shell"), unicode("true")]);
    hand.fails(2, "startCommand", no_dictionary, type_error).await;
    // Two of one number could not be told apart.
    let first = json!([["remote", 6], unicode("2"), unicode("shell"), shell("sleep 1000")]);
    hand.answers_while_reporting(first).await;
    let second = json!([["remote", 8], unicode("2"), unicode("shell"), shell("true")]);
    let text = hand.fails(2, "startCommand", second, "builtins.ValueError").await;
    assert!(text.contains("command 2 is running"), "{text}");
}

impl Hand {
    /// Starts a command, whose header may come before its start is answered.
    async fn answers_while_reporting(&mut self, args: Json) {
        let number = Element::Int(self.send(2, "startCommand", args).await.into());
        let (mut answered, mut reported) = (false, false);
        while !answered || !reported {
            let found = self.wire.read().await.expect("a worker");
            match word(&found, 0) {
                Some("answer") => answered |= items(&found)[1] == number,
                Some("message") => reported = true,
                other => panic!("{other:?}"),
            }
        }
    }
}

#[tokio::test]
async fn a_stranger_and_one_who_goes_away() {
    let (mut wire, stream) = Wire::new();
    let connecting = tokio::spawn(link::pb::connect(stream, "somewhere:80", login()));
    wire.write_bytes(
        b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: 0\r\n\r\n",
    )
    .await;
    let error = connecting.await.unwrap().expect_err("no master");
    assert!(
        matches!(&error, ConnectError::Protocol { address, .. } if address == "somewhere:80"),
        "{error}"
    );

    let (mut wire, stream) = Wire::new();
    let connecting = tokio::spawn(link::pb::connect(stream, "somewhere:9989", login()));
    begin(&mut wire).await;
    drop(wire);
    let error = connecting.await.unwrap().expect_err("gone");
    assert!(matches!(error, ConnectError::Lost { .. }), "{error}");
}
