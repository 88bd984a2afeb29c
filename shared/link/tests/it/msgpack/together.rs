//! Our worker on our master's end.

use super::rig::*;
use bytes::Bytes;
use std::time::Duration;
use tempfile::TempDir;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use wire::worker::link::CallError;
use wire::worker::{MasterCall, Value, WorkerCall};
use worker::Ended;

struct Together {
    engine: Engine,
    folder: TempDir,
    worker: JoinHandle<Ended>,
    stop: CancellationToken,
}

async fn together() -> Together {
    together_with(|_| {}).await
}

async fn together_with(change: impl FnOnce(&mut worker::Options)) -> Together {
    let folder = tempfile::tempdir().unwrap();
    let mut served = serve();
    let connected = soon(link::msgpack::connect(served.stream, "ws://m", "/", login()))
        .await
        .unwrap();
    let worker = work_with(connected.end, folder.path(), change);
    let (visitor, decide) = soon(served.guests.recv()).await.unwrap();
    assert_eq!(visitor.name, NAME);
    let mut engine = Engine::new(visitor.end);
    let info = engine
        .attach(&[("a builder", "a"), ("other", "deep/er")])
        .await
        .unwrap();
    assert!(
        info.iter()
            .any(|(key, value)| key == "system" && value.text() == Some("posix"))
    );
    decide.send(Ok(())).unwrap();
    soon(connected.accepted).await.unwrap().unwrap();
    Together {
        engine,
        folder,
        worker,
        stop: served.stop,
    }
}

fn sh(script: &str) -> Value {
    dict([
        ("command", script.into()),
        ("workdir", "build".into()),
        ("logEnviron", false.into()),
    ])
}

/// The commands have the arguments that they have over PB: neither end can tell.
#[tokio::test]
async fn every_command_does_what_it_does_over_pb() {
    let mut it = together().await;
    let folder = it.folder.path().join("a");
    assert!(folder.is_dir() && it.folder.path().join("deep/er").is_dir());
    let engine = &mut it.engine;
    let told = engine
        .run("a builder", "1", "shell", sh("pwd; echo err >&2; printf tail"))
        .await;
    assert_eq!(told.stdout(), format!("{}/build\ntail\n", folder.display()));
    assert_eq!((told.rc(), told.failure), (Some(0), None));
    let made = engine
        .run("a builder", "2", "mkdir", dict([("dir", "build/d/e".into())]))
        .await;
    assert_eq!(made.rc(), Some(0));
    let copied = dict([("fromdir", "build/d".into()), ("todir", "build/copy".into())]);
    assert_eq!(engine.run("a builder", "3", "cpdir", copied).await.rc(), Some(0));
    let listed = engine
        .run("a builder", "4", "listdir", dict([("dir", "build/copy".into())]))
        .await;
    assert_eq!(listed.other("files"), Some(&Value::List(vec!["e".into()])));
    let stat = engine
        .run(
            "a builder",
            "5",
            "stat",
            dict([("file", "copy".into()), ("workdir", "build".into())]),
        )
        .await;
    assert!(matches!(stat.other("stat"), Some(Value::Tuple(ten)) if ten.len() == 10));
    let globbed = engine
        .run("a builder", "6", "glob", dict([("path", "build/c*".into())]))
        .await;
    let copy = folder.join("build/copy");
    assert_eq!(
        globbed.other("files"),
        Some(&Value::List(vec![copy.to_str().unwrap().into()]))
    );
    let dirs = Value::List(vec!["build/copy".into(), "build/d".into()]);
    assert_eq!(
        engine.run("a builder", "7", "rmdir", dict([("dir", dirs)])).await.rc(),
        Some(0)
    );
    assert!(!copy.exists());
    std::fs::write(folder.join("file"), "x").unwrap();
    assert_eq!(
        engine
            .run("a builder", "8", "rmfile", dict([("path", "file".into())]))
            .await
            .rc(),
        Some(0)
    );
    let gone = engine
        .run("a builder", "9", "rmfile", dict([("path", "file".into())]))
        .await;
    assert_eq!(gone.rc(), Some(2));
    let unknown = engine.start("a builder", "10", "nosuch", dict([])).await;
    assert!(
        matches!(unknown, Err(CallError::Failed(failure)) if failure.message.contains("unrecognized WorkerCommand 'nosuch'"))
    );
    let elsewhere = engine.start("nobody's", "11", "shell", sh("")).await;
    assert!(matches!(elsewhere, Err(CallError::Failed(failure)) if failure.message.contains("no builder 'nobody's'")));
}

