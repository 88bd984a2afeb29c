//! The master's end with recorded workers: it must say what the recorded master said.

use super::doorman::{Doorman, Heard, Knock};
use super::recording::{Meaning, Row, sessions};
use super::wire::{PATIENCE, Wire, element, items, word};
use bytes::Bytes;
use md5::{Digest, Md5};
use serde_json::json;
use spread::banana::Element;
use std::collections::HashMap;
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;
use wire::worker::link::{End, Pending};
use wire::worker::{Answer, Call, Failure, MasterCall, WorkerCall};

type Answering = Box<dyn FnOnce(Result<Answer, Failure>) + Send>;

/// A master that says what a recorded one said, on the end under test.
struct Played {
    wire: Wire,
    heard: Heard,
    password: &'static str,
    challenge: Bytes,
    end: Option<End>,
    say: Option<oneshot::Sender<Result<(), Failure>>>,
    meaning: Meaning,
    asked: HashMap<i64, (MasterCall, Pending)>,
    told: HashMap<i64, (WorkerCall, Answering)>,
}

impl Played {
    fn start(password: &'static str) -> Played {
        let (wire, stream) = Wire::new();
        let (door, heard) = Doorman::new();
        tokio::spawn(link::pb::serve(stream, None, door, CancellationToken::new()));
        Played {
            wire,
            heard,
            password,
            challenge: Bytes::new(),
            end: None,
            say: None,
            meaning: Meaning::default(),
            asked: HashMap::new(),
            told: HashMap::new(),
        }
    }

    /// The master's end, as soon as the worker stands at the door.
    async fn end(&mut self) -> &mut End {
        if self.end.is_none() {
            let Knock { visitor, say } = self.heard.visitor().await;
            assert_eq!(visitor.name, "w-pb");
            self.say = Some(say);
            self.end = Some(visitor.end);
        }
        self.end.as_mut().unwrap()
    }

    async fn worker_says(&mut self, row: &Row) {
        let mut expression = element(&row.expression);
        if row.method() == "respond" {
            // The challenge is another one each time.
            let args = at(at(&mut expression, 5), 1);
            *args = Element::Bytes(response(self.password, &self.challenge));
        }
        self.wire.write(&expression).await;
        match row.word() {
            "message" if !matches!(row.method(), "login" | "respond") => {
                let wanted = self.meaning.of_worker(&row.expression);
                let next = self.end().await.inbox.next();
                let incoming = tokio::time::timeout(PATIENCE, next).await.expect("no call").unwrap();
                assert_eq!(incoming.call, Call::Worker(wanted.clone()));
                let (_, answer) = incoming.split();
                self.told.insert(row.number(), (wanted, Box::new(answer)));
            }
            "answer" | "error" => {
                let (call, pending) = self.asked.remove(&row.number()).unwrap();
                let answer = tokio::time::timeout(PATIENCE, pending.answer())
                    .await
                    .expect("no answer");
                let wanted = self.meaning.answer_of_worker(&row.expression, &call);
                assert_eq!(answer, wanted.map_err(wire::worker::link::CallError::Failed));
            }
            _ => {}
        }
    }

