//! Reads a recorded session: every command with what the recorded worker told of it.

use serde_json::Value as Json;
use std::collections::HashMap;
use wire::worker::Value;

/// Recorded from buildbot-worker 4.3.0 with a master 4.3.0.
const RECORDING: &str = include_str!("../data/pb-worker-full.decoded.jsonl");

/// Where the recorded worker lived.
pub const BASEDIR: &str = "/srv/bb/worker";

/// One recorded command.
#[derive(Debug)]
pub struct Recorded {
    pub builder: String,
    pub id: String,
    pub name: String,
    pub args: Value,
    /// In order.
    pub updates: Vec<(String, Value)>,
    /// Calls of its writer or reader, with their arguments.
    pub transfers: Vec<(String, Vec<Value>)>,
    /// What the master answered to `read`.
    pub blocks: Vec<bytes::Bytes>,
    pub completed: bool,
    pub interrupted: bool,
    /// Type and text of the failure that `startCommand` was answered with.
    pub refused: Option<(String, String)>,
}

/// All of them, in order, with paths below `basedir` instead of the recorded folder.
pub fn commands(basedir: &str) -> Vec<Recorded> {
    let text = RECORDING.replace(BASEDIR, basedir);
    let rows = text.lines().map(|line| serde_json::from_str::<Json>(line).unwrap());
    let mut builders: HashMap<i64, String> = HashMap::new();
    let mut commands: Vec<Recorded> = Vec::new();
    // Object and message numbers to the command that they belong to.
    let mut objects: HashMap<i64, usize> = HashMap::new();
    let mut starts: HashMap<i64, usize> = HashMap::new();
    let mut reads: HashMap<i64, usize> = HashMap::new();
    for row in rows {
        let from_worker = row["dir"] == "c2s";
        let expr = &row["expr"];
        let number = expr[1].as_i64();
        match (from_worker, expr[0].as_str()) {
            (true, Some("answer")) if builders.is_empty() => builders = builder_references(&expr[2]),
            (false, Some("message")) => {
                let args = items(&expr[5]);
                match expr[3].as_str().unwrap() {
                    "startCommand" => {
                        let command = started(&builders[&expr[2].as_i64().unwrap()], &args);
                        let at = commands.len();
                        objects.insert(reference(&args[0]), at);
                        for key in ["writer", "reader"] {
                            if let Some(transfer) = command.args.get(key).and_then(Value::int) {
                                objects.insert(transfer, at);
                            }
                        }
                        starts.insert(number.unwrap(), at);
                        commands.push(command);
                    }
                    "interruptCommand" => commands.last_mut().unwrap().interrupted = true,
                    _ => {}
                }
            }
            (true, Some("message")) => {
                let Some(&at) = expr[2].as_i64().and_then(|object| objects.get(&object)) else {
                    continue;
                };
                let args = items(&expr[5]);
                let command = &mut commands[at];
                match expr[3].as_str().unwrap() {
                    "update" => {
                        for pair in items(&args[0]) {
                            let Value::Dict(pairs) = value(&items(&pair)[0]) else {
                                panic!("{pair}")
                            };
                            command.updates.extend(pairs);
                        }
                    }
                    "complete" => command.completed = true,
                    // The perspective has a number of its own, which a command may have as well.
                    "keepalive" => {}
                    method => {
                        if method == "read" {
                            reads.insert(number.unwrap(), at);
                        }
                        let args = args.iter().map(value).collect();
                        command.transfers.push((method.to_owned(), args));
                    }
                }
            }
            (false, Some("answer")) => {
                if let Some(at) = number.and_then(|number| reads.remove(&number)) {
                    let block = expr[2].as_str().unwrap().to_owned();
                    commands[at].blocks.push(block.into());
                }
            }
            (true, Some("error")) => {
                let Value::Dict(error) = value(&expr[2][1]) else {
                    panic!("{expr}")
                };
                let text = |wanted: &str| {
                    error
                        .iter()
                        .find(|(key, _)| key == wanted)
                        .unwrap()
                        .1
                        .text()
                        .unwrap()
                        .to_owned()
                };
                commands[starts[&number.unwrap()]].refused = Some((text("type"), text("value")));
            }
            _ => {}
        }
    }
    commands
}

fn started(builder: &str, args: &[Json]) -> Recorded {
    let text = |at: usize| value(&args[at]).text().unwrap().to_owned();
    Recorded {
        builder: builder.to_owned(),
        id: text(1),
        name: text(2),
        args: value(&args[3]),
        updates: Vec::new(),
        transfers: Vec::new(),
        blocks: Vec::new(),
        completed: false,
        interrupted: false,
        refused: None,
    }
}

/// The answer to `setBuilderList`; any other answer gives nothing.
fn builder_references(answer: &Json) -> HashMap<i64, String> {
    let pairs = answer.as_array().into_iter().flatten().skip(1);
    let reference_of = |pair: &Json| {
        (pair[1][0] == "remote").then(|| (reference(&pair[1]), value(&pair[0]).text().unwrap().to_owned()))
    };
    pairs.filter_map(reference_of).collect()
}

fn reference(json: &Json) -> i64 {
    assert_eq!(json[0], "remote");
    json[1].as_i64().unwrap()
}

/// What a `tuple` or `list` holds.
fn items(json: &Json) -> Vec<Json> {
    json.as_array().unwrap()[1..].to_vec()
}

/// A value from jelly.
fn value(json: &Json) -> Value {
    let all = |json: &Json| items(json).iter().map(value).collect();
    match json {
        Json::Number(n) if n.is_f64() => Value::Float(n.as_f64().unwrap()),
        Json::Number(n) => Value::Int(n.as_i64().unwrap()),
        Json::String(bytes) => Value::Bytes(bytes.clone().into()),
        // Not text: only the archive, which is compared by what it holds.
        Json::Object(_) => Value::Bytes(bytes::Bytes::from_static(b"?")),
        _ => match json[0].as_str().unwrap() {
            "unicode" => Value::Text(json[1].as_str().unwrap().to_owned()),
            "boolean" => Value::Bool(json[1] == "true"),
            "None" => Value::None,
            "remote" => Value::Int(reference(json)),
            "list" => Value::List(all(json)),
            "tuple" => Value::Tuple(all(json)),
            "dictionary" => Value::Dict(
                items(json)
                    .iter()
                    .map(|pair| (value(&pair[0]).text().unwrap().to_owned(), value(&pair[1])))
                    .collect(),
            ),
            other => panic!("unknown jelly {other}"),
        },
    }
}
