//! The worker's end on recorded masters: it must say what the recorded worker said.

use super::recording::{Meaning, Row, sessions};
use super::wire::{PATIENCE, Wire, items, word};
use link::{ConnectError, Connected, Login};
use spread::banana::Element;
use std::collections::HashMap;
use tokio::task::JoinHandle;
use wire::worker::link::Pending;
use wire::worker::{Answer, Call, Failure, MasterCall, WorkerCall};

type Answering = Box<dyn FnOnce(Result<Answer, Failure>) + Send>;

/// A worker that says what a recorded one said, on the end under test.
struct Played {
    wire: Wire,
    connecting: Option<JoinHandle<Result<Connected, ConnectError>>>,
    connected: Option<Connected>,
    meaning: Meaning,
    asked: HashMap<i64, (MasterCall, Answering)>,
    told: HashMap<i64, (WorkerCall, Pending)>,
    /// What the recorded master would have back.
    over: Vec<i64>,
}

impl Played {
    fn start(rows: &[Row]) -> Played {
        let (wire, stream) = Wire::new();
        let login = rows.iter().find(|row| row.method() == "login").unwrap();
        let name = super::recording::bytes(&super::recording::items(&login.expression[5])[0]);
        let login = Login {
            name: String::from_utf8(name.to_vec()).unwrap(),
            password: "s3cret".to_owned(),
        };
        Played {
            wire,
            connecting: Some(tokio::spawn(link::pb::connect(stream, "master:9989", login))),
            connected: None,
            meaning: Meaning::default(),
            asked: HashMap::new(),
            told: HashMap::new(),
            // The challenger.
            over: vec![1],
        }
    }

    async fn connected(&mut self) -> &mut Connected {
        if let Some(connecting) = self.connecting.take() {
            let connected = tokio::time::timeout(PATIENCE, connecting).await.expect("no end");
            self.connected = Some(connected.unwrap().unwrap());
        }
        self.connected.as_mut().unwrap()
    }

    async fn master_says(&mut self, row: &Row) {
        self.wire.write(&super::wire::element(&row.expression)).await;
        match row.word() {
            "message" => {
                let wanted = self.meaning.of_master(&row.expression);
                let next = self.connected().await.end.inbox.next();
                let incoming = tokio::time::timeout(PATIENCE, next).await.expect("no call").unwrap();
                assert_eq!(incoming.call, Call::Master(wanted.clone()));
                let (_, answer) = incoming.split();
                self.asked.insert(row.number(), (wanted, Box::new(answer)));
            }
            "answer" if row.number() == 2 => {
                let accepted = &mut self.connected().await.accepted;
                let accepted = tokio::time::timeout(PATIENCE, accepted).await.expect("no login");
                accepted.unwrap().unwrap();
            }
            "answer" => {
                if let Some((call, pending)) = self.told.remove(&row.number()) {
                    let answer = tokio::time::timeout(PATIENCE, pending.answer())
                        .await
                        .expect("no answer");
                    assert_eq!(answer, Ok(Meaning::answer_of_master(&row.expression, &call)));
                }
            }
            _ => {}
        }
    }

    async fn worker_says(&mut self, row: &Row) {
        match row.word() {
            "message" if matches!(row.method(), "login" | "respond") => self.wire.expect(&row.expression).await,
            "message" => {
                let call = self.meaning.of_worker(&row.expression);
                if let WorkerCall::Complete { .. } = &call {
                    self.over.push(row.expression[2].as_i64().unwrap());
                }
                let caller = self.connected().await.end.caller.clone();
                let pending = caller.send(Call::Worker(call.clone())).await.unwrap();
                self.told.insert(row.number(), (call, pending));
                self.wire.expect(&row.expression).await;
            }
            "answer" | "error" => {
                let (call, answer) = self.asked.remove(&row.number()).unwrap();
                answer(self.meaning.answer_of_worker(&row.expression, &call));
                match row.word() {
                    "answer" => self.wire.expect(&row.expression).await,
                    _ => self.wire.expect_error(&row.expression).await,
                }
            }
            // Python gives references back when its garbage is collected, ours does it at once: counted at the end.
            "decref" => {}
            _ => self.wire.expect(&row.expression).await,
        }
    }
}

