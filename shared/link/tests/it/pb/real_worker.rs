//! A real worker on a master's end of ours: it does what the recorded one did.

use super::doorman::{Doorman, Heard, Knock};
use super::recording::{Meaning, sessions};
use crate::buildbot::{Generation, PATIENCE, Worker, environment};
use bytes::Bytes;
use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use wire::worker::link::{CallError, End};
use wire::worker::{Answer, Call, Failure, MasterCall, Update, Value, WorkerCall};

const RECORDING: &str = include_str!("../../vectors/pb-worker-full.decoded.jsonl");
/// Where the recorded worker lived.
const BASEDIR: &str = "/srv/bb/worker";

/// How much or when something is printed is chance in these: a second of ticks, more lines than are allowed.
const CHANCE: [&str; 2] = ["15", "16"];
/// The followed file: what the worker skips of it depends on when it looks.
const FOLLOWED: &str = "9";

/// One command, as recorded or as it happened.
#[derive(Debug, Default)]
struct Command {
    call: Option<MasterCall>,
    updates: Vec<Update>,
    transfers: Vec<WorkerCall>,
    blocks: Vec<Bytes>,
    refused: Option<Failure>,
    interrupted: bool,
}

/// The commands of the recording, in order, with paths below `basedir`.
fn recorded(basedir: &Path) -> Vec<Command> {
    let text = RECORDING.replace(BASEDIR, basedir.to_str().unwrap());
    let mut meaning = Meaning::default();
    let mut commands: Vec<Command> = Vec::new();
    let mut asked: HashMap<i64, MasterCall> = HashMap::new();
    let mut read: Vec<i64> = Vec::new();
    for row in &sessions(&text)[0] {
        let is_login = matches!(row.method(), "login" | "respond");
        match (row.from_worker, row.word()) {
            (false, "message") => {
                let call = meaning.of_master(&row.expression);
                match &call {
                    MasterCall::StartCommand { .. } => commands.push(Command {
                        call: Some(call.clone()),
                        ..Command::default()
                    }),
                    MasterCall::InterruptCommand { .. } => commands.last_mut().unwrap().interrupted = true,
                    _ => {}
                }
                asked.insert(row.number(), call);
            }
            (true, "message") if !is_login => {
                let call = meaning.of_worker(&row.expression);
                if let WorkerCall::Read { .. } = &call {
                    read.push(row.number());
                }
                note(commands.last_mut(), call);
            }
            (false, "answer") if read.contains(&row.number()) => {
                let block = super::recording::bytes(&row.expression[2]);
                commands.last_mut().unwrap().blocks.push(block);
            }
            (true, "answer" | "error") => {
                let answer = meaning.answer_of_worker(&row.expression, &asked[&row.number()]);
                if let Err(failure) = answer {
                    commands.last_mut().unwrap().refused = Some(failure);
                }
            }
            _ => {}
        }
    }
    commands
}

fn note(command: Option<&mut Command>, call: WorkerCall) {
    match (command, call) {
        (_, WorkerCall::Keepalive | WorkerCall::Complete { .. }) => {}
        (Some(command), WorkerCall::Update { updates, .. }) => command.updates.extend(updates),
        (Some(command), transfer) => command.transfers.push(transfer),
        (None, call) => panic!("of no command: {call:?}"),
    }
}

/// The master's side of a session.
struct Session {
    end: End,
    keepalives: usize,
    last: i64,
}

impl Session {
    /// Attaches the worker that knocks, with these builders.
    async fn attach(heard: &mut Heard, builders: &[&str]) -> (Session, Vec<(String, Value)>) {
        let Knock { visitor, say } = heard.visitor().await;
        assert_eq!(visitor.name, "w-pb");
        let session = Session {
            end: visitor.end,
            keepalives: 0,
            last: 1000,
        };
        session.print("attached").await;
        let Answer::Info(info) = session.call(MasterCall::GetWorkerInfo).await.unwrap() else {
            panic!("no information")
        };
        let builders = builders.iter().map(|name| ((*name).to_owned(), (*name).to_owned()));
        let list = MasterCall::SetBuilderList {
            builders: builders.collect(),
        };
        assert_eq!(session.call(list).await, Ok(Answer::None));
        say.send(Ok(())).unwrap();
        (session, info)
    }