    async fn master_says(&mut self, row: &Row) {
        match row.word() {
            "message" => {
                let call = self.meaning.of_master(&row.expression);
                let caller = self.end().await.caller.clone();
                let pending = caller.send(Call::Master(call.clone())).await.unwrap();
                self.asked.insert(row.number(), (call, pending));
                self.wire.expect(&row.expression).await;
            }
            "answer" if row.number() == 1 => {
                let is_challenge = |element: &Element| word(element, 0) == Some("answer");
                let answer = self.wire.find("a challenge", is_challenge).await;
                let Element::Bytes(challenge) = &items(&items(&answer)[2])[1] else {
                    panic!("{answer:?}")
                };
                assert_eq!(challenge.len(), 16);
                self.challenge = challenge.clone();
                let numbered = element(&row.expression);
                assert_eq!(items(&items(&answer)[2])[2], items(&items(&numbered)[2])[2]);
            }
            "answer" => {
                if row.number() == 2 {
                    self.end().await;
                    self.say.take().unwrap().send(Ok(())).unwrap();
                } else {
                    let (call, answer) = self.told.remove(&row.number()).unwrap();
                    answer(Ok(Meaning::answer_of_master(&row.expression, &call)));
                }
                self.wire.expect(&row.expression).await;
            }
            "error" => {
                let failure = self.meaning.answer_of_worker(&row.expression, &MasterCall::Shutdown);
                let failure = failure.unwrap_err();
                if failure.kind == "twisted.cred.error.UnauthorizedLogin" {
                    let refused = tokio::time::timeout(PATIENCE, self.heard.refused.recv()).await;
                    assert!(refused.expect("nobody was refused").is_some());
                } else {
                    self.end().await;
                    self.say.take().unwrap().send(Err(failure)).unwrap();
                }
                self.wire.expect_error(&row.expression).await;
            }
            // When Python gives references back is the garbage collector's affair.
            "decref" => {}
            // The dialects: behind them ours says whose it is.
            "pb" => self.wire.expect(&json!(["pb", "none", "outpost"])).await,
            _ => self.wire.expect(&row.expression).await,
        }
    }
}

/// MD5(MD5(password) and challenge).
fn response(password: &str, challenge: &[u8]) -> Bytes {
    let password = Md5::digest(password.as_bytes());
    let digest = Md5::new().chain_update(password).chain_update(challenge).finalize();
    Bytes::copy_from_slice(&digest)
}

fn at(element: &mut Element, at: usize) -> &mut Element {
    match element {
        Element::List(items) => &mut items[at],
        other => panic!("no list: {other:?}"),
    }
}

async fn play(recording: &str, password: &'static str) {
    for rows in sessions(recording) {
        let mut played = Played::start(password);
        for row in &rows {
            match row.from_worker {
                true => played.worker_says(row).await,
                false => played.master_says(row).await,
            }
        }
        // The recorded worker left at the end.
        let Played { wire, end, .. } = played;
        drop(wire);
        if let Some(mut end) = end {
            let lost = async { while end.inbox.next().await.is_some() {} };
            tokio::time::timeout(PATIENCE, lost).await.expect("lost");
            tokio::time::timeout(PATIENCE, end.caller.lost()).await.expect("lost");
        }
    }
}

#[tokio::test]
async fn a_first_build() {
    play(include_str!("../../vectors/pb-worker-mini.decoded.jsonl"), "s3cret").await;
}

#[tokio::test]
async fn every_command() {
    play(include_str!("../../vectors/pb-worker-full.decoded.jsonl"), "s3cret").await;
}

#[tokio::test]
async fn an_obfuscated_argument() {
    play(
        include_str!("../../vectors/pb-worker-obfuscated.decoded.jsonl"),
        "s3cret",
    )
    .await;
}

#[tokio::test]
async fn leaving_in_peace() {
    play(include_str!("../../vectors/pb-worker-graceful.decoded.jsonl"), "s3cret").await;
}

#[tokio::test]
async fn killed_during_a_build() {
    let recording = include_str!("../../vectors/pb-worker-killed-during-build.decoded.jsonl");
    play(recording, "s3cret").await;
}

#[tokio::test]
async fn a_second_worker_of_the_name_knocks_and_is_refused() {
    play(include_str!("../../vectors/pb-duplicate-first.decoded.jsonl"), "s3cret").await;
    play(
        include_str!("../../vectors/pb-duplicate-second.decoded.jsonl"),
        "s3cret",
    )
    .await;
}

#[tokio::test]
async fn wrong_passwords_and_unknown_names() {
    play(
        include_str!("../../vectors/pb-login-bad-password.decoded.jsonl"),
        "wrong",
    )
    .await;
    play(
        include_str!("../../vectors/pb-login-unknown-user.decoded.jsonl"),
        "s3cret",
    )
    .await;
}
