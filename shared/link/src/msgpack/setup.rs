//! Making the builders' folders, which over this protocol is the master's work: settings, a listing of the worker's
//! folder, and commands like any other (`worker-protocol-msgpack` §3).

use super::envelope::Draft;
use super::master::MasterSide;
use super::paths::Machine;
use super::peer::{Peer, exception};
use std::collections::BTreeSet;
use tokio::sync::oneshot;
use wire::worker::link::CallError;
use wire::worker::{Failure, Update, Value};

/// What the original sends. Workers of ours know these words and have rules of their own.
const NEWLINES: &str = r"(\r\n|\r(?=.)|\033\[u|\033\[[0-9]+;[0-9]+[Hf]|\033\[2J|\x08+)";

/// The bits of a mode that say what it is of, and a folder's.
const KIND: i64 = 0o170_000;
const FOLDER: i64 = 0o040_000;

/// What a command of this module has told until now. Only what is looked at is kept.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    rc: Option<i64>,
    /// What went wrong.
    words: String,
    files: Option<Value>,
    stat: Option<Value>,
}

/// A command of this module that runs.
#[derive(Debug)]
pub(super) struct Step {
    pub(super) outcome: Outcome,
    pub(super) done: oneshot::Sender<Result<Outcome, Failure>>,
}

impl Outcome {
    pub(super) fn add(&mut self, update: Update) {
        match update {
            Update::Rc(rc) => self.rc = Some(rc),
            Update::Header(text) | Update::Stderr(text) => self.words = text,
            Update::Other { key, value } if key == "files" => self.files = Some(value),
            Update::Other { key, value } if key == "stat" => self.stat = Some(value),
            _ => {}
        }
    }
}

/// Tells how lines are to be sent.
pub(super) async fn settings(peer: &Peer) -> Result<(), CallError> {
    let settings = [
        ("newline_re", Value::from(NEWLINES)),
        ("max_line_length", Value::Int(4096)),
        ("buffer_timeout", Value::Int(5)),
        ("buffer_size", Value::Int(64 * 1024)),
    ];
    let settings = Value::Dict(settings.map(|(name, value)| (name.to_owned(), value)).into());
    let draft = Draft::new("set_worker_settings").value("args", &settings);
    peer.ask(draft).await.map(drop)
}

/// Makes the folders of builders that are not there, and deletes those of nobody if the worker wants that.
pub(super) async fn folders(
    side: &MasterSide,
    peer: &Peer,
    machine: &Machine,
    builders: &[(String, String)],
) -> Result<(), CallError> {
    let listing = run(side, peer, "listdir", "path", machine.basedir.as_str().into()).await?;
    let there = names(&listing)?;
    if machine.delete_leftovers {
        let wanted: BTreeSet<&str> = builders
            .iter()
            .map(|(_, folder)| machine.first_part(folder))
            .chain(["info"])
            .collect();
        let unknown = there.iter().filter(|name| !wanted.contains(name.as_str()));
        delete(side, peer, machine, unknown).await?;
    }
    let missing: BTreeSet<String> = builders
        .iter()
        .map(|(_, folder)| folder.as_str())
        .chain(["info"])
        .filter(|folder| !there.contains(*folder))
        .map(|folder| machine.join(&machine.basedir, folder))
        .collect();
    if !missing.is_empty() {
        let missing = missing.into_iter().map(Value::from).collect();
        run(side, peer, "mkdir", "paths", Value::List(missing)).await?;
    }
    Ok(())
}

/// Deletes those of the entries that are folders.
async fn delete(
    side: &MasterSide,
    peer: &Peer,
    machine: &Machine,
    unknown: impl Iterator<Item = &String>,
) -> Result<(), CallError> {
    let mut folders = Vec::new();
    for name in unknown {
        let path = machine.join(&machine.basedir, name);
        let outcome = run(side, peer, "stat", "path", path.as_str().into()).await?;
        let mode = match &outcome.stat {
            Some(Value::Tuple(numbers) | Value::List(numbers)) => numbers.first().and_then(Value::int),
            _ => None,
        };
        match mode {
            Some(mode) if mode & KIND == FOLDER => folders.push(path.into()),
            Some(_) => {}
            None => return Err(unusable("stat", "no 'stat'")),
        }
    }
    if !folders.is_empty() {
        run(side, peer, "rmdir", "paths", Value::List(folders)).await?;
    }
    Ok(())
}

/// Runs a command that must succeed.
async fn run(side: &MasterSide, peer: &Peer, name: &str, key: &str, paths: Value) -> Result<Outcome, CallError> {
    let (id, done) = side.begin_step();
    let draft = Draft::new("start_command")
        .text("command_id", &id)
        .text("command_name", name)
        .value("args", &Value::Dict(vec![(key.to_owned(), paths)]));
    if let Err(error) = peer.ask(draft).await {
        side.forget(&id);
        return Err(error);
    }
    let outcome = done.await.map_err(|_| CallError::Lost)??;
    match outcome.rc {
        Some(0) => Ok(outcome),
        Some(rc) => Err(unusable(name, &format!("rc {rc}: {}", outcome.words.trim_end()))),
        None => Err(unusable(name, "no 'rc'")),
    }
}

fn names(listing: &Outcome) -> Result<BTreeSet<String>, CallError> {
    let Some(Value::List(files) | Value::Tuple(files)) = &listing.files else {
        return Err(unusable("listdir", "no 'files'"));
    };
    Ok(files.iter().filter_map(|name| Some(name.text()?.to_owned())).collect())
}

fn unusable(command: &str, what: &str) -> CallError {
    exception(format!("the worker cannot prepare its folder: {command} gave {what}")).into()
}
