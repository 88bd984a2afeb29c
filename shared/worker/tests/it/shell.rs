//! `shell`, argument by argument.

use super::master::{Master, and, dict, list, sh};
use wire::worker::Value;
use wire::worker::link::CallError;

async fn refusal(name: &str, args: Value) -> (String, String) {
    let mut master = Master::new().await;
    match master.start(name, args).await {
        Err(CallError::Failed(failure)) => (failure.kind, failure.message),
        other => panic!("not refused: {other:?}"),
    }
}

#[tokio::test]
async fn a_minimal_command_shows_its_environment() {
    let mut master = Master::new().await;
    let told = master
        .run(
            "shell",
            dict([("command", "echo hi".into()), ("workdir", "build".into())]),
        )
        .await;
    let build = master.path("build");
    let build = build.display();
    let wanted = format!(
        "echo hi\n in dir {build}\n watching logfiles {{}}\n argv: b'echo hi'\n environment:\n  HOME=/srv/bb/home\n  \
         LANG=C.UTF-8\n  PATH=/usr/bin:/bin\n  PWD={build}\n using PTY: False\nelapsedTime="
    );
    assert!(told.header().starts_with(&wanted), "{}", told.header());
    assert_eq!((told.stdout().as_str(), told.rc()), ("hi\n", Some(0)));
    assert_eq!(told.keys(), ["header", "stdout", "rc", "header", "elapsed"]);
}

#[tokio::test]
async fn bytes_do_where_text_is_usual() {
    let mut master = Master::new().await;
    let bytes = |text: &'static str| Value::Bytes(bytes::Bytes::from_static(text.as_bytes()));
    let args = dict([("command", bytes("echo hi")), ("workdir", bytes("build"))]);
    assert_eq!(master.run("shell", args).await.stdout(), "hi\n");
}

#[tokio::test]
async fn unwanted_output_is_not_sent() {
    let mut master = Master::new().await;
    let args = and(
        sh("echo out; echo err >&2"),
        [("want_stdout", Value::Int(0)), ("usePTY", Value::Int(0))],
    );
    let told = master.run("shell", args).await;
    assert_eq!((told.stdout(), told.stderr()), (String::new(), "err\n".to_owned()));
    let told = master
        .run(
            "shell",
            and(sh("echo out; echo err >&2"), [("want_stderr", false.into())]),
        )
        .await;
    assert_eq!((told.stdout(), told.stderr()), ("out\n".to_owned(), String::new()));
}

#[tokio::test]
async fn secrets_reach_the_program_and_nobody_else() {
    let mut master = Master::new().await;
    let secret = Value::Tuple(vec!["obfuscated".into(), "REALPW".into(), "XXXX".into()]);
    let command = Value::List(vec![
        "/bin/sh".into(),
        "-c".into(),
        "test ${#0} = 6 && echo right; exit 9".into(),
        secret,
    ]);
    let told = master
        .run("shell", dict([("command", command), ("workdir", "".into())]))
        .await;
    assert_eq!((told.stdout().as_str(), told.rc()), ("right\n", Some(9)));
    assert!(told.header().contains("XXXX"));
    assert!(!format!("{told:?}").contains("REALPW"));
    // And when the program is not there.
    let secret = Value::Tuple(vec!["obfuscated".into(), "/no/REALPW".into(), "XXXX".into()]);
    let told = master
        .run(
            "shell",
            dict([("command", Value::List(vec![secret])), ("workdir", "".into())]),
        )
        .await;
    assert_eq!(told.rc(), Some(1));
    assert!(!format!("{told:?}").contains("REALPW"), "{told:?}");
}

#[tokio::test]
async fn numbers_among_the_words_are_taken_as_text() {
    let mut master = Master::new().await;
    let words = Value::List(vec!["echo".into(), 5.into(), 1.5.into(), true.into(), Value::None]);
    let told = master
        .run("shell", dict([("command", words), ("workdir", "".into())]))
        .await;
    assert_eq!(told.stdout(), "5 1.5 True None\n");
}

#[tokio::test]
async fn a_terminal_is_given_up_when_there_is_input() {
    let mut master = Master::new().await;
    let told = master
        .run(
            "shell",
            and(
                sh("cat; test -t 0 || echo no tty"),
                [("usePTY", true.into()), ("initial_stdin", "in\n".into())],
            ),
        )
        .await;
    assert!(
        told.header()
            .starts_with("WARNING: disabling usePTY for this commandcat;"),
        "{}",
        told.header()
    );
    assert!(
        told.header()
            .contains("\n writing 3 bytes to stdin\n using PTY: False\n"),
        "{}",
        told.header()
    );
    assert_eq!(told.stdout(), "in\nno tty\n");
}

#[tokio::test]
async fn other_values_of_use_pty_fail_the_command() {
    let mut master = Master::new().await;
    let told = master
        .run("shell", and(sh("echo hi"), [("usePTY", "slave-config".into())]))
        .await;
    let failure = told.failure.as_ref().unwrap();
    assert_eq!(failure.kind, "builtins.AssertionError");
    assert_eq!(
        failure.message,
        "Unexpected usePTY argument value: 'slave-config'. Expected boolean."
    );
    assert_eq!(told.keys(), ["elapsed"]);
}