#[tokio::test]
async fn files_carry_their_content_and_their_times() {
    let mut it = together().await;
    let engine = &mut it.engine;
    let content: Bytes = (0..300_000_u32).flat_map(u32::to_le_bytes).collect();
    engine.offered = content.clone();
    let args = |reference: &str, place: &str, more: (&str, Value)| {
        dict([
            ("workdir", "build".into()),
            (reference, Value::Int(99)),
            (place, "f.bin".into()),
            ("blocksize", Value::Int(65_536)),
            ("maxsize", Value::None),
            (more.0, more.1),
        ])
    };
    let down = args("reader", "workerdest", ("mode", Value::Int(0o640)));
    assert_eq!(engine.run("a builder", "1", "downloadFile", down).await.rc(), Some(0));
    let file = it.folder.path().join("a/build/f.bin");
    assert!(std::fs::read(&file).unwrap() == content);
    let up = args("writer", "workersrc", ("keepstamp", true.into()));
    assert_eq!(engine.run("a builder", "2", "uploadFile", up).await.rc(), Some(0));
    assert!(engine.written == content);
    let [
        WorkerCall::CloseReader { transfer: 99 },
        WorkerCall::CloseWriter { transfer: 99 },
        WorkerCall::SetTimes { modified, .. },
    ] = &engine.other[..]
    else {
        panic!("{:?}", engine.other)
    };
    assert!(*modified > 1.7e9);
    engine.other.clear();
    let up = dict([
        ("workdir", "".into()),
        ("writer", Value::Int(100)),
        ("workersrc", "build".into()),
        ("blocksize", Value::Int(65_536)),
        ("maxsize", Value::None),
        ("compress", "gz".into()),
    ]);
    assert_eq!(engine.run("a builder", "3", "uploadDirectory", up).await.rc(), Some(0));
    assert_eq!(engine.other, [WorkerCall::Unpack { transfer: 100 }]);
}

#[tokio::test]
async fn a_secret_reaches_a_program_and_no_log() {
    let mut it = together().await;
    let secret = Value::Tuple(vec!["obfuscated".into(), "real".into(), "XXX".into()]);
    let args = dict([
        ("command", Value::List(vec!["echo".into(), secret])),
        ("workdir", "".into()),
        ("logEnviron", false.into()),
    ]);
    let told = it.engine.run("a builder", "1", "shell", args).await;
    assert_eq!(told.stdout(), "real\n");
    assert!(!format!("{:?}", told.updates[0]).contains("real") && format!("{:?}", told.updates[0]).contains("XXX"));
}

#[tokio::test]
async fn builders_work_at_once_and_an_interrupt_ends_one_of_them() {
    let mut it = together().await;
    let engine = &mut it.engine;
    engine
        .start("a builder", "1", "shell", sh("echo a; sleep 60"))
        .await
        .unwrap();
    engine
        .start("other", "2", "shell", sh("echo b; sleep 60"))
        .await
        .unwrap();
    engine.until("1", |told| told.stdout() == "a\n").await;
    engine.until("2", |told| told.stdout() == "b\n").await;
    let interrupt = |builder: &str, id: &str| MasterCall::InterruptCommand {
        builder: builder.to_owned(),
        id: id.to_owned(),
        why: "stop requested".to_owned(),
    };
    engine.call(interrupt("a builder", "1")).await.unwrap();
    engine.until("1", |told| told.complete).await;
    assert_eq!(engine.told["1"].rc(), Some(-1));
    assert!(!engine.told["2"].complete);
    it.stop.cancel();
    assert_eq!(soon(it.worker).await.unwrap(), Ended::Lost);
}

