//! A worker of ours on a master's end of ours, over a narrow line.

use super::doorman::{Doorman, Heard, Knock};
use super::wire::PATIENCE;
use bytes::{Bytes, BytesMut};
use link::{ConnectError, Connected, Login, Visitor};
use std::path::Path;
use tempfile::TempDir;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use wire::worker::link::{CallError, End, Incoming};
use wire::worker::{Answer, Call, Failure, MasterCall, Update, Value, WorkerCall};
use worker::{Ended, Options};

/// Bytes on the line.
const NARROW: usize = 4096;

/// A connection that has come as far as the door.
struct Knocked {
    connected: Connected,
    end: End,
    say: oneshot::Sender<Result<(), Failure>>,
    /// Ends the master's end.
    stop: CancellationToken,
}

async fn knock() -> Knocked {
    let (theirs, ours) = tokio::io::duplex(NARROW);
    let (door, mut heard): (_, Heard) = Doorman::new();
    let stop = CancellationToken::new();
    tokio::spawn(link::pb::serve(ours, None, door, stop.clone()));
    let login = Login {
        name: "w-pb".to_owned(),
        password: "s3cret".to_owned(),
    };
    let connecting = tokio::spawn(link::pb::connect(theirs, "narrow", login));
    let Knock { visitor, say } = heard.visitor().await;
    let Visitor { name, end, .. } = visitor;
    assert_eq!(name, "w-pb");
    let print = end.caller.send(print("attached")).await.unwrap();
    let connected = tokio::time::timeout(PATIENCE, connecting).await.expect("no end");
    drop(print);
    Knocked {
        connected: connected.unwrap().unwrap(),
        end,
        say,
        stop,
    }
}

fn print(message: &str) -> Call {
    Call::Master(MasterCall::Print {
        message: message.to_owned(),
    })
}

struct Pair {
    end: End,
    stop: CancellationToken,
    running: JoinHandle<Ended>,
    folder: TempDir,
}

impl Pair {
    /// A worker that runs, with one builder.
    async fn attached() -> Pair {
        let Knocked {
            connected,
            end,
            say,
            stop,
        } = knock().await;
        let folder = TempDir::new().unwrap();
        let running = tokio::spawn(worker::run(connected.end, Options::new(folder.path(), "w-pb")));
        let pair = Pair {
            end,
            stop,
            running,
            folder,
        };
        let builders = vec![("b".to_owned(), "b".to_owned())];
        pair.call(MasterCall::SetBuilderList { builders }).await.unwrap();
        say.send(Ok(())).unwrap();
        let accepted = tokio::time::timeout(PATIENCE, connected.accepted)
            .await
            .expect("no answer");
        accepted.unwrap().unwrap();
        pair
    }

    async fn call(&self, call: MasterCall) -> Result<Answer, CallError> {
        let answer = self.end.caller.call(Call::Master(call));
        tokio::time::timeout(PATIENCE, answer).await.expect("no answer")
    }

    async fn start(&self, name: &str, args: Vec<(&str, Value)>) -> Result<Answer, CallError> {
        let args = args.into_iter().map(|(key, value)| (key.to_owned(), value));
        self.call(MasterCall::StartCommand {
            builder: "b".to_owned(),
            id: "1".to_owned(),
            name: name.to_owned(),
            args: Value::Dict(args.collect()),
        })
        .await
    }

    async fn next(&mut self) -> Option<Incoming> {
        let next = tokio::time::timeout(PATIENCE, self.end.inbox.next());
        next.await.expect("silence")
    }

    async fn ended(self) -> Ended {
        let ended = tokio::time::timeout(PATIENCE, self.running).await;
        ended.expect("it does not end").unwrap()
    }
}

