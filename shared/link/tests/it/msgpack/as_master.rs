//! The master's end on a recorded worker: it must ask what the recorded master asked, and understand the answers.

use super::recording::{BASEDIR, FULL, GRACEFUL, MINI, Row, rows};
use super::rig::{Engine, Plain, dict, plain_worker, serve, soon};
use link::Visitor;
use std::collections::HashMap;
use wire::worker::link::CallError;
use wire::worker::{MasterCall, Update, Value};

/// A command's recorded arguments as they are over PB: relative paths, other names, a reference to a file.
fn over_pb(name: &str, builder: &str, args: &Value) -> (&'static str, Value) {
    let Value::Dict(pairs) = args else { panic!("{args:?}") };
    let mut pairs = pairs.clone();
    let folder = format!("{BASEDIR}/{builder}/");
    let below = |value: &Value, prefix: &str| -> Value {
        let path = value.text().unwrap();
        path.strip_prefix(&folder)
            .map_or(path, |path| path.strip_prefix(prefix).unwrap_or(path))
            .into()
    };
    let mut rename = |old: &str, new: &str, prefix: &str| {
        let pair = pairs.iter_mut().find(|(key, _)| key == old).unwrap();
        pair.0 = new.to_owned();
        pair.1 = match &pair.1 {
            Value::List(paths) if paths.len() == 1 => below(&paths[0], prefix),
            Value::List(paths) => Value::List(paths.iter().map(|path| below(path, prefix)).collect()),
            path => below(path, prefix),
        };
    };
    let in_workdir = if args.get("workdir").is_some() { "build/" } else { "" };
    let name = match name {
        "shell" => {
            rename("workdir", "workdir", "");
            "shell"
        }
        "mkdir" => {
            rename("paths", "dir", "");
            "mkdir"
        }
        "rmdir" => {
            rename("paths", "dir", "");
            "rmdir"
        }
        "cpdir" => {
            rename("from_path", "fromdir", "");
            rename("to_path", "todir", "");
            "cpdir"
        }
        "stat" => {
            rename("path", "file", in_workdir);
            "stat"
        }
        "listdir" => {
            rename("path", "dir", "");
            "listdir"
        }
        "glob" => "glob",
        "rmfile" => "rmfile",
        transfer @ ("upload_file" | "upload_directory" | "download_file") => {
            pairs.retain(|(key, _)| key != "path");
            let (name, reference) = match transfer {
                "upload_file" => ("uploadFile", "writer"),
                "upload_directory" => ("uploadDirectory", "writer"),
                _ => ("downloadFile", "reader"),
            };
            pairs.push((reference.to_owned(), Value::Int(1)));
            name
        }
        _ => "nosuchcommand",
    };
    // Obfuscated words are tuples there; to this worker they are not sent at all.
    (name, Value::Dict(pairs))
}

/// The same dictionary in another order is the same.
fn sorted(value: &Value) -> Value {
    match value {
        Value::Dict(pairs) => {
            let mut pairs: Vec<_> = pairs.iter().map(|(key, value)| (key.clone(), sorted(value))).collect();
            pairs.sort_by(|(a, _), (b, _)| a.cmp(b));
            Value::Dict(pairs)
        }
        Value::List(items) => Value::List(items.iter().map(sorted).collect()),
        other => other.clone(),
    }
}

/// Without what numbers requests and commands.
fn meaning(message: &Value) -> Value {
    let Value::Dict(pairs) = sorted(message) else {
        panic!("{message:?}")
    };
    let kept = pairs
        .into_iter()
        .filter(|(key, _)| key != "seq_number" && key != "command_id");
    Value::Dict(kept.collect())
}

/// A recorded worker: it answers each request with what it answered then.
struct Played {
    worker: Plain,
    rows: Vec<Row>,
    next: i64,
    answered: i64,
}

impl Played {
    /// Expects the recorded request and plays what the worker did then, until it was over. Gives the request.
    async fn request(&mut self, wanted: &Row) -> Value {
        let message = loop {
            let message = self.worker.next().await.expect("the master is gone");
            if message.get("op").and_then(Value::text) != Some("response") {
                break message;
            }
            assert!(message.get("is_exception").is_none(), "{message:?}");
        };
        assert_eq!(meaning(&message), meaning(&wanted.message));
        assert_eq!(
            message.get("seq_number").and_then(Value::int),
            Some(self.next),
            "requests are counted"
        );
        self.next += 1;
        let recorded = self
            .rows
            .iter()
            .find(|row| row.from_worker && !row.is_request() && row.number() == wanted.number());
        let mut response = recorded.unwrap().message.clone();
        put(&mut response, "seq_number", message.get("seq_number").unwrap().clone());
        self.worker.send(&response).await;
        if let (Some(recorded), Some(id)) = (wanted.text("command_id"), message.get("command_id"))
            && wanted.op() == "start_command"
        {
            self.news(recorded.to_owned(), id.clone()).await;
        }
        message
    }

