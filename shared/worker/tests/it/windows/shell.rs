//! `shell`: words, environment, limits.

use super::roles::{FAMILY, family};
use crate::master::{Master, all_dead, and, dict, list, pids, sh};
use wire::worker::Value;

#[tokio::test]
async fn a_text_is_a_batch_file() {
    let mut master = Master::new().await;
    let told = master.run("shell", sh("echo one\necho two 1>&2\ncd\nexit /b 3")).await;
    let build = master.path("build");
    assert_eq!(told.stdout(), format!("one\n{}\n", build.display()));
    assert_eq!(told.stderr().trim_end(), "two");
    assert_eq!(told.rc(), Some(3));
    let header = format!("echo one\necho two 1>&2\ncd\nexit /b 3\n in dir {}\n", build.display());
    assert!(told.header().starts_with(&header), "{}", told.header());
}

#[tokio::test]
async fn words_are_run_directly_and_found_in_the_path() {
    let mut master = Master::new().await;
    std::fs::write(master.path("tool.cmd"), "@echo [%1] [%X%]\r\n").unwrap();
    let folder = master.path("").display().to_string();
    let path = Value::List(vec![folder.as_str().into(), "${PATH}".into()]);
    let args = dict([
        ("command", list(["tool", "word"])),
        ("workdir", "build".into()),
        ("env", dict([("path", path), ("x", "1".into()), ("X", "2".into())])),
    ]);
    let told = master.run("shell", args).await;
    assert_eq!(
        (told.stdout().as_str(), told.rc()),
        ("[word] [2]\n", Some(0)),
        "{told:?}"
    );
}

#[tokio::test]
async fn a_missing_program_fails_in_words() {
    let mut master = Master::new().await;
    let args = dict([("command", list(["no-such-program"])), ("workdir", "build".into())]);
    let told = master.run("shell", args).await;
    assert_eq!(told.rc(), Some(1));
    assert_eq!(told.keys(), ["header", "stderr", "rc", "header", "elapsed"]);
    assert!(
        told.stderr().starts_with("Cannot run no-such-program: "),
        "{}",
        told.stderr()
    );
}

#[tokio::test]
async fn there_are_no_terminals() {
    let mut master = Master::new().await;
    let told = master
        .run("shell", and(sh("echo here"), [("usePTY", true.into())]))
        .await;
    assert!(
        told.header().contains("WARNING: disabling usePTY for this command"),
        "{}",
        told.header()
    );
    assert!(told.header().contains(" using PTY: False\n"), "{}", told.header());
    assert_eq!((told.stdout().as_str(), told.rc()), ("here\n", Some(0)));
}

#[tokio::test]
async fn input_is_given() {
    let mut master = Master::new().await;
    let args = and(sh("set /p X=\necho [%X%]"), [("initial_stdin", "needle\r\n".into())]);
    let told = master.run("shell", args).await;
    assert_eq!((told.stdout().as_str(), told.rc()), ("[needle]\n", Some(0)));
}

#[tokio::test]
async fn a_log_file_is_followed() {
    let mut master = Master::new().await;
    let logs = dict([("test.log", "out.txt".into())]);
    let told = master
        .run("shell", and(sh("echo logged> out.txt"), [("logfiles", logs)]))
        .await;
    assert_eq!(told.log("test.log"), "logged\n");
}

#[tokio::test]
async fn an_interrupt_kills_the_whole_family() {
    let mut master = Master::new().await;
    let id = master.start("shell", sh(&family())).await.unwrap();
    let family = pids(&master.path("build/pids"), FAMILY).await;
    master.interrupt("one").await;
    let told = master.finish(&id).await;
    assert_eq!(told.rc(), Some(1), "{told:?}");
    assert!(
        told.header().contains("\ncommand interrupted, attempting to kill\n"),
        "{}",
        told.header()
    );
    all_dead(&family).await;
}

#[tokio::test]
async fn a_timeout_kills_the_whole_family() {
    let mut master = Master::new().await;
    let started = master.start("shell", and(sh(&family()), [("timeout", 5.into())]));
    let id = started.await.unwrap();
    let family = pids(&master.path("build/pids"), FAMILY).await;
    let told = master.finish(&id).await;
    assert_eq!((told.rc(), told.reason()), (Some(1), Some("timeout_without_output")));
    all_dead(&family).await;
}