fn shell(script: &str) -> Vec<(&'static str, Value)> {
    vec![
        ("command", script.into()),
        ("workdir", "build".into()),
        ("logEnviron", false.into()),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_interrupt_overtakes_a_flood_that_nobody_reads() {
    let mut pair = Pair::attached().await;
    pair.start("shell", shell("exec yes")).await.unwrap();
    // The master does not look at what comes: the line fills up in this direction.
    let interrupt = MasterCall::InterruptCommand {
        builder: "b".to_owned(),
        id: "1".to_owned(),
        why: "enough".to_owned(),
    };
    let interrupt = pair.end.caller.send(Call::Master(interrupt)).await.unwrap();
    let mut rc = None;
    loop {
        let (call, answer) = pair.next().await.unwrap().split();
        match call {
            Call::Worker(WorkerCall::Update { updates, .. }) => {
                let found = updates.iter().find_map(|update| match update {
                    Update::Rc(rc) => Some(*rc),
                    _ => None,
                });
                rc = rc.or(found);
                answer(Ok(Answer::Number(0)));
            }
            Call::Worker(WorkerCall::Complete { failure, .. }) => {
                assert_eq!(failure, None);
                answer(Ok(Answer::None));
                break;
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(rc, Some(-1));
    assert_eq!(interrupt.answer().await, Ok(Answer::None));
}

/// Some megabytes that are not the same anywhere.
fn content() -> Bytes {
    (0..4_000_000_u32)
        .map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8)
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_both_ways() {
    let mut pair = Pair::attached().await;
    let content = content();
    let args = |key: &'static str, number: i64, path: &'static str| {
        let file = if key == "writer" { "workersrc" } else { "workerdest" };
        vec![
            ("workdir", "build".into()),
            (file, path.into()),
            (key, Value::Int(number)),
            ("blocksize", Value::Int(262_144)),
            ("maxsize", Value::None),
            ("mode", Value::None),
            ("keepstamp", true.into()),
        ]
    };
    pair.start("downloadFile", args("reader", 77, "file")).await.unwrap();
    let mut left = content.clone();
    assert_eq!(
        pair.transfer(77, &mut left, &mut BytesMut::new()).await,
        ["read", "close"]
    );
    let path = pair.folder.path().join("b/build/file");
    assert!(std::fs::read(path).unwrap() == content, "the download differs");

    let mut received = BytesMut::new();
    pair.start("uploadFile", args("writer", 78, "file")).await.unwrap();
    let calls = pair.transfer(78, &mut Bytes::new(), &mut received).await;
    assert_eq!(calls, ["write", "close", "times"]);
    assert!(received == content, "the upload differs");
}

impl Pair {
    /// Serves one transfer to its end; the calls, repeated ones once.
    async fn transfer(&mut self, number: i64, left: &mut Bytes, received: &mut BytesMut) -> Vec<&'static str> {
        let mut calls = Vec::new();
        loop {
            let (call, answer) = self.next().await.unwrap().split();
            let Call::Worker(call) = call else { panic!("{call:?}") };
            let (called, result) = match call {
                WorkerCall::Read { transfer, length } if transfer == number => {
                    ("read", Answer::Bytes(left.split_to(length.min(left.len()))))
                }
                WorkerCall::Write { transfer, data } if transfer == number => {
                    received.extend_from_slice(&data);
                    ("write", Answer::None)
                }
                WorkerCall::CloseReader { transfer } | WorkerCall::CloseWriter { transfer } if transfer == number => {
                    ("close", Answer::None)
                }
                WorkerCall::SetTimes { transfer, .. } if transfer == number => ("times", Answer::None),
                WorkerCall::Update { updates, .. } => {
                    let failed = updates
                        .iter()
                        .any(|update| matches!(update, Update::Rc(rc) if *rc != 0));
                    assert!(!failed, "{updates:?}");
                    answer(Ok(Answer::Number(0)));
                    continue;
                }
                WorkerCall::Complete { failure, .. } => {
                    assert_eq!(failure, None);
                    calls.dedup();
                    return calls;
                }
                other => panic!("{other:?}"),
            };
            calls.push(called);
            answer(Ok(result));
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_failure_of_the_master_fails_the_command() {
    let mut pair = Pair::attached().await;
    std::fs::create_dir_all(pair.folder.path().join("b/build")).unwrap();
    std::fs::write(pair.folder.path().join("b/build/file"), "content").unwrap();
    let args = vec![
        ("workdir", "build".into()),
        ("workersrc", "file".into()),
        ("writer", Value::Int(5)),
        ("blocksize", Value::Int(3)),
        ("maxsize", Value::None),
    ];
    pair.start("uploadFile", args).await.unwrap();
    let full = Failure {
        kind: "builtins.OSError".to_owned(),
        message: "the disk is full".to_owned(),
    };
    let told = loop {
        let (call, answer) = pair.next().await.unwrap().split();
        match call {
            Call::Worker(WorkerCall::Write { .. }) => answer(Err(full.clone())),
            Call::Worker(WorkerCall::Complete { failure, .. }) => break failure,
            _ => answer(Ok(Answer::None)),
        }
    };
    assert_eq!(told, Some(full));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn either_end_can_end_it() {
    let pair = Pair::attached().await;
    assert_eq!(pair.call(MasterCall::Shutdown).await, Ok(Answer::None));
    assert_eq!(pair.ended().await, Ended::Shutdown);

    // The port is closed.
    let pair = Pair::attached().await;
    pair.start("shell", shell("sleep 1000")).await.unwrap();
    pair.stop.cancel();
    assert_eq!(pair.ended().await, Ended::Lost);

    // The master hangs up.
    let Pair {
        end, running, folder, ..
    } = Pair::attached().await;
    drop(end);
    let ended = tokio::time::timeout(PATIENCE, running).await.expect("it does not end");
    assert_eq!(ended.unwrap(), Ended::Lost);
    assert!(Path::new(folder.path()).exists());

    // The worker is killed.
    let mut pair = Pair::attached().await;
    pair.running.abort();
    assert!(pair.next().await.is_none());
}

#[tokio::test]
async fn a_master_that_does_not_want_it_says_why() {
    let knocked = knock().await;
    let failure = Failure {
        kind: "builtins.RuntimeError".to_owned(),
        message: "rejecting duplicate worker".to_owned(),
    };
    knocked.say.send(Err(failure.clone())).unwrap();
    let accepted = tokio::time::timeout(PATIENCE, knocked.connected.accepted)
        .await
        .expect("no answer");
    let Err(ConnectError::Rejected { failure: told, .. }) = accepted.unwrap() else {
        panic!("accepted")
    };
    assert_eq!(told, failure);
    // The connection stays until the worker goes.
    assert!(!knocked.connected.closed.is_cancelled());
    drop(knocked.connected.end);
    let closed = knocked.connected.closed.cancelled();
    tokio::time::timeout(PATIENCE, closed).await.expect("closed");
}

#[tokio::test]
async fn to_leave_can_be_asked_before_the_login_is_answered() {
    let Knocked {
        connected,
        mut end,
        say,
        ..
    } = knock().await;
    let leaving = connected
        .end
        .caller
        .send(Call::Worker(WorkerCall::Shutdown))
        .await
        .unwrap();
    let here = connected.end.caller.call(Call::Worker(WorkerCall::Keepalive)).await;
    assert_eq!(here, Ok(Answer::None));
    say.send(Ok(())).unwrap();
    let incoming = tokio::time::timeout(PATIENCE, end.inbox.next())
        .await
        .expect("silence")
        .unwrap();
    assert_eq!(incoming.call, Call::Worker(WorkerCall::Shutdown));
    incoming.answer(Ok(Answer::None));
    assert_eq!(leaving.answer().await, Ok(Answer::None));
}
