//! Recorded sessions, and what they mean: the calls of the worker protocol that their expressions stand for.

use bytes::Bytes;
use serde_json::Value as Json;
use std::collections::{HashMap, HashSet};
use wire::worker::{Answer, Failure, MasterCall, TransferId, Update, Value, WorkerCall};

/// One expression.
pub struct Row {
    pub from_worker: bool,
    pub expression: Json,
}

impl Row {
    /// `message`, `answer`, …; nothing for what is no list.
    pub fn word(&self) -> &str {
        self.expression[0].as_str().unwrap_or_default()
    }

    /// The call's or answer's number.
    pub fn number(&self) -> i64 {
        self.expression[1].as_i64().unwrap()
    }

    pub fn method(&self) -> &str {
        self.expression[3].as_str().unwrap_or_default()
    }
}

/// Each connection of a recording.
pub fn sessions(recording: &str) -> Vec<Vec<Row>> {
    let mut sessions: Vec<Vec<Row>> = Vec::new();
    for line in recording.lines() {
        let mut json: Json = serde_json::from_str(line).unwrap();
        let connection = json["conn"].as_u64().unwrap() as usize;
        sessions.resize_with(sessions.len().max(connection), Vec::new);
        if json["expr"] != Json::Null {
            sessions[connection - 1].push(Row {
                from_worker: json["dir"] == "c2s",
                expression: json["expr"].take(),
            });
        }
    }
    sessions
}

/// What the numbers of a session stand for.
#[derive(Default)]
pub struct Meaning {
    builders: HashMap<i64, String>,
    commands: HashMap<i64, String>,
    transfers: HashMap<i64, TransferId>,
    readers: HashSet<i64>,
}

impl Meaning {
    /// A message of the master, other than of the login.
    pub fn of_master(&mut self, expression: &Json) -> MasterCall {
        let args = items(&expression[5]);
        let text = |at: usize| value(&args[at]).text().unwrap().to_owned();
        let builder = || self.builders[&expression[2].as_i64().unwrap()].clone();
        match expression[3].as_str().unwrap() {
            "print" => MasterCall::Print {
                message: value(&expression[6][1][1]).text().unwrap().to_owned(),
            },
            "getWorkerInfo" => MasterCall::GetWorkerInfo,
            "setBuilderList" => MasterCall::SetBuilderList {
                builders: items(&args[0]).iter().map(pair_of_texts).collect(),
            },
            "shutdown" => MasterCall::Shutdown,
            "startBuild" => MasterCall::StartBuild { builder: builder() },
            "interruptCommand" => MasterCall::InterruptCommand {
                builder: builder(),
                id: text(0),
                why: text(1),
            },
            "startCommand" => {
                let (builder, id) = (builder(), text(1));
                self.commands.insert(args[0][1].as_i64().unwrap(), id.clone());
                MasterCall::StartCommand {
                    builder,
                    id,
                    name: text(2),
                    args: self.arguments(&args[3]),
                }
            }
            other => panic!("no call of a master: {other}"),
        }
    }

    /// Objects in it are transfers, numbered as they come.
    fn arguments(&mut self, json: &Json) -> Value {
        let mut args = Vec::new();
        for pair in items(json) {
            let key = value(&pair[0]).text().unwrap().to_owned();
            let value = if pair[1][0] == "remote" {
                let (number, object) = (self.transfers.len() as i64 + 1, pair[1][1].as_i64().unwrap());
                self.transfers.insert(object, number);
                if key == "reader" {
                    self.readers.insert(object);
                }
                Value::Int(number)
            } else {
                value(&pair[1])
            };
            args.push((key, value));
        }
        Value::Dict(args)
    }

    /// A message of the worker, other than of the login.
    pub fn of_worker(&self, expression: &Json) -> WorkerCall {
        let args = items(&expression[5]);
        let object = expression[2].as_i64().unwrap();
        let id = || self.commands[&object].clone();
        let transfer = || self.transfers[&object];
        match expression[3].as_str().unwrap() {
            "keepalive" => WorkerCall::Keepalive,
            "shutdown" => WorkerCall::Shutdown,
            "update" => WorkerCall::Update {
                id: id(),
                updates: items(&args[0]).iter().map(update).collect(),
            },
            "complete" => {
                assert_eq!(value(&args[0]), Value::None);
                WorkerCall::Complete {
                    id: id(),
                    failure: None,
                }
            }
            "write" => WorkerCall::Write {
                transfer: transfer(),
                data: bytes(&args[0]),
            },
            "close" if self.readers.contains(&object) => WorkerCall::CloseReader { transfer: transfer() },
            "close" => WorkerCall::CloseWriter { transfer: transfer() },
            "unpack" => WorkerCall::Unpack { transfer: transfer() },
            "utime" => {
                let times: Vec<f64> = items(&args[0]).iter().map(|time| time.as_f64().unwrap()).collect();
                WorkerCall::SetTimes {
                    transfer: transfer(),
                    accessed: times[0],
                    modified: times[1],
                }
            }
            "read" => WorkerCall::Read {
                transfer: transfer(),
                length: args[0].as_u64().unwrap() as usize,
            },
            other => panic!("no call of a worker: {other}"),
        }
    }

