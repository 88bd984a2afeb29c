//! Masters that say no, or nothing.

use super::{Folder, attach, builds_hello, lives, said};
use serde_json::Value;
use tests::Buildbot;

#[tokio::test]
async fn a_wrong_password_and_a_second_worker_of_the_name_are_told_and_tried_again() {
    let Some(buildbot) = Buildbot::start().await else {
        return;
    };
    for address in [buildbot.address(), format!("ws://127.0.0.1:{}", buildbot.msgpack())] {
        let wrong = Folder::new();
        wrong.ok("create", &[&address, "w1", "wrong"]);
        let output = wrong.worker("start", &[]);
        assert_eq!(output.status.code(), Some(1));
        let told = said(&output);
        assert!(
            told.contains("does not accept worker 'w1' with this password"),
            "{told}"
        );
        assert!(lives(wrong.pid().expect("it runs")), "it goes on trying");
        assert!(
            !told.contains("wrong") && !wrong.log().contains("wrong"),
            "{told}\n{}",
            wrong.log()
        );
        wrong.ok("create", &["--force", &address, "w1", "pass-w1"]);
        wrong.ok("restart", &[]);
        buildbot.worker("w1", true).await;
        wrong.ok("stop", &[]);
        buildbot.worker("w1", false).await;
    }

    let first = Folder::made(&buildbot.address(), "w2", &[]);
    attach(&first, &buildbot, "w2").await;
    let second = Folder::made(&buildbot.address(), "w2", &[]);
    let output = second.worker("start", &["--json"]);
    assert_eq!(output.status.code(), Some(1));
    let told: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(told["state"], "waiting");
    assert!(
        told["why"]
            .as_str()
            .is_some_and(|why| why.contains("does not take the worker")),
        "{told:#}"
    );
    builds_hello(&buildbot, "w2", 1).await;
}

#[test]
fn a_worker_that_may_try_only_so_often_ends_and_says_why() {
    let folder = Folder::made("unix:path=/no/such/master", "w", &["--maxretries", "0"]);
    for options in [&[][..], &["--nodaemon"]] {
        let output = folder.worker("start", options);
        assert_eq!(output.status.code(), Some(5), "{}", said(&output));
        assert!(
            said(&output).contains("cannot reach unix:path=/no/such/master"),
            "{}",
            said(&output)
        );
    }
    assert_eq!(folder.pid(), None);
}

#[test]
fn a_folder_has_one_worker() {
    let folder = Folder::made("unix:path=/no/such/master", "w", &[]);
    assert_eq!(folder.worker("start", &[]).status.code(), Some(1));
    let output = folder.worker("start", &[]);
    assert_eq!(output.status.code(), Some(5));
    assert!(
        said(&output).contains("runs in") && said(&output).contains("already"),
        "{}",
        said(&output)
    );
    let output = folder.worker("start", &["--nodaemon"]);
    assert_eq!(output.status.code(), Some(5), "{}", said(&output));
    folder.ok("stop", &[]);
}
