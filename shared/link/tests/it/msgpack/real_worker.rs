//! A real worker on our master's end, played by a script: every command and every quirk.

use super::rig::{Engine, Guest, NAME, PASSWORD, Scripted, dict, soon};
use crate::buildbot::{Generation, Worker, environment};
use bytes::Bytes;
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use wire::worker::link::CallError;
use wire::worker::{MasterCall, Value, WorkerCall};

/// A port with a door behind it.
async fn listen() -> (String, mpsc::UnboundedReceiver<Guest>, CancellationToken) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let (door, guests) = Scripted::new();
    let stop = CancellationToken::new();
    let stopping = stop.clone();
    tokio::spawn(async move {
        while let Ok((stream, from)) = listener.accept().await {
            tokio::spawn(link::msgpack::serve(stream, Some(from), door.clone(), stopping.clone()));
        }
    });
    (address, guests, stop)
}

fn shell(words: &[&str]) -> Value {
    dict([
        (
            "command",
            Value::List(words.iter().map(|word| (*word).into()).collect()),
        ),
        ("workdir", "build".into()),
        ("env", dict([])),
        ("logEnviron", false.into()),
        ("timeout", Value::Int(30)),
        ("usePTY", false.into()),
    ])
}

fn transfer<const N: usize>(pairs: [(&str, Value); N]) -> Value {
    let Value::Dict(mut all) = dict(pairs) else {
        unreachable!()
    };
    let common = [
        ("workdir", "build".into()),
        ("blocksize", Value::Int(4096)),
        ("maxsize", Value::None),
    ];
    all.extend(common.map(|(key, value)| (key.to_owned(), value)));
    Value::Dict(all)
}

#[tokio::test]
async fn a_real_worker_builds_for_a_master_of_ours() {
    let Some(buildbot) = environment(Generation::New) else {
        return;
    };
    let (address, mut guests, _stop) = listen().await;
    let options = ["--protocol=msgpack_experimental_v7", "--delete-leftover-dirs"];
    let worker = Worker::start(&buildbot, &address, NAME, PASSWORD, &options).await;
    let (visitor, decide) = soon(guests.recv()).await.unwrap();
    let mut engine = Engine::new(visitor.end);
    let info = engine.attach(&[("b", "folder"), ("other", "other")]).await.unwrap();
    assert!(
        info.iter()
            .any(|(key, value)| key == "version" && value.text() == Some("4.3.0"))
    );
    decide.send(Ok(())).unwrap();
    assert!(worker.basedir().join("folder").is_dir() && worker.basedir().join("buildbot.tac").exists());
    commands(&mut engine).await;
    files(&mut engine, &worker).await;
    secrets(&mut engine).await;
    interrupts(&mut engine).await;
    engine.attach(&[("b", "folder"), ("new", "new")]).await.unwrap();
    assert!(worker.basedir().join("new").is_dir() && !worker.basedir().join("other").exists());
    let keepalive = MasterCall::Print {
        message: "keepalive".to_owned(),
    };
    engine.call(keepalive).await.unwrap();
    engine.call(MasterCall::Shutdown).await.unwrap();
    worker.ended().await;
    assert!(engine.next_other().await.is_none());
}