    /// What an answer of the worker says.
    pub fn answer_of_worker(&mut self, expression: &Json, call: &MasterCall) -> Result<Answer, Failure> {
        if expression[0] == "error" {
            let state = value(&expression[2][1]);
            let text = |key: &str| state.get(key).and_then(Value::text).unwrap().to_owned();
            return Err(Failure {
                kind: text("type"),
                message: text("value"),
            });
        }
        Ok(match call {
            MasterCall::GetWorkerInfo => match value(&expression[2]) {
                Value::Dict(info) => Answer::Info(info),
                other => panic!("{other}"),
            },
            MasterCall::SetBuilderList { .. } => {
                for pair in items(&expression[2]) {
                    let name = value(&pair[0]).text().unwrap().to_owned();
                    self.builders.insert(pair[1][1].as_i64().unwrap(), name);
                }
                Answer::None
            }
            _ => Answer::None,
        })
    }

    /// What an answer of the master says.
    pub fn answer_of_master(expression: &Json, call: &WorkerCall) -> Answer {
        match call {
            WorkerCall::Read { .. } => Answer::Bytes(bytes(&expression[2])),
            WorkerCall::Update { .. } => Answer::Number(expression[2].as_i64().unwrap()),
            _ => Answer::None,
        }
    }
}

/// `[{key: value}, number]`.
fn update(json: &Json) -> Update {
    let pair = items(json);
    let Value::Dict(mut pairs) = value(&pair[0]) else {
        panic!("{json}")
    };
    let (key, value) = pairs.pop().unwrap();
    assert!(pairs.is_empty(), "a recorded update has one key");
    let text = || value.text().unwrap().to_owned();
    match (key.as_str(), &value) {
        ("header", _) => Update::Header(text()),
        ("stdout", _) => Update::Stdout(text()),
        ("stderr", _) => Update::Stderr(text()),
        ("failure_reason", _) => Update::FailureReason(text()),
        ("rc", _) => Update::Rc(value.int().unwrap()),
        ("elapsed", _) => Update::Elapsed(value.float().unwrap()),
        ("log", Value::Tuple(parts)) => Update::Log {
            name: parts[0].text().unwrap().to_owned(),
            text: parts[1].text().unwrap().to_owned(),
        },
        _ => Update::Other { key, value },
    }
}

fn pair_of_texts(json: &Json) -> (String, String) {
    let text = |json: &Json| value(json).text().unwrap().to_owned();
    let pair = items(json);
    (text(&pair[0]), text(&pair[1]))
}

/// What a tagged list holds.
pub fn items(json: &Json) -> &[Json] {
    &json.as_array().unwrap()[1..]
}

/// A byte string.
pub fn bytes(json: &Json) -> Bytes {
    match json.as_str() {
        Some(text) => Bytes::copy_from_slice(text.as_bytes()),
        None => {
            let digits = json["hex"].as_str().unwrap_or_else(|| panic!("no bytes: {json}"));
            let byte = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).unwrap();
            (0..digits.len()).step_by(2).map(byte).collect()
        }
    }
}

/// A value.
pub fn value(json: &Json) -> Value {
    let all = |json: &Json| items(json).iter().map(value).collect();
    match json {
        Json::Number(n) if n.is_f64() => Value::Float(n.as_f64().unwrap()),
        Json::Number(n) => Value::Int(n.as_i64().unwrap()),
        Json::String(_) | Json::Object(_) => Value::Bytes(bytes(json)),
        _ => match json[0].as_str().unwrap() {
            "unicode" => Value::Text(json[1].as_str().unwrap().to_owned()),
            "boolean" => Value::Bool(json[1] == "true"),
            "None" => Value::None,
            "list" => Value::List(all(json)),
            "tuple" => Value::Tuple(all(json)),
            "dictionary" => Value::Dict(
                items(json)
                    .iter()
                    .map(|pair| (value(&pair[0]).text().unwrap().to_owned(), value(&pair[1])))
                    .collect(),
            ),
            // Only in failures' frames, and as objects; neither is looked at.
            _ => Value::None,
        },
    }
}