#[tokio::test]
async fn a_bad_environment_fails_the_command() {
    let mut master = Master::new().await;
    let told = master
        .run("shell", and(sh("echo hi"), [("env", dict([("A", 1.into())]))]))
        .await;
    let failure = told.failure.as_ref().unwrap();
    assert_eq!(failure.kind, "builtins.RuntimeError");
    assert_eq!(
        failure.message,
        "'env' values must be strings or lists; key 'A' is incorrect"
    );
    assert_eq!(told.keys(), ["elapsed"]);
}

#[tokio::test]
async fn a_folder_that_cannot_be_made_fails_the_command_in_words() {
    let mut master = Master::new().await;
    std::fs::write(master.path("file"), "").unwrap();
    let told = master
        .run(
            "shell",
            dict([("command", "echo hi".into()), ("workdir", "file/below".into())]),
        )
        .await;
    assert_eq!(
        told.failure.as_ref().unwrap().kind,
        "buildbot_worker.exceptions.AbandonChain"
    );
    assert!(
        told.stderr().starts_with("Cannot make the folder '"),
        "{}",
        told.stderr()
    );
    assert!(
        told.stderr().ends_with("/one/file/below' to run in: Not a directory\n"),
        "{}",
        told.stderr()
    );
}

#[tokio::test]
async fn missing_arguments_are_named() {
    let missing = refusal("shell", dict([("workdir", "".into())])).await;
    assert_eq!(
        missing,
        (
            "builtins.ValueError".to_owned(),
            "shell is missing args: command".to_owned()
        )
    );
    let missing = refusal("shell", dict([("command", "x".into())])).await;
    assert_eq!(missing, ("builtins.KeyError".to_owned(), "'workdir'".to_owned()));
    let missing = refusal("uploadFile", dict([("workdir", "".into()), ("workersrc", "x".into())])).await;
    assert_eq!(missing.1, "uploadFile is missing args: writer, blocksize");
    let upload = dict([
        ("workdir", "".into()),
        ("workersrc", "x".into()),
        ("writer", 1.into()),
        ("blocksize", 10.into()),
    ]);
    assert_eq!(
        refusal("uploadFile", upload).await,
        ("builtins.KeyError".to_owned(), "'maxsize'".to_owned())
    );
    assert_eq!(
        refusal("mkdir", dict([])).await,
        ("builtins.KeyError".to_owned(), "'dir'".to_owned())
    );
    assert_eq!(
        refusal("mkdir", dict([("dir", list(["a", "b"]))])).await.0,
        "builtins.TypeError"
    );
}

#[tokio::test]
async fn unterminated_lines_come_after_rc_by_name_of_stream() {
    let mut master = Master::new().await;
    let logs = dict([("aaa", "a.log".into()), ("zzz", "z.log".into())]);
    let script = "printf out; printf err >&2; printf a > a.log; printf z > z.log";
    let told = master.run("shell", and(sh(script), [("logfiles", logs)])).await;
    assert_eq!(
        told.keys(),
        ["header", "rc", "header", "elapsed", "log", "stderr", "stdout", "log"]
    );
    assert_eq!((told.log("aaa"), told.log("zzz")), ("a\n".to_owned(), "z\n".to_owned()));
}

#[tokio::test]
async fn an_old_log_file_is_read_only_when_it_changes() {
    let mut master = Master::new().await;
    let build = master.path("build");
    std::fs::create_dir(&build).unwrap();
    for name in ["same", "grown", "followed"] {
        std::fs::write(build.join(name), "old\n").unwrap();
    }
    let follow = dict([("filename", "followed".into()), ("follow", true.into())]);
    let logs = dict([
        ("same", "same".into()),
        ("grown", "grown".into()),
        ("followed", follow),
        ("absent", "absent".into()),
        ("folder", ".".into()),
    ]);
    let told = master
        .run(
            "shell",
            and(sh("echo new >> grown; echo new >> followed"), [("logfiles", logs)]),
        )
        .await;
    assert_eq!(told.log("same"), "");
    assert_eq!(told.log("grown"), "old\nnew\n");
    assert_eq!(told.log("followed"), "new\n");
    assert_eq!(told.rc(), Some(0));
}

#[tokio::test]
async fn a_log_file_is_told_while_the_command_runs() {
    let mut master = Master::new().await;
    let args = and(
        sh("echo one > l; while ! test -e go; do sleep 0.01; done"),
        [("logfiles", dict([("l", "l".into())]))],
    );
    let id = master.start("shell", args).await.unwrap();
    let begun = master.until(&id, |told| told.log("l") == "one\n").await;
    assert_eq!(begun.rc(), None);
    std::fs::write(master.path("build/go"), "").unwrap();
    assert_eq!(master.finish(&id).await.rc(), Some(0));
}