/// The objects of commands that never began or are over, with those of their transfers.
fn held_by_commands(rows: &[Row], over: &[i64]) -> Vec<i64> {
    let mut objects = over.to_vec();
    for row in rows.iter().filter(|row| row.method() == "startCommand") {
        let args = super::recording::items(&row.expression[5]);
        let command = args[0][1].as_i64().unwrap();
        let refused = rows
            .iter()
            .any(|answer| answer.from_worker && answer.word() == "error" && answer.number() == row.number());
        if refused {
            objects.push(command);
        }
        if refused || over.contains(&command) {
            let transfers = super::recording::items(&args[3])
                .iter()
                .filter(|pair| pair[1][0] == "remote");
            objects.extend(transfers.map(|pair| pair[1][1].as_i64().unwrap()));
        }
    }
    objects.sort_unstable();
    objects
}

async fn play(recording: &str) {
    for rows in sessions(recording) {
        let mut played = Played::start(&rows);
        for row in &rows {
            match row.from_worker {
                true => played.worker_says(row).await,
                false => played.master_says(row).await,
            }
        }
        // The recorded worker left at the end.
        let Connected { end, closed, .. } = played.connected.take().unwrap();
        drop(end);
        played.wire.end().await;
        tokio::time::timeout(PATIENCE, closed.cancelled())
            .await
            .expect("closed");
        let mut given_back = played.wire.given_back.clone();
        given_back.sort_unstable();
        assert_eq!(given_back, held_by_commands(&rows, &played.over));
    }
}

#[tokio::test]
async fn a_first_build() {
    play(include_str!("../../vectors/pb-worker-mini.decoded.jsonl")).await;
}

#[tokio::test]
async fn every_command() {
    play(include_str!("../../vectors/pb-worker-full.decoded.jsonl")).await;
}

#[tokio::test]
async fn an_obfuscated_argument() {
    play(include_str!("../../vectors/pb-worker-obfuscated.decoded.jsonl")).await;
}

#[tokio::test]
async fn leaving_in_peace() {
    play(include_str!("../../vectors/pb-worker-graceful.decoded.jsonl")).await;
}

#[tokio::test]
async fn killed_during_a_build() {
    play(include_str!(
        "../../vectors/pb-worker-killed-during-build.decoded.jsonl"
    ))
    .await;
}

#[tokio::test]
async fn a_second_worker_of_the_name_knocks() {
    play(include_str!("../../vectors/pb-duplicate-first.decoded.jsonl")).await;
}

/// Plays a login that fails.
async fn refused(rows: &[Row]) -> ConnectError {
    let mut played = Played::start(rows);
    for row in rows {
        match (row.from_worker, row.method()) {
            // With which password it was recorded is not known.
            (true, "respond") => {
                let same = |element: &Element| word(element, 3) == Some("respond") && items(element).len() == 7;
                played.wire.find("respond", same).await;
            }
            (true, _) => played.worker_says(row).await,
            // After the refusal the worker may be gone already.
            (false, _) if row.word() == "decref" => {}
            (false, _) => played.wire.write(&super::wire::element(&row.expression)).await,
        }
    }
    let connecting = played.connecting.take().unwrap();
    let result = tokio::time::timeout(PATIENCE, connecting).await.expect("an answer");
    // Whoever is not let in leaves.
    played.wire.end().await;
    result.unwrap().expect_err("refused")
}

#[tokio::test]
async fn wrong_passwords_and_unknown_names() {
    for recording in [
        include_str!("../../vectors/pb-login-bad-password.decoded.jsonl"),
        include_str!("../../vectors/pb-login-unknown-user.decoded.jsonl"),
    ] {
        for rows in sessions(recording) {
            let error = refused(&rows).await;
            assert!(
                matches!(&error, ConnectError::Refused { address, .. } if address == "master:9989"),
                "{error}"
            );
        }
    }
}

#[tokio::test]
async fn one_of_the_name_is_there_already() {
    let sessions = sessions(include_str!("../../vectors/pb-duplicate-second.decoded.jsonl"));
    let ConnectError::Rejected { failure, .. } = refused(&sessions[0]).await else {
        panic!("not rejected")
    };
    assert_eq!(failure.kind, "builtins.RuntimeError");
    assert_eq!(failure.message, "rejecting duplicate worker");
}
