//! Builders, what a worker tells of itself, interrupts, and the end of the link.

use super::master::{Master, all_dead, dict, pids, sh};
use std::time::Duration;
use wire::worker::link::{CallError, pair};
use wire::worker::{Answer, Call, MasterCall, Value, WorkerCall};
use worker::{Ended, Options};

#[tokio::test]
async fn a_worker_tells_of_itself() {
    let master = Master::with(&["one"], |options| {
        let info = options.basedir.join("info");
        std::fs::create_dir(&info).unwrap();
        std::fs::write(info.join("admin"), "Jane <jane@example.org>\n").unwrap();
        std::fs::write(info.join("host"), "not this\n").unwrap();
        options.info = vec![("host".to_owned(), "a desk\n".to_owned())];
    })
    .await;
    let Ok(Answer::Info(info)) = master.call(MasterCall::GetWorkerInfo).await else {
        panic!("no info")
    };
    let info = Value::Dict(info);
    assert_eq!(info.get("admin"), Some(&"Jane <jane@example.org>\n".into()));
    assert_eq!(info.get("host"), Some(&"a desk\n".into()));
    assert_eq!(info.get("system"), Some(&"posix".into()));
    assert_eq!(info.get("basedir").and_then(Value::text), master.folder.path().to_str());
    assert!(info.get("numcpus").and_then(Value::int).unwrap() >= 1);
    assert_eq!(
        info.get("environ").and_then(|environ| environ.get("LANG")),
        Some(&"C.UTF-8".into())
    );
    let commands = info.get("worker_commands").unwrap();
    for name in ["shell", "uploadFile", "upload_directory", "rmfile", "glob"] {
        assert_eq!(commands.get(name), Some(&"3.3".into()), "{name}");
    }
}

#[tokio::test]
async fn folders_are_made_and_leftovers_stay_unless_told() {
    for delete in [false, true] {
        let master = Master::with(&["one"], |options| {
            options.delete_leftover_dirs = delete;
            std::fs::create_dir_all(options.basedir.join("info")).unwrap();
        })
        .await;
        let root = master.folder.path();
        std::fs::create_dir_all(root.join("old/deep")).unwrap();
        std::fs::write(root.join("file"), "").unwrap();
        master.set_builders(&["one", "two/nested"]).await;
        assert!(root.join("two/nested").is_dir() && root.join("one").is_dir());
        assert!(root.join("info").is_dir() && root.join("file").is_file());
        assert_eq!(root.join("old").exists(), !delete);
    }
}

#[tokio::test]
async fn pings_are_answered_and_unknown_builders_are_not_served() {
    let master = Master::new().await;
    let ping = MasterCall::Print {
        message: "ping".to_owned(),
    };
    assert_eq!(master.call(ping).await, Ok(Answer::None));
    let build = MasterCall::StartBuild {
        builder: "one".to_owned(),
    };
    assert_eq!(master.call(build).await, Ok(Answer::None));
    master.interrupt("one").await;
    master.interrupt("nobody").await;
    let refused = master.start_as("nobody", "1", "shell", sh("true")).await;
    assert!(matches!(refused, Err(CallError::Failed(failure)) if failure.message.contains("'nobody'")));
    let call = Call::Worker(WorkerCall::Keepalive);
    assert!(matches!(master.end.caller.call(call).await, Err(CallError::Failed(_))));
}

#[tokio::test]
async fn a_second_command_interrupts_the_first() {
    let mut master = Master::new().await;
    master
        .start_as("one", "a", "shell", sh("echo one; sleep 100"))
        .await
        .unwrap();
    master.until("a", |told| told.stdout() == "one\n").await;
    master.start_as("one", "b", "shell", sh("echo two")).await.unwrap();
    let all = master.finish_all(&["a", "b"], |_| false).await;
    assert_eq!(all["a"].rc(), Some(-1));
    assert!(
        all["a"]
            .header()
            .contains("\ncommand interrupted, attempting to kill\nprocess killed by signal 9\n")
    );
    assert!(!all["a"].keys().contains(&"elapsed"));
    assert_eq!((all["b"].stdout().as_str(), all["b"].rc()), ("two\n", Some(0)));
}

#[tokio::test]
async fn builders_do_not_wait_for_each_other() {
    let mut master = Master::new().await;
    let wait = "while ! test -e ../../go; do sleep 0.01; done; echo through";
    master.start_as("one", "a", "shell", sh(wait)).await.unwrap();
    master
        .start_as("two", "b", "shell", sh("touch ../../go"))
        .await
        .unwrap();
    let all = master.finish_all(&["a", "b"], |_| false).await;
    assert_eq!(all["a"].stdout(), "through\n");
}

#[tokio::test]
async fn an_interrupted_transfer_stops() {
    let mut master = Master::new().await;
    std::fs::write(master.path("f"), [b'x'; 100]).unwrap();
    let args = dict([
        ("workdir", "".into()),
        ("workersrc", "f".into()),
        ("writer", 7.into()),
        ("blocksize", 1.into()),
        ("maxsize", Value::None),
    ]);
    let id = master.start("uploadFile", args).await.unwrap();
    master.interrupt("one").await;
    let told = master.finish(&id).await;
    assert_eq!((told.rc(), told.keys().contains(&"elapsed")), (Some(1), false));
    assert!(told.transfers.len() <= 3, "{:?}", told.transfers);
}