async fn commands(engine: &mut Engine) {
    let told = engine
        .run(
            "b",
            "1",
            "shell",
            shell(&["sh", "-c", "pwd; echo e >&2; printf tail; exit 3"]),
        )
        .await;
    assert!(told.stdout().ends_with("/folder/build\ntail\n"), "{}", told.stdout());
    assert_eq!((told.rc(), told.failure), (Some(3), None));
    let made = engine.run("b", "2", "mkdir", dict([("dir", "build/d/e".into())])).await;
    assert_eq!(made.rc(), Some(0));
    let copied = dict([("fromdir", "build/d".into()), ("todir", "build/copy".into())]);
    assert_eq!(engine.run("b", "3", "cpdir", copied).await.rc(), Some(0));
    let stat = engine
        .run(
            "b",
            "4",
            "stat",
            dict([("file", "copy".into()), ("workdir", "build".into())]),
        )
        .await;
    assert!(
        matches!(stat.other("stat"), Some(Value::Tuple(ten)) if ten.len() == 10),
        "{stat:?}"
    );
    let missing = engine.run("b", "5", "stat", dict([("file", "build/no".into())])).await;
    assert_eq!(missing.rc(), Some(2));
    let found = engine.run("b", "6", "glob", dict([("path", "build/c*".into())])).await;
    assert!(
        matches!(found.other("files"), Some(Value::List(files)) if files.len() == 1),
        "{found:?}"
    );
    let listed = engine.run("b", "7", "listdir", dict([("dir", "build".into())])).await;
    assert!(
        matches!(listed.other("files"), Some(Value::List(files)) if files.len() == 2),
        "{listed:?}"
    );
    let removed = dict([("dir", Value::List(vec!["build/copy".into(), "build/d".into()]))]);
    assert_eq!(engine.run("b", "8", "rmdir", removed).await.rc(), Some(0));
    let removed = engine
        .run("b", "9", "rmfile", dict([("path", "build/no".into())]))
        .await;
    assert_eq!(removed.rc(), Some(2));
    let unknown = engine.start("b", "10", "nosuch", dict([])).await;
    assert!(matches!(unknown, Err(CallError::Failed(failure)) if failure.message.contains("unrecognized")));
}

/// Downloads carry their content, which those of a real master do not, and uploads keep their times.
async fn files(engine: &mut Engine, worker: &Worker) {
    let content: Bytes = (0..10_000_u32).flat_map(u32::to_be_bytes).collect();
    engine.offered = content.clone();
    let down = transfer([
        ("reader", Value::Int(1)),
        ("workerdest", "f".into()),
        ("mode", Value::Int(0o600)),
    ]);
    assert_eq!(engine.run("b", "20", "downloadFile", down).await.rc(), Some(0));
    assert!(std::fs::read(worker.basedir().join("folder/build/f")).unwrap() == content);
    let up = transfer([
        ("writer", Value::Int(2)),
        ("workersrc", "f".into()),
        ("keepstamp", true.into()),
    ]);
    let told = engine.run("b", "21", "uploadFile", up).await;
    assert_eq!((told.rc(), told.failure), (Some(0), None));
    assert!(engine.written == content);
    let times = engine
        .other
        .iter()
        .any(|call| matches!(call, WorkerCall::SetTimes { modified, .. } if *modified > 1.7e9));
    assert!(times, "{:?}", engine.other);
    engine.other.clear();
    let up = transfer([
        ("writer", Value::Int(3)),
        ("workersrc", "".into()),
        ("compress", Value::None),
    ]);
    assert_eq!(engine.run("b", "22", "uploadDirectory", up).await.rc(), Some(0));
    assert_eq!(engine.other, [WorkerCall::Unpack { transfer: 3 }]);
    engine.other.clear();
}

/// This worker would show them.
async fn secrets(engine: &mut Engine) {
    let word = Value::Tuple(vec!["obfuscated".into(), "real".into(), "XXX".into()]);
    let args = dict([
        ("command", Value::List(vec!["echo".into(), word])),
        ("workdir", "build".into()),
    ]);
    let refused = engine.start("b", "30", "shell", args).await;
    assert!(matches!(refused, Err(CallError::Failed(failure)) if failure.message.contains("--protocol=pb")));
}

async fn interrupts(engine: &mut Engine) {
    for (builder, id) in [("b", "40"), ("other", "41")] {
        engine
            .start(builder, id, "shell", shell(&["sh", "-c", "echo started; sleep 60"]))
            .await
            .unwrap();
    }
    let interrupt = |builder: &str, id: &str| MasterCall::InterruptCommand {
        builder: builder.to_owned(),
        id: id.to_owned(),
        why: "enough".to_owned(),
    };
    engine.call(interrupt("other", "41")).await.unwrap();
    engine.until("41", |told| told.complete).await;
    assert_ne!(engine.told["41"].rc(), Some(0));
    engine.call(interrupt("b", "40")).await.unwrap();
    engine.until("40", |told| told.complete).await;
}
