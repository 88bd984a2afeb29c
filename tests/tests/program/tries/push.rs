//! A try that is pushed by itself when it is green: the tree that was built, and nothing else.

use super::buildbot::cloned;
use super::of_build::{project, with_test};
use super::{look, submit, tree, until};
use serde_json::json;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use tests::Outpost;

#[tokio::test]
async fn what_is_green_is_pushed_when_that_was_asked_for_and_what_is_red_is_not() {
    let (clone, _place, bare) = cloned(with_test);
    let outpost = Outpost::start().await;
    project(&outpost, &clone).await;
    let first = clone.git(&["rev-parse", "HEAD"]);
    let tip = || git(&bare, &["rev-parse", "main"]);
    let tried = |untracked: &str, comment: &str| {
        let mut command = outpost.command();
        command.current_dir(clone.path());
        command.args([
            "try",
            "--master",
            "bundled",
            "-b",
            "frob",
            "--wait",
            "--push-when-green",
            "-C",
            comment,
        ]);
        let output = command.arg(untracked).output().expect("it runs");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        (
            output.status.code(),
            String::from_utf8_lossy(&output.stdout).into_owned() + &said,
        )
    };
    clone.write("text.txt", "other\n");
    clone.write("red", "it fails\n");
    let (code, said) = tried("--untracked=all", "it is red");
    assert_eq!(code, Some(1), "{said}");
    assert_eq!(tip(), first);
    let rows = outpost.call("tries", json!({})).await;
    assert_eq!(rows["tries"][0]["push"]["state"], "no", "{rows:#}");

    std::fs::remove_file(clone.path().join("red")).expect("a file");
    clone.write("new", "new\n");
    let wanted = tree(&clone.path());
    let (code, said) = tried("--untracked=all", "it is green");
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains(&format!("Pushed {} to ", tip())), "{said}");
    let row = outpost.call("try_row", json!({"id": 2})).await;
    assert_eq!(row["push"]["commit"], tip(), "{row:#}");
    assert_eq!(
        git(&bare, &["log", "-1", "--format=%s %P", "main"]),
        format!("it is green {first}")
    );
    let got = tempfile::tempdir().expect("a temporary folder");
    let to = got.path().join("got");
    git(&bare, &["clone", "--quiet", ".", to.to_str().expect("text")]);
    assert_eq!(tree(&to), wanted);
}

#[tokio::test]
async fn a_push_that_was_cut_off_is_made_after_the_restart() {
    let (clone, _place, bare) = cloned(with_test);
    let mut outpost = Outpost::start().await;
    project(&outpost, &clone).await;
    // The first push waits until it is told to stop, and is then refused.
    let hook = bare.join("hooks/pre-receive");
    let text = "#!/bin/sh\ntest -e begun && exit 0\ntouch begun\nwhile ! test -e stop; do sleep 0.05; done\nexit 1\n";
    std::fs::create_dir_all(bare.join("hooks")).expect("a folder");
    std::fs::write(&hook, text).expect("a file");
    std::fs::set_permissions(&hook, std::fs::Permissions::from_mode(0o755)).expect("a mode");
    clone.write("text.txt", "other\n");
    let change = look(&outpost, &clone.path()).await;
    let order = json!({"change": change["change"], "target": "bundled", "builders": ["frob"], "push_when_green": true});
    let row = outpost.call("try_submit", order).await;
    let id = row["id"].as_i64().expect("a try");
    let deadline = std::time::Instant::now() + super::PATIENCE;
    while !bare.join("begun").exists() {
        assert!(std::time::Instant::now() < deadline, "nothing is pushed");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    outpost.kill();
    std::fs::write(bare.join("stop"), "").expect("a file");
    outpost.run(&["--no-tray"]).await;
    let row = until(&outpost, id, "it is pushed", |row| row["push"]["state"] != "asked").await;
    assert_eq!(row["push"]["state"], "done", "{row:#}");
    assert_eq!(row["push"]["commit"], git(&bare, &["rev-parse", "main"]));
}

#[tokio::test]
async fn of_two_faces_that_push_at_once_one_does() {
    let (clone, _place, bare) = cloned(with_test);
    let outpost = Outpost::start().await;
    project(&outpost, &clone).await;
    clone.write("text.txt", "other\n");
    let change = look(&outpost, &clone.path()).await;
    let id = submit(&outpost, &change, "bundled", &["frob"]).await;
    until(&outpost, id, "it can be pushed", |row| row["push"]["state"] == "ready").await;
    let push = || outpost.try_call("try_push", json!({"id": id}));
    let ((one, first), (other, second)) = tokio::join!(push(), push());
    assert_eq!(one.min(other), 200, "{first:#} {second:#}");
    assert_eq!(one.max(other), 409, "{first:#} {second:#}");
    let row = outpost.call("try_row", json!({"id": id})).await;
    assert_eq!(row["push"]["commit"], git(&bare, &["rev-parse", "main"]), "{row:#}");
}

fn git(repository: &Path, arguments: &[&str]) -> String {
    let output = std::process::Command::new("git")
        .arg("-C")
        .arg(repository)
        .args(arguments)
        .output()
        .expect("git starts");
    assert!(
        output.status.success(),
        "git {arguments:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}