#[tokio::test]
async fn a_forgotten_builder_stops_in_silence() {
    let mut master = Master::new().await;
    let id = master.start("shell", sh("echo $$ > pids; sleep 1000")).await.unwrap();
    let command = pids(&master.path("build/pids"), 1).await;
    master.until(&id, |told| !told.header().is_empty()).await;
    master.set_builders(&["two"]).await;
    all_dead(&command).await;
    master.start_as("two", "b", "shell", sh("echo on")).await.unwrap();
    // An update of the other command would be noticed here.
    assert_eq!(master.finish("b").await.stdout(), "on\n");
}

#[tokio::test]
async fn a_lost_link_ends_everything_before_the_worker_returns() {
    let mut master = Master::new().await;
    let script = "echo $$ >> pids; setsid sh -c 'echo $$ >> pids; sleep 1000' & wait";
    master.start("shell", sh(script)).await.unwrap();
    let family = pids(&master.path("build/pids"), 2).await;
    let Master {
        end, worker, folder, ..
    } = master;
    drop(end);
    let ended = tokio::time::timeout(Duration::from_secs(20), worker)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(ended, Ended::Lost);
    assert!(!family.iter().any(|process| super::master::is_alive(process)));
    drop(folder);
}

#[tokio::test]
async fn a_worker_that_is_sent_away_leaves() {
    let master = Master::new().await;
    assert_eq!(master.call(MasterCall::Shutdown).await, Ok(Answer::None));
    assert_eq!(master.worker.await.unwrap(), Ended::Shutdown);
}

#[tokio::test]
async fn a_dropped_worker_kills_what_it_runs() {
    let mut master = Master::new().await;
    master
        .start(
            "shell",
            sh("echo $$ >> pids; setsid sh -c 'echo $$ >> pids; sleep 1000' & wait"),
        )
        .await
        .unwrap();
    let family = pids(&master.path("build/pids"), 2).await;
    master.worker.abort();
    all_dead(&family).await;
}

#[tokio::test]
async fn two_workers_do_not_share_a_folder() {
    let master = Master::new().await;
    let (end, theirs) = pair();
    let second = tokio::spawn(worker::run(theirs, Options::new(master.folder.path(), "second")));
    assert_eq!(second.await.unwrap(), Ended::Busy);
    drop(end);
}

#[tokio::test]
async fn keepalives_come_as_often_as_wanted() {
    let folder = tempfile::tempdir().unwrap();
    let mut options = Options::new(folder.path(), "w");
    options.keepalive = Some(Duration::from_millis(50));
    let (mut end, theirs) = pair();
    tokio::spawn(worker::run(theirs, options));
    let begun = std::time::Instant::now();
    for _ in 0..3 {
        let incoming = end.inbox.next().await.unwrap();
        assert_eq!(incoming.call, Call::Worker(WorkerCall::Keepalive));
        incoming.answer(Ok(Answer::None));
    }
    assert!(begun.elapsed() >= Duration::from_millis(150));
}

#[tokio::test]
async fn keepalives_that_are_never_due_stop_nobody() {
    let forever = Duration::from_secs(i64::MAX.unsigned_abs());
    let mut master = Master::with(&["one"], |options| options.keepalive = Some(forever)).await;
    master.start_as("one", "1", "shell", sh("echo done")).await.unwrap();
    master.until("1", |told| told.stdout() == "done\n").await;
}

#[tokio::test]
async fn commands_wait_when_no_more_may_run_at_once() {
    let mut master = Master::with(&["one", "two"], |options| options.at_once = Some(1)).await;
    let first = "echo begun; while ! test -e go; do sleep 0.01; done";
    master.start_as("one", "1", "shell", sh(first)).await.unwrap();
    master.until("1", |told| told.stdout().contains("begun")).await;
    master.start_as("two", "2", "shell", sh("echo second")).await.unwrap();
    let waiting = master.until("2", |told| !told.header().is_empty()).await;
    assert_eq!(
        waiting.header(),
        "waiting: this machine runs no more commands at once\n"
    );
    std::fs::write(master.path("build/go"), "").unwrap();
    let mut all = master.finish_all(&["1", "2"], |_| false).await;
    assert_eq!(all.remove("1").unwrap().rc(), Some(0));
    assert_eq!(all.remove("2").unwrap().stdout(), "second\n");
}

#[tokio::test]
async fn a_command_that_waits_is_interrupted_like_one_that_runs() {
    let mut master = Master::with(&["one", "two"], |options| options.at_once = Some(1)).await;
    master
        .start_as("one", "1", "shell", sh("echo begun; sleep 100"))
        .await
        .unwrap();
    master.until("1", |told| told.stdout().contains("begun")).await;
    master.start_as("two", "2", "shell", sh("touch ran")).await.unwrap();
    master.until("2", |told| !told.header().is_empty()).await;
    master.interrupt("two").await;
    let told = master.finish("2").await;
    assert_ne!(told.rc(), Some(0));
    master.interrupt("one").await;
    master.finish("1").await;
}
