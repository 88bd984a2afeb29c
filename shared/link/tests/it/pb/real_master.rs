//! A worker of ours on a real master.

use super::our_worker::{OurWorker, connect_again, login};
use super::way::Way;
use crate::buildbot::{Built, Generation, Master, environment};
use link::{ConnectError, Login};
use serde_json::json;
use std::path::Path;
use wire::worker::{Call, WorkerCall};
use worker::Ended;

// Results as masters number them.
const SUCCESS: i64 = 0;
const FAILURE: i64 = 2;
const EXCEPTION: i64 = 4;
const RETRY: i64 = 5;
const CANCELLED: i64 = 6;

const EVERYTHING: &str = include_str!("everything.cfg");

/// What each step of `everything` ends with, where that is not success.
const NOT_GREEN: &[(&str, i64)] = &[
    ("rc", FAILURE),
    ("missing", FAILURE),
    ("signal", FAILURE),
    ("timeout", FAILURE),
    ("maxTime", FAILURE),
    ("sigterm", FAILURE),
    ("max_lines", FAILURE),
    ("family", FAILURE),
    ("mkdir under a file", FAILURE),
    ("stat missing", FAILURE),
    ("listdir missing", FAILURE),
    ("rmfile missing", FAILURE),
    ("upload missing", FAILURE),
    ("upload too big", FAILURE),
    ("upload missing directory", FAILURE),
    ("download too big", FAILURE),
    ("download into nothing", FAILURE),
];

async fn everything(generation: Generation, way: Way) {
    let Some(environment) = environment(generation) else {
        return;
    };
    let master = Master::start(&environment, &way.configured(EVERYTHING)).await;
    let worker = OurWorker::start(&way.target(master.port)).await;
    master.attached("one", true).await;
    let built = master.build("everything").await;
    let wrong: Vec<_> = built
        .steps
        .iter()
        .filter(|step| step.name != "worker_preparation")
        .filter(|step| {
            let listed = NOT_GREEN.iter().find(|(name, _)| *name == step.name);
            step.results != listed.map_or(SUCCESS, |(_, results)| *results)
        })
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}\n{}", master.log());
    shells(&built);
    limits(&built, generation);
    files(&built, worker.folder.path());
    transfers(&built, &master.folder.path().join("master"));
    assert_eq!(built.step("afterwards").stdout(), "still here\n");
    for refused in ["list-of-folders", "unknown-command", "no-workdir"] {
        let built = master.build(refused).await;
        assert_eq!(built.results, EXCEPTION, "{built:#?}");
    }
    assert_eq!(master.build("many").await.results, SUCCESS);
    master.stop().await;
    assert_eq!(worker.ended().await.0, Ended::Lost);
}

fn shells(built: &Built) {
    let out = |step: &str| built.step(step).stdout();
    assert_eq!(out("lines"), "out\nno end\n");
    assert_eq!(built.step("lines").stderr(), "err\n");
    let header = built.step("lines").header();
    assert!(
        header.contains("using PTY: False") && header.contains("program finished with exit code 0"),
        "{header}"
    );
    let home = std::env::var("HOME").unwrap();
    let environment = out("environment");
    assert!(
        environment.starts_with(&format!("hello {home}|/opt/x/bin:")),
        "{environment}"
    );
    assert!(environment.ends_with("/elsewhere/deep\n"), "{environment}");
    assert!(
        built.step("environment").header().contains("\n  GREETING=hello"),
        "logEnviron"
    );
    assert_eq!(out("text"), "43\n");
    assert_eq!(out("argv"), "<a b>\n<>\n<*>\n<grüß>\n");
    assert_eq!(out("obfuscated"), "REALPW\n");
    assert!(built.step("obfuscated").header().contains("XXXX"));
    assert!(!built.step("obfuscated").header().contains("REALPW"));
    assert_eq!((out("quiet"), built.step("quiet").stderr()), Default::default());
    assert!(built.step("rc").header().contains("exit code 3"));
    assert_eq!(out("stdin"), "some input\ndone\n");
    assert_eq!(out("pty"), "a terminal\n");
    assert_eq!(out("no pty"), "no terminal\n");
    assert!(built.step("logfile").log("test").contains("first\n"));
    assert!(built.step("logfile").log("test").contains("second\n"));
    assert_eq!(built.step("follow").log("test").trim_start_matches('o'), "new\n");
    assert_eq!(
        out("long line").len(),
        10_001 + out("long line").matches('\n').count() - 1
    );
    assert_eq!(out("long line").replace('\n', ""), "x".repeat(10_000));
    let many: String = (1..=20_000).map(|n| format!("{n}\n")).collect();
    assert_eq!(out("many lines"), many);
    assert_eq!(out("not utf-8"), "a\u{fffd}b\n");
    assert_eq!(out("terminal words"), "one\ntwo\nthree\n");
}