    async fn call(&self, call: MasterCall) -> Result<Answer, CallError> {
        let answer = self.end.caller.call(Call::Master(call));
        tokio::time::timeout(PATIENCE, answer).await.expect("no answer")
    }

    async fn print(&self, message: &str) {
        let message = message.to_owned();
        assert_eq!(self.call(MasterCall::Print { message }).await, Ok(Answer::None));
    }

    /// Runs a shell of ours.
    async fn shell(&mut self, words: Value) -> Command {
        let args = vec![
            ("command", words),
            ("workdir", "build".into()),
            ("logEnviron", false.into()),
        ];
        self.start("shell", args).await
    }

    /// Runs a command of ours.
    async fn start(&mut self, name: &str, args: Vec<(&str, Value)>) -> Command {
        self.last += 1;
        let args = args.into_iter().map(|(key, value)| (key.to_owned(), value));
        let call = MasterCall::StartCommand {
            builder: "full-pb".to_owned(),
            id: self.last.to_string(),
            name: name.to_owned(),
            args: Value::Dict(args.collect()),
        };
        self.run(&Command {
            call: Some(call),
            ..Command::default()
        })
        .await
    }

    /// Runs a command as it was recorded, to its end.
    async fn run(&mut self, recorded: &Command) -> Command {
        let mut happened = Command::default();
        let mut blocks = recorded.blocks.iter();
        let call = recorded.call.clone().unwrap();
        let MasterCall::StartCommand { builder, id, .. } = call.clone() else {
            panic!("{call:?}")
        };
        match self.call(call).await {
            Ok(_) => {}
            Err(CallError::Failed(failure)) => {
                happened.refused = Some(failure);
                return happened;
            }
            Err(error) => panic!("{error}"),
        }
        let mut to_interrupt = recorded.interrupted;
        loop {
            let next = tokio::time::timeout(PATIENCE, self.end.inbox.next());
            let (call, answer) = next.await.expect("silence").expect("a worker").split();
            let Call::Worker(call) = call else { panic!("{call:?}") };
            match &call {
                WorkerCall::Keepalive => self.keepalives += 1,
                WorkerCall::Complete { failure, .. } => {
                    assert_eq!(*failure, None);
                    answer(Ok(Answer::None));
                    return happened;
                }
                WorkerCall::Read { .. } => {
                    let block = blocks.next().cloned().unwrap_or_default();
                    answer(Ok(Answer::Bytes(block)));
                    note(Some(&mut happened), call);
                    continue;
                }
                _ => {}
            }
            answer(Ok(Answer::None));
            note(Some(&mut happened), call);
            if to_interrupt && text(&happened, "stdout") == "started\n" {
                to_interrupt = false;
                let call = MasterCall::InterruptCommand {
                    builder: builder.clone(),
                    id: id.clone(),
                    why: "stop requested".to_owned(),
                };
                assert_eq!(self.call(call).await, Ok(Answer::None));
            }
        }
    }
}

fn text(command: &Command, stream: &str) -> String {
    let texts = command.updates.iter().filter_map(|update| match update {
        Update::Stdout(text) | Update::Stderr(text) | Update::Header(text) if update.key() == stream => Some(text),
        Update::Log { name, text } if name == stream => Some(text),
        _ => None,
    });
    texts.map(String::as_str).collect()
}

/// What is the same each time: all updates that are no text, but for times and numbers of the machine.
fn facts(command: &Command) -> Vec<Update> {
    let facts = command.updates.iter().filter_map(|update| match update {
        Update::Rc(_) | Update::FailureReason(_) => Some(update.clone()),
        Update::Elapsed(_) => Some(Update::Elapsed(0.0)),
        Update::Other { key, value } => Some(Update::Other {
            key: key.clone(),
            value: match (key.as_str(), value) {
                ("stat", Value::Tuple(stat)) => Value::Tuple(vec![stat[0].clone(), stat[6].clone()]),
                ("files", Value::List(files)) => {
                    let mut files: Vec<String> = files.iter().map(ToString::to_string).collect();
                    files.sort();
                    Value::List(files.into_iter().map(Value::from).collect())
                }
                _ => value.clone(),
            },
        }),
        _ => None,
    });
    facts.collect()
}