#[tokio::test]
async fn a_flood_of_output_arrives_whole() {
    let mut it = together().await;
    let told = it.engine.run("a builder", "1", "shell", sh("seq 1 400000")).await;
    let wanted: String = (1..=400_000).map(|n| format!("{n}\n")).collect();
    assert!(told.stdout() == wanted);
}

/// The master does not listen for a while: the command waits, nothing is lost, and an interrupt gets through.
#[tokio::test]
async fn a_slow_master_slows_a_command_down() {
    let mut it = together().await;
    let engine = &mut it.engine;
    engine
        .start("a builder", "1", "shell", sh("yes; echo never"))
        .await
        .unwrap();
    engine.until("1", |told| !told.updates.is_empty()).await;
    let interrupt = engine.end.caller.clone();
    let interrupted = tokio::spawn(async move {
        let call = MasterCall::InterruptCommand {
            builder: "a builder".to_owned(),
            id: "1".to_owned(),
            why: "enough".to_owned(),
        };
        interrupt.send(wire::worker::Call::Master(call)).await
    });
    soon(interrupted).await.unwrap().unwrap();
    engine.until("1", |told| told.complete).await;
    assert_eq!(engine.told["1"].rc(), Some(-1));
}

#[tokio::test]
async fn a_worker_that_is_sent_away_leaves() {
    let mut it = together().await;
    it.engine.call(MasterCall::Shutdown).await.unwrap();
    assert_eq!(soon(it.worker).await.unwrap(), Ended::Shutdown);
    assert!(it.engine.next_other().await.is_none());
}

#[tokio::test]
async fn a_worker_asks_a_master_of_ours_to_let_it_go() {
    let folder = tempfile::tempdir().unwrap();
    let mut served = serve();
    let connected = soon(link::msgpack::connect(served.stream, "ws://m", "/", login()))
        .await
        .unwrap();
    let caller = connected.end.caller.clone();
    let _worker = work(connected.end, folder.path());
    let (visitor, _decide) = soon(served.guests.recv()).await.unwrap();
    let mut engine = Engine::new(visitor.end);
    engine.attach(&[("b", "b")]).await.unwrap();
    let asked = tokio::spawn(async move { caller.call(wire::worker::Call::Worker(WorkerCall::Shutdown)).await });
    assert_eq!(engine.next_other().await, Some(WorkerCall::Shutdown));
    assert!(soon(asked).await.unwrap().is_ok());
}

#[tokio::test]
async fn leftovers_are_deleted_when_the_worker_wants_it() {
    let made = |options: &mut worker::Options| {
        options.delete_leftover_dirs = true;
        for folder in ["a/kept", "stale/x", "deep/er", "info"] {
            std::fs::create_dir_all(options.basedir.join(folder)).unwrap();
        }
        std::fs::write(options.basedir.join("a file"), "x").unwrap();
    };
    let it = together_with(made).await;
    let there = |name: &str| it.folder.path().join(name).exists();
    assert!(there("a/kept") && there("deep/er") && there("info") && there("a file") && !there("stale"));
}

/// A dead master is noticed by a ping that nobody answers.
#[tokio::test]
async fn a_master_without_a_sign_of_life_is_given_up() {
    let (connected, master) = plain_master(login()).await;
    let connected = connected.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let worker = work_with(connected.end, folder.path(), |options| {
        options.keepalive = Some(Duration::from_millis(50));
    });
    assert_eq!(soon(worker).await.unwrap(), Ended::Lost);
    soon(connected.closed.cancelled()).await;
    drop(master);
}