    /// All that the recorded worker told of a command, under its present number.
    async fn news(&mut self, recorded: String, id: Value) {
        let told = self
            .rows
            .iter()
            .filter(|row| row.from_worker && row.text("command_id") == Some(&recorded));
        let told: Vec<Value> = told.map(|row| row.message.clone()).collect();
        for mut message in told {
            put(&mut message, "command_id", id.clone());
            put(&mut message, "seq_number", self.answered.into());
            self.answered += 1;
            self.worker.send(&message).await;
        }
    }
}

fn put(message: &mut Value, key: &str, value: Value) {
    let Value::Dict(pairs) = message else {
        panic!("{message:?}")
    };
    pairs.iter_mut().find(|(name, _)| name == key).unwrap().1 = value;
}

/// The calls that make the master's end ask this, if it does by a call of its own.
fn call_for(row: &Row) -> Option<MasterCall> {
    let text = |key: &str| row.text(key).unwrap_or_default().to_owned();
    Some(match row.op() {
        "print" => MasterCall::Print {
            message: text("message"),
        },
        "get_worker_info" => MasterCall::GetWorkerInfo,
        "start_command" => {
            let builder = row.text("builder_name")?.to_owned();
            let (name, args) = over_pb(row.text("command_name")?, &builder, row.message.get("args")?);
            MasterCall::StartCommand {
                builder,
                id: text("command_id"),
                name: name.to_owned(),
                args,
            }
        }
        "interrupt_command" => MasterCall::InterruptCommand {
            builder: text("builder_name"),
            id: text("command_id"),
            why: text("why"),
        },
        _ => return None,
    })
}

/// Plays a session; gives what the engine was told, and the errors of commands that did not start.
async fn replay(session: &str) -> (Engine, HashMap<String, String>) {
    let (worker, mut guests, _stop) = plain_worker(serve()).await;
    let (Visitor { end, .. }, decide) = soon(guests.recv()).await.unwrap();
    let mut engine = Engine::new(end);
    let rows = rows(session);
    let mut played = Played {
        worker,
        rows: rows.clone(),
        next: 0,
        answered: 0,
    };
    let requests: Vec<Row> = rows
        .into_iter()
        .filter(|row| !row.from_worker && row.is_request())
        .collect();
    // Folders of builders are made after the settings, until the first greeting of a builder.
    let settings = requests
        .iter()
        .position(|row| row.op() == "set_worker_settings")
        .unwrap();
    let greeting = settings + requests[settings..].iter().position(|row| row.op() == "print").unwrap();
    let mut refused = HashMap::new();
    let builders = ["bad-mp", "full-mp", "intr-mp", "mini-mp", "obf-mp"].map(|name| (name.to_owned(), name.to_owned()));
    let builders = if session == MINI {
        builders[..4].to_vec()
    } else {
        builders.to_vec()
    };
    let mut at = 0;
    while at < requests.len() {
        let row = &requests[at];
        let (call, until) = match call_for(row) {
            _ if at == settings => {
                let builders = builders.clone();
                (MasterCall::SetBuilderList { builders }, greeting)
            }
            Some(call) => (call, at + 1),
            None => panic!("{row:?}"),
        };
        let hidden = session == FULL && row.text("command_id") == Some("30");
        let playing = async {
            for row in requests[at..until].iter().filter(|_| !hidden) {
                played.request(row).await;
            }
        };
        let (answer, ()) = soon(async { tokio::join!(engine.call(call), playing) }).await;
        if let Err(CallError::Failed(failure)) = answer {
            refused.insert(row.text("command_id").unwrap().to_owned(), failure.message);
        }
        at = until;
    }
    let _ = decide.send(Ok(()));
    let started = requests
        .iter()
        .filter(|row| row.op() == "start_command" && row.text("builder_name").is_some());
    for id in started
        .filter_map(|row| row.text("command_id"))
        .filter(|id| !refused.contains_key(*id))
    {
        engine.until(id, |told| told.complete).await;
    }
    (engine, refused)
}

#[tokio::test]
async fn a_small_session() {
    let (engine, refused) = replay(MINI).await;
    assert!(refused.is_empty());
    assert_eq!(engine.told["5"].stdout(), "hello\nGRÜN\n");
    assert_eq!(engine.told["7"].rc(), Some(0));
    assert_eq!(engine.written, b"made by shell\n");
}