fn transfers(command: &Command) -> Vec<String> {
    let show = |call: &WorkerCall| match call {
        // An archive and times are today's.
        WorkerCall::Write { data, .. } if data.starts_with(b"\x1f\x8b") => "Write an archive".to_owned(),
        WorkerCall::SetTimes { .. } => "SetTimes".to_owned(),
        other => format!("{other:?}"),
    };
    command.transfers.iter().map(show).collect()
}

fn compare(recorded: &Command, happened: &Command) {
    let Some(MasterCall::StartCommand { id, name, .. }) = &recorded.call else {
        panic!("{recorded:?}")
    };
    assert_eq!(happened.refused, recorded.refused, "{id} {name}");
    assert_eq!(facts(happened), facts(recorded), "{id} {name}");
    assert_eq!(transfers(happened), transfers(recorded), "{id} {name}");
    for stream in ["stdout", "test", "foll"] {
        let chance = CHANCE.contains(&id.as_str()) || (id == FOLLOWED && stream == "foll");
        if !chance {
            assert_eq!(text(happened, stream), text(recorded, stream), "{id} {name}");
        }
    }
}

/// A port of ours; connections end with the token.
async fn port(door: Arc<Doorman>, stop: &CancellationToken) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let stop = stop.clone();
    tokio::spawn(async move {
        while let Ok((stream, from)) = listener.accept().await {
            tokio::spawn(link::pb::serve(stream, Some(from), door.clone(), stop.child_token()));
        }
    });
    address
}

/// Workers before 4.0 have no limit of lines, and would print for ever.
fn known(command: &Command, generation: Generation) -> bool {
    let Some(MasterCall::StartCommand { args, .. }) = &command.call else {
        panic!("{command:?}")
    };
    generation == Generation::New || args.get("max_lines").is_none_or(Value::is_none)
}

async fn as_recorded(generation: Generation) {
    let Some(environment) = environment(generation) else {
        return;
    };
    let (door, mut heard) = Doorman::new();
    let stop = CancellationToken::new();
    let address = port(door, &stop).await.to_string();
    let options = ["--keepalive=1", "--allow-shutdown=signal"];
    let worker = Worker::start(&environment, &address, "w-pb", "s3cret", &options).await;
    let builders = ["bad-pb", "full-pb", "intr-pb"];
    let (mut session, info) = Session::attach(&mut heard, &builders).await;
    let basedir = worker.basedir().canonicalize().unwrap();
    let told = |key: &str| {
        info.iter()
            .find(|(name, _)| name == key)
            .map(|(_, value)| value.to_string())
    };
    assert_eq!(told("basedir").as_deref(), basedir.to_str());
    assert_eq!(told("system").as_deref(), Some("posix"));

    let commands = recorded(&basedir);
    assert_eq!(commands.len(), 28);
    for command in commands.iter().filter(|command| known(command, generation)) {
        session.print("ping").await;
        let Some(MasterCall::StartCommand { builder, .. }) = &command.call else {
            panic!("{command:?}")
        };
        let builder = builder.clone();
        assert_eq!(session.call(MasterCall::StartBuild { builder }).await, Ok(Answer::None));
        let happened = session.run(command).await;
        compare(command, &happened);
    }
    assert!(session.keepalives > 0, "keepalives");

    let obfuscated = Value::Tuple(vec!["obfuscated".into(), "REALPW".into(), "XXXX".into()]);
    let happened = session.shell(Value::List(vec!["echo".into(), obfuscated])).await;
    assert_eq!(text(&happened, "stdout"), "REALPW\n");
    assert!(text(&happened, "header").contains("XXXX") && !text(&happened, "header").contains("REALPW"));

    // More commands than objects can be lent at a time: the worker gives them back, and is believed.
    for _ in 0..1100 {
        let happened = session.start("stat", vec![("file", "build".into())]).await;
        assert!(facts(&happened).contains(&Update::Rc(0)), "{happened:?}");
    }

    // A builder less; what is left is the same.
    let list = MasterCall::SetBuilderList {
        builders: vec![("full-pb".to_owned(), "full-pb".to_owned())],
    };
    assert_eq!(session.call(list).await, Ok(Answer::None));
    let gone = MasterCall::StartBuild {
        builder: "bad-pb".to_owned(),
    };
    assert!(matches!(session.call(gone).await, Err(CallError::Failed(_))));
    assert_eq!(text(&session.shell("echo still".into()).await, "stdout"), "still\n");

    refused(&mut session).await;
    leave(session, worker).await;
}

