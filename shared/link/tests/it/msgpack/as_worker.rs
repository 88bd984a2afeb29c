//! The worker's end on a recorded master: it must tell what the recorded worker told.

use super::recording::{BASEDIR, FULL, GRACEFUL, MINI, Row, moved, rows};
use super::rig::{Plain, login, plain_master, soon, work};
use std::collections::HashMap;
use wire::worker::Value;

/// Commands that are told otherwise than recorded, and why.
const DIFFERENCES: &[(&str, &str)] = &[
    (
        "3",
        "a followed file is read from its size when the command began, and not from the first look at it",
    ),
    (
        "7",
        "a missing program gives one sentence instead of a Python traceback",
    ),
    ("9", "how many lines come in a second is chance"),
    ("10", "how many lines come before the kill is chance"),
    ("15", "the file is not made empty in silence: rc 1 and a sentence"),
    (
        "30",
        "the recorded worker runs and shows the list with the secret instead of hiding it",
    ),
];

/// Keys whose values are this machine's or this time's.
const UNLIKE: &[&str] = &["elapsed", "stat", "files"];

/// What was told of a command, and which files it wrote or read.
#[derive(Debug, Default, PartialEq)]
struct Told {
    /// Keys that are no streams, with their values.
    news: Vec<(String, Option<Value>)>,
    stdout: String,
    calls: Vec<(String, Option<Value>)>,
    complete: bool,
    refused: Option<String>,
}

impl Told {
    fn request(&mut self, message: &Value) {
        let op = message.get("op").and_then(Value::text).unwrap();
        let args = message.get("args");
        match op {
            "update" => {
                let Some(Value::List(pairs)) = args else {
                    panic!("{message:?}")
                };
                pairs.iter().for_each(|pair| self.news_of(pair));
            }
            "complete" => {
                assert_eq!(args, Some(&Value::None));
                self.complete = true;
            }
            op => self.calls.push((op.to_owned(), args.cloned())),
        }
    }

    fn news_of(&mut self, pair: &Value) {
        let Value::List(pair) = pair else { panic!("{pair:?}") };
        let key = pair[0].text().unwrap();
        match key {
            "stdout" => {
                let Value::List(lines) = &pair[1] else {
                    panic!("{pair:?}")
                };
                let text = lines[0].text().unwrap();
                assert!(text.ends_with('\n'), "not whole lines: {text:?}");
                self.stdout += text;
            }
            "header" | "stderr" | "log" => {}
            key => {
                let value = (!UNLIKE.contains(&key)).then(|| pair[1].clone());
                self.news.push((key.to_owned(), value));
            }
        }
    }
}

/// What a recorded worker told, by command.
fn recorded(rows: &[Row]) -> HashMap<String, Told> {
    let mut all: HashMap<String, Told> = HashMap::new();
    for row in rows.iter().filter(|row| row.from_worker) {
        if let Some(id) = row.text("command_id") {
            all.entry(id.to_owned()).or_default().request(&row.message);
        } else if row.message.get("is_exception").is_some() {
            let asked = rows
                .iter()
                .find(|other| !other.from_worker && other.is_request() && other.number() == row.number());
            let id = asked.unwrap().text("command_id").unwrap();
            all.entry(id.to_owned()).or_default().refused = row.text("result").map(str::to_owned);
        }
    }
    all
}

/// A recorded master that goes on when the worker under test has told as much as the recorded one had.
struct Played {
    master: Plain,
    told: HashMap<String, Told>,
    responses: HashMap<i64, Value>,
    /// The number of its next request.
    next: i64,
}

impl Played {
    async fn hear(&mut self) {
        let message = self.master.next().await.expect("the worker is gone");
        if message.get("op").and_then(Value::text) == Some("response") {
            let number = message.get("seq_number").and_then(Value::int).unwrap();
            self.responses.insert(number, message);
            return;
        }
        assert_eq!(
            message.get("seq_number").and_then(Value::int),
            Some(self.next),
            "requests are counted"
        );
        self.next += 1;
        let id = message.get("command_id").and_then(Value::text).unwrap();
        self.told.entry(id.to_owned()).or_default().request(&message);
        // Over msgpack a recorded master answers everything with nothing.
        self.master.answer(&message, Value::None).await;
    }

    async fn until(&mut self, enough: impl Fn(&Played) -> bool) {
        while !enough(self) {
            self.hear().await;
        }
    }
}

async fn replay(session: &str, basedir: &str, differences: &[(&str, &str)]) {
    let folder = tempfile::tempdir().unwrap();
    let mut rows = rows(session);
    for row in &mut rows {
        row.message = moved(&row.message, basedir, folder.path().to_str().unwrap());
    }
    let (connected, master) = plain_master(login()).await;
    let connected = connected.unwrap();
    let _worker = work(connected.end, folder.path());
    let mut played = Played {
        master,
        told: HashMap::new(),
        responses: HashMap::new(),
        next: 0,
    };
    let wanted = recorded(&rows);
    for row in rows.iter().filter(|row| !row.from_worker && row.is_request()) {
        if row.op() == "interrupt_command" {
            let id = row.text("command_id").unwrap().to_owned();
            played
                .until(|played| played.told.get(&id).is_some_and(|told| told.stdout == "started\n"))
                .await;
        }
        played.master.send(&row.message).await;
        let number = row.number();
        played.until(|played| played.responses.contains_key(&number)).await;
        let response = &played.responses[&number];
        if row.op() == "start_command" {
            let id = row.text("command_id").unwrap().to_owned();
            match &wanted[&id].refused {
                Some(text) => assert_eq!(response.get("result").and_then(Value::text), Some(text.as_str())),
                // The next one is the interrupt.
                None if id == "29" => {}
                None => {
                    played
                        .until(|played| played.told.get(&id).is_some_and(|told| told.complete))
                        .await
                }
            }
        } else {
            assert!(response.get("is_exception").is_none(), "{row:?}: {response:?}");
        }
    }
    played
        .until(|played| played.told.values().all(|told| told.complete))
        .await;
    soon(connected.accepted).await.unwrap().unwrap();
    for (id, recorded) in wanted {
        let Some(told) = played.told.remove(&id) else {
            assert!(recorded.refused.is_some(), "nothing was told of {id}");
            continue;
        };
        if differences.iter().any(|(other, _)| *other == id) {
            assert!(told.complete);
            continue;
        }
        // An archive is made by another program; file names are this test's.
        let names = |calls: &[(String, Option<Value>)]| calls.iter().map(|(op, _)| op.clone()).collect::<Vec<_>>();
        let ops = |told: &Told| {
            let mut ops = names(&told.calls);
            ops.dedup();
            ops
        };
        assert_eq!(ops(&told), ops(&recorded), "{id}");
        assert_eq!(told.news, recorded.news, "{id}");
        assert_eq!(told.stdout, recorded.stdout, "{id}");
    }
    assert!(played.told.is_empty(), "more was told: {:?}", played.told);
}

#[tokio::test]
async fn a_small_session() {
    replay(
        MINI,
        BASEDIR,
        &[("6", "a file that the master cannot send is not made empty in silence")],
    )
    .await;
}

#[tokio::test]
async fn a_whole_session() {
    replay(FULL, BASEDIR, DIFFERENCES).await;
}

#[tokio::test]
async fn a_session_with_a_worker_that_would_leave() {
    replay(GRACEFUL, "/srv/bb/w-grmp", &[]).await;
}
