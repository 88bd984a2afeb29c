//! The other end of the link, played by the tests.

use super::here;
use bytes::Bytes;
use std::collections::HashMap;
use std::path::PathBuf;
use std::time::{Duration, Instant};
use tokio::task::JoinHandle;
use wire::worker::link::{CallError, End, pair};
use wire::worker::{Answer, Call, Failure, MasterCall, Update, Value, WorkerCall};
use worker::{Ended, Options};

pub use here::{all_dead, is_alive, pids};

/// A master with one worker. The worker serves the builders `one` and `two`.
pub struct Master {
    pub end: End,
    pub folder: tempfile::TempDir,
    pub worker: JoinHandle<Ended>,
    /// What the master sends when the worker reads: one block per call, then nothing.
    pub download: Vec<Bytes>,
    /// What it answers to the next `write`.
    pub refuse_write: Option<Failure>,
    /// What it answers to every `read`, instead of blocks.
    pub read_answer: Option<Answer>,
    last: u32,
}

/// All that a worker told of one command.
#[derive(Debug, Default)]
pub struct Told {
    /// One by one, each with the time since the start.
    pub updates: Vec<(Update, Duration)>,
    /// Calls of transfers.
    pub transfers: Vec<WorkerCall>,
    /// What came with `complete`.
    pub failure: Option<Failure>,
    /// How many calls carried the updates.
    pub calls: usize,
}