fn limits(built: &Built, generation: Generation) {
    let header = |step: &str, part: &str| {
        let header = built.step(step).header();
        assert!(header.contains(part), "{step}: {header}");
    };
    header("signal", "signal 9");
    header("timeout", "command timed out: 1 seconds without output");
    header("maxTime", "command timed out: 1 seconds elapsed");
    if generation == Generation::New {
        header("max_lines", "command exceeds max lines");
    }
    assert!(built.step("sigterm").stdout().contains("trapped"));
    assert!(built.step("family is dead").header().contains("exit code 0"));
}

fn files(built: &Built, folder: &Path) {
    let updates = |step: &str| built.step(step).log("updates").replace("\no", "\n");
    assert!(updates("mkdir").contains("rc=0\n"), "{}", updates("mkdir"));
    assert!(updates("mkdir again").contains("rc=0\n"));
    assert!(
        updates("mkdir under a file").contains("rc=20\n"),
        "{}",
        updates("mkdir under a file")
    );
    assert!(updates("stat").contains("stat=[(33184, "), "{}", updates("stat"));
    assert!(updates("stat missing").contains("rc=2\n"));
    let found = folder.join("worker/everything/build/one/two/file");
    let found = found.to_str().unwrap();
    assert!(
        updates("glob").contains(&format!("files=[['{found}']]")),
        "{}",
        updates("glob")
    );
    assert!(updates("glob nothing").contains("files=[[]]"));
    assert!(updates("listdir").contains("files=[['two']]"));
    assert_eq!(built.step("copied").stdout(), "content\ncontent\n");
    assert_eq!(built.step("removed").stdout().trim(), "0");
}

