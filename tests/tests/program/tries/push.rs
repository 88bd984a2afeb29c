//! A try that is pushed by itself when it is green: the tree that was built, and nothing else.

use super::buildbot::cloned;
use super::of_build::{project, with_test};
use super::{PATIENCE, tree};
use serde_json::json;
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
    let row = outpost
        .until_answer("try_row", json!({"id": 2}), "it is pushed", PATIENCE, |row| {
            row["push"]["state"] == "done"
        })
        .await;
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
