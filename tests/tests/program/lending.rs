//! The resident lends this machine to a real Buildbot master.

use serde_json::{Value, json};
use std::io::Write;
use std::process::Stdio;
use std::time::{Duration, Instant};
use tests::{Buildbot, Outpost};

/// How long something that must happen may take on a slow machine.
const PATIENCE: Duration = Duration::from_secs(120);

/// `outpost lend add`, with the password on standard input.
fn lend(outpost: &Outpost, master: &str, name: &str, password: &str) -> String {
    let mut child = outpost
        .command()
        .args(["lend", "add", master, name, "--passwd-file", "-", "--session-only"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut stdin = child.stdin.take().expect("its input");
    writeln!(stdin, "{password}").expect("it reads");
    drop(stdin);
    let output = child.wait_with_output().expect("it ends");
    assert!(output.status.success());
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Waits until the first lending is as wanted.
async fn until(outpost: &Outpost, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let mut answer = outpost.call("lendings", json!({})).await;
        let row = answer["lendings"][0].take();
        if wanted(&row) {
            return row;
        }
        assert!(
            Instant::now() < deadline,
            "it did not come to pass that {what}: {row:#}"
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn until_it_is(outpost: &Outpost, condition: &str) -> Value {
    until(outpost, condition, |row| row["condition"] == condition).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_machine_is_lent_paused_and_lent_again() {
    let Some(buildbot) = Buildbot::start().await else {
        return;
    };
    let outpost = Outpost::start().await;
    let said = lend(&outpost, &buildbot.address(), "w1", "pass-w1");
    assert!(said.contains(&format!("{} as w1", buildbot.address())), "{said}");
    buildbot.worker("w1", true).await;
    until_it_is(&outpost, "free").await;
    // The password is nowhere on the disk.
    let found = std::process::Command::new("grep")
        .args(["-rl", "pass-w1"])
        .arg(outpost.home())
        .output();
    assert_eq!(String::from_utf8_lossy(&found.expect("grep runs").stdout), "");
    buildbot.force("gate-w1").await;
    let row = until_it_is(&outpost, "building").await;
    assert_eq!(row["building"][0]["builder"], "gate-w1");
    assert!(outpost.ok(&["lend", "status"]).contains("building gate-w1"));
    // What runs is finished, and nothing else comes.
    outpost.ok(&["lend", "pause"]);
    until_it_is(&outpost, "leaving").await;
    buildbot.force("hello-w1").await;
    buildbot.open_gate();
    assert_eq!(buildbot.built("gate-w1", 1).await, 0);
    buildbot.worker("w1", false).await;
    until_it_is(&outpost, "paused").await;
    let builds = buildbot.rest("builders/hello-w1/builds").await.expect("an answer");
    assert_eq!(builds["builds"], json!([]));
    outpost.ok(&["lend", "resume"]);
    assert_eq!(buildbot.built("hello-w1", 1).await, 0);
    let off = outpost.ok(&["lend", "off", "w1"]);
    assert!(!off.is_empty());
    buildbot.worker("w1", false).await;
    until_it_is(&outpost, "off").await;
    assert!(outpost.ok(&["lend", "remove", "w1"]).contains("lent to nobody"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_machine_that_is_taken_back_leaves_its_build_to_others() {
    let Some(buildbot) = Buildbot::start().await else {
        return;
    };
    let outpost = Outpost::start().await;
    lend(&outpost, &buildbot.address(), "w2", "pass-w2");
    buildbot.worker("w2", true).await;
    buildbot.force("gate-w2").await;
    buildbot.printed("gate-w2", 1, "waiting").await;
    outpost.ok(&["lend", "take-back"]);
    // Retry: the master asks for it again.
    assert_eq!(buildbot.built("gate-w2", 1).await, 5);
    buildbot.worker("w2", false).await;
    until_it_is(&outpost, "paused").await;
    assert!(tests::survivors(outpost.home()).is_empty());
    buildbot.open_gate();
    outpost.ok(&["lend", "resume"]);
    assert_eq!(buildbot.built("gate-w2", 2).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_is_told_plainly_and_put_right() {
    let Some(buildbot) = Buildbot::start().await else {
        return;
    };
    let outpost = Outpost::start().await;
    lend(&outpost, &buildbot.address(), "w3", "wrong");
    let row = until_it_is(&outpost, "away").await;
    let trouble = row["trouble"].as_str().expect("a trouble");
    assert!(
        trouble.contains("does not accept worker 'w3' with this password"),
        "{trouble}"
    );
    assert!(row["until"].is_number());
    let fields = json!({
        "master": buildbot.address(), "name": "w3", "password": "pass-w3", "protocol": null, "tls": false,
        "folder": null, "builds": 1, "nice": 10, "session_only": true,
    });
    let input = json!({"lending": row["lending"], "fields": fields});
    outpost.call("change_lending", input).await;
    buildbot.worker("w3", true).await;
    until_it_is(&outpost, "free").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_lent_is_refused_by_field() {
    let outpost = Outpost::start().await;
    let fields = json!({
        "master": "", "name": "", "password": null, "protocol": null, "tls": false,
        "folder": "relative", "builds": 0, "nice": 10, "session_only": true,
    });
    let (status, refusal) = outpost.try_call("add_lending", json!({"fields": fields})).await;
    assert_ne!(status, 200);
    let wrong: Vec<&String> = refusal["fields"].as_object().expect("fields").keys().collect();
    assert_eq!(wrong, ["builds", "folder", "master", "name"]);
    let output = outpost.cli(&["lend", "pause"]);
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("lent to nobody"));
    assert!(outpost.ok(&["lend", "status"]).contains("lent to nobody"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lending_outlives_a_restart_but_not_a_password_for_the_session() {
    let mut outpost = Outpost::start().await;
    // Nobody answers there, which is no hindrance.
    lend(&outpost, "127.0.0.1:1", "w1", "pass-w1");
    let before = until_it_is(&outpost, "away").await;
    assert!(
        before["trouble"]
            .as_str()
            .expect("a trouble")
            .contains("cannot reach 127.0.0.1:1")
    );
    outpost.kill();
    outpost.run(&["--no-tray"]).await;
    let after = until_it_is(&outpost, "no_password").await;
    for same in ["lending", "master", "name", "folder", "builds", "nice"] {
        assert_eq!(after[same], before[same], "{same}");
    }
    let said = outpost.ok(&["lend", "status"]);
    assert!(said.contains("give it again"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_keychain_the_choice_is_told() {
    let mut outpost = Outpost::prepared().with("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere");
    outpost.run(&["--no-tray"]).await;
    let fields = json!({
        "master": "127.0.0.1:1", "name": "w1", "password": "pass-w1", "protocol": null, "tls": false,
        "folder": null, "builds": null, "nice": 0, "session_only": false,
    });
    let (status, refusal) = outpost.try_call("add_lending", json!({"fields": fields})).await;
    assert_ne!(status, 200);
    let message = refusal["message"].as_str().expect("a message");
    assert!(message.contains("the password cannot be kept"), "{message}");
    assert!(
        refusal["hint"]
            .as_str()
            .expect("a hint")
            .contains("only until Outpost ends")
    );
    let answer = outpost.call("lendings", json!({})).await;
    assert_eq!(answer["lendings"], json!([]));
}