fn transfers(built: &Built, basedir: &Path) {
    use std::os::unix::fs::MetadataExt;
    let up = basedir.join("up");
    let big = std::fs::metadata(up.join("big")).expect("uploaded");
    assert_eq!(
        (big.len(), big.mtime(), big.mode() & 0o777),
        (3_000_000, 1_700_000_000, 0o600)
    );
    let sum = built.step("big file").stdout();
    assert_eq!(built.step("downloaded").stdout(), format!("{sum}640\n"));
    assert_eq!(std::fs::read_to_string(up.join("file")).unwrap(), "content\n");
    for folder in ["one", "gz", "bz2", "several/one"] {
        let file = up.join(folder).join("two/file");
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "content\n", "{folder}");
        assert_eq!(std::fs::metadata(&file).unwrap().mode() & 0o777, 0o640, "{folder}");
    }
    assert!(up.join("several/test.log").exists() && !up.join("absent").exists());
    assert_eq!(built.step("texts").stdout(), "some\ntext\n{\"a\": [1, 2]}\n");
    let stderr = built.step("download too big").stderr();
    assert!(stderr.contains("Maximum filesize reached"), "{stderr}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_command_and_a_thousand_of_them() {
    everything(Generation::New, Way::Clear).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_command_and_a_thousand_of_them_over_tls() {
    everything(Generation::New, Way::tls()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_command_of_an_older_master() {
    everything(Generation::Old, Way::Clear).await;
}

const SLOW: &str = r#"
builder("slow", sh("wait", "echo waiting; exec sleep 1000"))
builder("once", sh("once", "test -e been-here || { touch been-here; echo waiting; exec sleep 1000; }"))
builder("short", sh("wait", "echo waiting; exec sleep 5"))
builder("quick", sh("hello", "echo hello"))
"#;

async fn coming_and_going(generation: Generation, way: Way) {
    let Some(environment) = environment(generation) else {
        return;
    };
    let master = Master::start(&environment, &way.configured(SLOW)).await;
    let target = way.target(master.port);
    let wrong = Login {
        password: "wrong".to_owned(),
        ..login()
    };
    let refused = link::connect(&target, wrong).await;
    assert!(matches!(refused, Err(ConnectError::Refused { .. })), "{refused:?}");
    let worker = OurWorker::start(&target).await;

    // One of the name is there, and says so.
    let Err(ConnectError::Rejected { failure, .. }) = link::connect(&target, login()).await else {
        panic!("there are two")
    };
    assert_eq!(failure.message, "rejecting duplicate worker");

    // A build is stopped.
    let build = master.build_of(master.force("slow").await, 0).await;
    master.printed(build, "wait", "waiting").await;
    master
        .order(&format!("builds/{build}"), "stop", json!({"reason": "enough"}))
        .await;
    let stopped = master.finished(build).await;
    assert_eq!(stopped.results, CANCELLED);
    let header = stopped.step("wait").header();
    assert!(header.contains("command interrupted, attempting to kill"), "{header}");

    // The connection is lost: the build is tried again, and what ran is dead.
    let request = master.force("once").await;
    let build = master.build_of(request, 0).await;
    master.printed(build, "once", "waiting").await;
    let folder = worker.cut().await;
    assert_eq!(master.finished(build).await.results, RETRY);
    let worker = connect_again(&target, folder).await;
    let build = master.build_of(request, 1).await;
    assert_eq!(master.finished(build).await.results, SUCCESS);

    // The worker wants to leave: after its build it is sent away.
    let build = master.build_of(master.force("short").await, 0).await;
    master.printed(build, "wait", "waiting").await;
    let call = Call::Worker(WorkerCall::Shutdown);
    worker.master.call(call).await.expect("answered");
    assert_eq!(master.finished(build).await.results, SUCCESS);
    let (ended, folder) = worker.ended().await;
    assert_eq!(ended, Ended::Shutdown);
    master.attached("one", false).await;

    // The master sends it away, in peace and at once.
    let mut folder = folder;
    for method in ["stop", "kill"] {
        let worker = OurWorker::in_folder(&target, folder).await;
        master.attached("one", true).await;
        assert_eq!(master.build("quick").await.results, SUCCESS);
        master.order("workers/1", method, json!({})).await;
        let (ended, left) = worker.ended().await;
        assert_eq!(ended, Ended::Shutdown, "{method}");
        master.attached("one", false).await;
        folder = left;
    }
    master.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn coming_and_going_on_a_master() {
    coming_and_going(Generation::New, Way::Clear).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn coming_and_going_on_a_master_over_tls() {
    coming_and_going(Generation::New, Way::tls()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn coming_and_going_on_an_older_master() {
    coming_and_going(Generation::Old, Way::Clear).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_git_repository_over_tls() {
    let Some(environment) = environment(Generation::New) else {
        return;
    };
    let folder = tempfile::TempDir::new().unwrap();
    let script = "git init -q -b main repo && cd repo && echo 'int main(void) { return 0; }' > a.c && git add a.c \
                  && git -c user.name=J -c user.email=j@example.org commit -q -m first";
    let made = tokio::process::Command::new("sh")
        .args(["-c", script])
        .current_dir(folder.path())
        .status();
    assert!(made.await.unwrap().success());
    let (way, shown) = (Way::tls(), folder.path().display());
    let configuration = format!(
        r#"
builder(
    "git",
    steps.Git(name="git", repourl="file://{shown}/repo", branch="main", mode="full", method="clobber"),
    sh("sources", "cat a.c"),
    steps.Git(name="again", repourl="file://{shown}/repo", branch="main", mode="incremental"),
)
"#
    );
    let master = Master::start(&environment, &way.configured(&configuration)).await;
    let worker = OurWorker::start(&way.target(master.port)).await;
    master.attached("one", true).await;
    let built = master.build("git").await;
    assert_eq!(built.results, SUCCESS, "{built:#?}");
    assert_eq!(built.step("sources").stdout(), "int main(void) { return 0; }\n");
    assert!(built.id > 0 && !built.step("git").state.is_empty());
    drop(worker);
    master.stop().await;
}