#[tokio::test]
async fn a_whole_session() {
    let (engine, refused) = replay(FULL).await;
    assert_eq!(
        refused["28"],
        "(command 28): unrecognized WorkerCommand 'nosuchcommand'"
    );
    // The recorded master sent it, and the secret came back in the log.
    assert!(
        refused["30"].contains("--protocol=pb") && !refused["30"].contains("REALPW"),
        "{}",
        refused["30"]
    );
    assert_eq!(refused.len(), 2);
    let rcs: Vec<Option<i64>> = (2..=29_u32)
        .filter(|id| *id != 28)
        .map(|id| engine.told[&id.to_string()].rc())
        .collect();
    assert!(rcs.iter().all(Option::is_some), "{rcs:?}");
    assert_eq!(engine.told["6"].rc(), Some(3));
    assert!(matches!(engine.told["13"].other("stat"), Some(Value::Tuple(ten)) if ten.len() == 10));
    let log =
        |update: &Update| matches!(update, Update::Log { name, text } if name == "test" && text.starts_with("line1\n"));
    assert!(engine.told["3"].updates.iter().any(log));
}

#[tokio::test]
async fn a_session_with_a_worker_that_would_leave() {
    let (_, refused) = replay(GRACEFUL).await;
    assert!(refused.is_empty());
}

/// Folders of nobody, as a worker that wants them deleted was asked about them (`mp-probes`).
#[tokio::test]
async fn leftovers_are_asked_about_and_deleted() {
    let probes: Vec<serde_json::Value> = serde_json::from_str(include_str!("../../vectors/mp-probes.json")).unwrap();
    let recorded = probes
        .iter()
        .find(|row| row["probe"] == "attach traffic with delete_leftover_dirs true")
        .unwrap();
    let commands: Vec<&serde_json::Value> = recorded["result"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|message| message["op"] == "start_command")
        .collect();
    let (mut worker, mut guests, _stop) = plain_worker(serve()).await;
    let (Visitor { end, .. }, _decide) = soon(guests.recv()).await.unwrap();
    let mut engine = Engine::new(end);
    let builders = ["bad-mp", "full-mp", "intr-mp", "obf-mp"]
        .map(|name| (name.to_owned(), name.to_owned()))
        .to_vec();
    let attaching = async {
        engine.call(MasterCall::GetWorkerInfo).await.unwrap();
        engine.call(MasterCall::SetBuilderList { builders }).await.unwrap();
    };
    let playing = async {
        let asked = worker.next().await.unwrap();
        let info = dict([
            ("basedir", "/srv/x".into()),
            ("system", "posix".into()),
            ("delete_leftover_dirs", true.into()),
        ]);
        worker.answer(&asked, info).await;
        let settings = worker.next().await.unwrap();
        assert_eq!(settings.get("op"), Some(&"set_worker_settings".into()));
        worker.answer(&settings, Value::None).await;
        let mut number = 0;
        for recorded in commands {
            let asked = loop {
                let message = worker.next().await.unwrap();
                if message.get("op").and_then(Value::text) == Some("start_command") {
                    break message;
                }
            };
            let name = asked.get("command_name").and_then(Value::text).unwrap().to_owned();
            assert_eq!(name, recorded["command_name"].as_str().unwrap());
            let args = asked.get("args").unwrap();
            let all = |paths: &serde_json::Value| -> Vec<String> {
                paths
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|path| path.as_str().unwrap().to_owned())
                    .collect()
            };
            if let Some(path) = recorded["args"]["path"].as_str() {
                // The order of a listing is anybody's guess.
                let path = args.get("path").and_then(Value::text).unwrap() == path;
                assert!(path || name == "stat", "{asked:?}");
            } else {
                let Some(Value::List(paths)) = args.get("paths") else {
                    panic!("{asked:?}")
                };
                let paths: Vec<String> = paths.iter().map(ToString::to_string).collect();
                assert_eq!(paths, all(&recorded["args"]["paths"]));
            }
            worker.answer(&asked, Value::None).await;
            let mode = |path: &str| if path.ends_with("stale") { 0o040_755 } else { 0o100_644 };
            let result = match name.as_str() {
                "listdir" => (
                    "files",
                    Value::List(vec!["afile".into(), "stale".into(), "info".into()]),
                ),
                "stat" => {
                    let mode = mode(args.get("path").and_then(Value::text).unwrap());
                    (
                        "stat",
                        Value::List([vec![mode], vec![0; 9]].concat().into_iter().map(Value::Int).collect()),
                    )
                }
                _ => ("elapsed", Value::Float(0.1)),
            };
            let pair = |key: &str, value: Value| Value::List(vec![key.into(), value]);
            let id = asked.get("command_id").unwrap().clone();
            let news = Value::List(vec![pair(result.0, result.1), pair("rc", Value::Int(0))]);
            worker
                .ask("update", number, &[("args", news), ("command_id", id.clone())])
                .await;
            worker
                .ask("complete", number + 1, &[("args", Value::None), ("command_id", id)])
                .await;
            number += 2;
        }
    };
    tokio::join!(attaching, playing);
}