pub fn dict<const N: usize>(pairs: [(&str, Value); N]) -> Value {
    Value::Dict(pairs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
}

pub fn list<const N: usize>(words: [&str; N]) -> Value {
    Value::List(words.map(Value::from).to_vec())
}

/// Adds arguments to others.
pub fn and<const N: usize>(args: Value, more: [(&str, Value); N]) -> Value {
    let Value::Dict(mut pairs) = args else {
        panic!("not a dictionary: {args}")
    };
    pairs.extend(more.map(|(key, value)| (key.to_owned(), value)));
    Value::Dict(pairs)
}

pub fn sh(script: &str) -> Value {
    dict([
        ("command", script.into()),
        ("workdir", "build".into()),
        ("logEnviron", false.into()),
    ])
}

impl Master {
    pub async fn new() -> Master {
        Master::with(&["one", "two"], |_| {}).await
    }

    pub async fn with(builders: &[&str], change: impl FnOnce(&mut Options)) -> Master {
        let master = Master::start_worker(change);
        master.set_builders(builders).await;
        master
    }

    /// One that tells no builders, as over msgpack.
    pub async fn without_builders() -> Master {
        Master::start_worker(|_| {})
    }

    fn start_worker(change: impl FnOnce(&mut Options)) -> Master {
        let folder = tempfile::tempdir().unwrap();
        let mut options = Options::new(folder.path(), "w");
        here::prepare(&mut options);
        change(&mut options);
        let (end, theirs) = pair();
        Master {
            end,
            folder,
            worker: tokio::spawn(worker::run(theirs, options)),
            download: Vec::new(),
            refuse_write: None,
            read_answer: None,
            last: 0,
        }
    }

    pub async fn call(&self, call: MasterCall) -> Result<Answer, CallError> {
        self.end.caller.call(Call::Master(call)).await
    }

    pub async fn set_builders(&self, names: &[&str]) {
        let builders = names
            .iter()
            .map(|name| ((*name).to_owned(), (*name).to_owned()))
            .collect();
        self.call(MasterCall::SetBuilderList { builders }).await.unwrap();
    }

    /// The folder of builder `one`.
    pub fn path(&self, below: &str) -> PathBuf {
        self.folder.path().join("one").join(below)
    }

    pub async fn start_as(&self, builder: &str, id: &str, name: &str, args: Value) -> Result<(), CallError> {
        let call = MasterCall::StartCommand {
            builder: builder.to_owned(),
            id: id.to_owned(),
            name: name.to_owned(),
            args,
        };
        self.call(call).await.map(|_| ())
    }

    /// Starts a command of builder `one`.
    pub async fn start(&mut self, name: &str, args: Value) -> Result<String, CallError> {
        self.last += 1;
        let id = self.last.to_string();
        self.start_as("one", &id, name, args).await?;
        Ok(id)
    }

    pub async fn interrupt(&self, builder: &str) {
        self.interrupt_one(builder, "").await;
    }

    pub async fn interrupt_one(&self, builder: &str, id: &str) {
        let call = MasterCall::InterruptCommand {
            builder: builder.to_owned(),
            id: id.to_owned(),
            why: "stop requested".to_owned(),
        };
        self.call(call).await.unwrap();
    }

    /// Runs a command of builder `one` to its end.
    pub async fn run(&mut self, name: &str, args: Value) -> Told {
        let id = self.start(name, args).await.unwrap();
        self.finish(&id).await
    }

    /// Listens until the command is over.
    pub async fn finish(&mut self, id: &str) -> Told {
        self.until(id, |_| false).await
    }

    /// Listens until the command is over, or until enough was told.
    pub async fn until(&mut self, id: &str, enough: impl Fn(&Told) -> bool) -> Told {
        self.finish_all(&[id], enough).await.remove(id).unwrap()
    }

    /// Listens to several commands until all are over, or until enough was told of one of them.
    pub async fn finish_all(&mut self, ids: &[&str], enough: impl Fn(&Told) -> bool) -> HashMap<String, Told> {
        let begun = Instant::now();
        let mut all: HashMap<String, Told> = ids.iter().map(|id| ((*id).to_owned(), Told::default())).collect();
        let mut running = ids.len();
        while running > 0 {
            let next = tokio::time::timeout(Duration::from_secs(60), self.end.inbox.next());
            let incoming = next.await.expect("a minute of silence").expect("the worker is gone");
            let (call, answer) = incoming.split();
            let Call::Worker(call) = call else {
                panic!("not a worker's call: {call:?}")
            };
            match call {
                WorkerCall::Update { id, updates } => {
                    answer(Ok(Answer::Number(0)));
                    let told = all
                        .get_mut(&id)
                        .unwrap_or_else(|| panic!("update of {id}: {updates:?}"));
                    told.calls += 1;
                    told.updates
                        .extend(updates.into_iter().map(|update| (update, begun.elapsed())));
                    if enough(told) {
                        break;
                    }
                }
                WorkerCall::Complete { id, failure } => {
                    answer(Ok(Answer::None));
                    all.get_mut(&id).expect("complete of something else").failure = failure;
                    running -= 1;
                }
                WorkerCall::Keepalive => answer(Ok(Answer::None)),
                transfer => {
                    answer(self.transfer(&transfer));
                    all.get_mut(ids[0]).unwrap().transfers.push(transfer);
                }
            }
        }
        all
    }

    fn transfer(&mut self, call: &WorkerCall) -> Result<Answer, Failure> {
        match call {
            WorkerCall::Read { .. } if self.read_answer.is_some() => Ok(self.read_answer.clone().unwrap()),
            WorkerCall::Read { .. } if self.download.is_empty() => Ok(Answer::Bytes(Bytes::new())),
            WorkerCall::Read { length, .. } => {
                let block = self.download.remove(0);
                assert!(block.len() <= *length);
                Ok(Answer::Bytes(block))
            }
            WorkerCall::Write { .. } => self.refuse_write.take().map_or(Ok(Answer::None), Err),
            _ => Ok(Answer::None),
        }
    }
}

impl Told {
    fn text(&self, pick: impl Fn(&Update) -> Option<&str>) -> String {
        self.updates.iter().filter_map(|(update, _)| pick(update)).collect()
    }

    pub fn stdout(&self) -> String {
        self.text(|update| {
            if let Update::Stdout(text) = update {
                Some(text)
            } else {
                None
            }
        })
    }

    pub fn stderr(&self) -> String {
        self.text(|update| {
            if let Update::Stderr(text) = update {
                Some(text)
            } else {
                None
            }
        })
    }

    pub fn header(&self) -> String {
        self.text(|update| {
            if let Update::Header(text) = update {
                Some(text)
            } else {
                None
            }
        })
    }

    pub fn log(&self, wanted: &str) -> String {
        self.text(|update| match update {
            Update::Log { name, text } if name == wanted => Some(text),
            _ => None,
        })
    }

    pub fn rc(&self) -> Option<i64> {
        let mut all = self.updates.iter().filter_map(|(update, _)| match update {
            Update::Rc(rc) => Some(*rc),
            _ => None,
        });
        let rc = all.next();
        assert!(all.next().is_none(), "two rc");
        rc
    }

    pub fn other(&self, wanted: &str) -> Option<&Value> {
        self.updates.iter().find_map(|(update, _)| match update {
            Update::Other { key, value } if key == wanted => Some(value),
            _ => None,
        })
    }

    /// Keys in order, repetitions of one left out.
    pub fn keys(&self) -> Vec<&str> {
        let mut keys: Vec<&str> = self.updates.iter().map(|(update, _)| update.key()).collect();
        keys.dedup();
        keys
    }

    pub fn reason(&self) -> Option<&str> {
        self.updates.iter().find_map(|(update, _)| match update {
            Update::FailureReason(reason) => Some(reason.as_str()),
            _ => None,
        })
    }
}