/// The master's disk is full. Buildbot's worker breaks off without a word when it is told so; the command ends all the
/// same, with that reason.
async fn refused(session: &mut Session) {
    session.shell("head -c 100000 /dev/zero > zeros".into()).await;
    let args = [
        ("workdir", "build".into()),
        ("workersrc", "zeros".into()),
        ("writer", Value::Int(9000)),
        ("blocksize", Value::Int(16_384)),
        ("maxsize", Value::None),
        ("keepstamp", false.into()),
    ];
    let call = MasterCall::StartCommand {
        builder: "full-pb".to_owned(),
        id: "9000".to_owned(),
        name: "uploadFile".to_owned(),
        args: Value::Dict(args.map(|(key, value)| (key.to_owned(), value)).into()),
    };
    assert_eq!(session.call(call).await, Ok(Answer::None));
    let full = Failure {
        kind: "builtins.OSError".to_owned(),
        message: "the disk is full".to_owned(),
    };
    let mut written = 0;
    let told = loop {
        let next = tokio::time::timeout(PATIENCE, session.end.inbox.next());
        let (call, answer) = next.await.expect("silence").expect("a worker").split();
        match call {
            Call::Worker(WorkerCall::Write { .. }) => {
                written += 1;
                answer(Err(full.clone()));
            }
            Call::Worker(WorkerCall::Complete { failure, .. }) => {
                answer(Ok(Answer::None));
                break failure;
            }
            _ => answer(Ok(Answer::None)),
        }
    };
    assert_eq!((told, written), (Some(full), 1));
}

/// The worker is told to go by its owner: it asks, and is sent away.
async fn leave(mut session: Session, worker: Worker) {
    worker.signal("-HUP").await;
    loop {
        let next = tokio::time::timeout(PATIENCE, session.end.inbox.next());
        let (call, answer) = next.await.expect("silence").expect("a worker").split();
        answer(Ok(Answer::None));
        if call == Call::Worker(WorkerCall::Shutdown) {
            break;
        }
    }
    assert_eq!(session.call(MasterCall::Shutdown).await, Ok(Answer::None));
    worker.ended().await;
    let lost = async { while session.end.inbox.next().await.is_some() {} };
    tokio::time::timeout(PATIENCE, lost).await.expect("lost");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_does_what_was_recorded() {
    as_recorded(Generation::New).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_older_one_does_the_same() {
    as_recorded(Generation::Old).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_comes_back_and_does_not_without_the_password() {
    let Some(environment) = environment(Generation::New) else {
        return;
    };
    let (door, mut heard) = Doorman::new();
    let stop = CancellationToken::new();
    let address = port(door.clone(), &stop).await;
    let wrong = Worker::start(&environment, &address.to_string(), "w-pb", "wrong", &[]).await;
    let refused = tokio::time::timeout(PATIENCE, heard.refused.recv()).await;
    assert_eq!(refused.expect("nobody was refused").as_deref(), Some("w-pb"));
    wrong.stop().await;

    let worker = Worker::start(&environment, &address.to_string(), "w-pb", "s3cret", &[]).await;
    let (first, _) = Session::attach(&mut heard, &["full-pb"]).await;
    let begun = first.call(MasterCall::StartCommand {
        builder: "full-pb".to_owned(),
        id: "1".to_owned(),
        name: "shell".to_owned(),
        args: Value::Dict(vec![
            ("command".to_owned(), "sleep 1000".into()),
            ("workdir".to_owned(), "build".into()),
        ]),
    });
    assert_eq!(begun.await, Ok(Answer::None));
    // A master that drops its end hangs up.
    drop(first);
    let (mut again, _) = Session::attach(&mut heard, &["full-pb"]).await;
    assert_eq!(text(&again.shell("echo again".into()).await, "stdout"), "again\n");
    worker.stop().await;
}
