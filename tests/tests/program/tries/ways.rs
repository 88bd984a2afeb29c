//! A change that a team's real Buildbot builds: by Perspective Broker, by a form, and by a master that is down at first.

use super::buildbot::{Buildbot, cloned};
use super::{change_everything, lay_out, look, submit, tree, until, until_over};
use serde_json::{Value, json};
use tests::{Outpost, Repository};

pub(super) async fn give_access(outpost: &Outpost, buildbot: &Buildbot, password: &str) -> (u16, Value) {
    let access = json!({
        "master": "team", "way": "pb", "address": buildbot.address(), "user": "alice", "has_password": false,
        "session_only": true, "port": null, "jobdir": "", "ssh": "", "buildbotbin": "", "found_in": null,
    });
    let input = json!({"access": access, "password": password, "check": true});
    outpost.try_call("set_try_access", input).await
}

pub(super) async fn joined(outpost: &Outpost, buildbot: &Buildbot) {
    join(outpost, &buildbot.url()).await;
}

/// Joins a master as `team` and waits until it is followed.
pub(super) async fn join(outpost: &Outpost, url: &str) {
    outpost.ok(&["join", url, "--name", "team"]);
    outpost
        .until("the team is followed", |overview| {
            let mut masters = overview["masters"].as_array().into_iter().flatten();
            masters.any(|master| master["master"] == "team" && master["condition"] == "live")
        })
        .await;
}

pub(super) fn write_all(repository: &Repository) {
    lay_out(|file, text| repository.write(file, text));
}

#[tokio::test]
async fn a_joined_master_builds_the_working_copy_by_every_way_that_is_open() {
    let (clone, _place, bare) = cloned(write_all);
    let Some(buildbot) = Buildbot::start(&bare).await else {
        return;
    };
    let outpost = Outpost::start().await;
    joined(&outpost, &buildbot).await;
    let (status, refusal) = give_access(&outpost, &buildbot, "wrong").await;
    assert_ne!(status, 200);
    assert!(!refusal["fields"]["password"].is_null(), "{refusal:#}");
    let (status, answer) = give_access(&outpost, &buildbot, "s3cret").await;
    assert_eq!(status, 200, "{answer:#}");

    change_everything(&clone.path());
    let wanted = tree(&clone.path());
    for target in ["team/pb", "team/form/form"] {
        let change = look(&outpost, &clone.path()).await;
        let targets = outpost.call("try_targets", json!({"change": change["change"]})).await;
        let there = targets["targets"]
            .as_array()
            .into_iter()
            .flatten()
            .find(|one| one["target"] == target);
        let there = there.unwrap_or_else(|| panic!("{target} is missing: {targets:#}"));
        assert_eq!(there["cannot"], Value::Null, "{there:#}");
        assert_eq!(there["builders"].as_array().map(Vec::len), Some(2), "{there:#}");
        let id = submit(&outpost, &change, target, &["linux"]).await;
        let row = until_over(&outpost, id).await;
        assert_eq!(
            (&row["state"], &row["results"]),
            (&json!("ended"), &json!("success")),
            "{row:#}"
        );
        assert_eq!(row["applied"], "applied", "{row:#}");
        assert!(
            row["builders"][0]["path"]
                .as_str()
                .is_some_and(|path| path.starts_with("/masters/team/builders/"))
        );
        let mut got = tree(&buildbot.got("linux"));
        // Buildbot's own note that a patch was applied.
        got.remove(".buildbot-patched");
        assert_eq!(got, wanted, "{target}");
        std::fs::remove_dir_all(buildbot.got("linux")).expect("a folder");
    }
}

#[tokio::test]
async fn a_try_waits_for_a_master_that_is_down_and_is_sent_when_it_is_back() {
    let (clone, _place, bare) = cloned(write_all);
    let Some(mut buildbot) = Buildbot::start(&bare).await else {
        return;
    };
    let mut outpost = Outpost::start().await;
    joined(&outpost, &buildbot).await;
    assert_eq!(give_access(&outpost, &buildbot, "s3cret").await.0, 200);
    buildbot.kill();
    clone.write("text.txt", "other\n");
    let change = look(&outpost, &clone.path()).await;
    let id = submit(&outpost, &change, "team/form/form", &["linux"]).await;
    let row = until(&outpost, id, "it waits", |row| row["state"] == "queued").await;
    assert_eq!(row["can_cancel"], true);
    let second = submit(&outpost, &change, "team/form/form", &["other"]).await;
    until(&outpost, second, "it waits", |row| row["state"] == "queued").await;
    let row = outpost.call("try_cancel", json!({"id": second})).await;
    assert_eq!(row["state"], "cancelled");
    outpost.kill();
    outpost.run(&["--no-tray"]).await;
    buildbot.run().await;
    outpost.call("reconnect", json!({"master": "team"})).await;
    let row = until_over(&outpost, id).await;
    assert_eq!(
        (&row["state"], &row["results"]),
        (&json!("ended"), &json!("success")),
        "{row:#}"
    );
}

#[tokio::test]
async fn the_command_line_tries_at_a_master_that_is_not_joined() {
    let (clone, _place, bare) = cloned(write_all);
    let Some(buildbot) = Buildbot::start(&bare).await else {
        return;
    };
    let outpost = Outpost::start().await;
    let run = |arguments: &[&str]| {
        let mut command = outpost.command();
        command.current_dir(clone.path()).arg("try").args(arguments);
        let output = command.output().expect("it runs");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (output.status.code(), text(&output.stdout), text(&output.stderr))
    };
    clone.write(
        ".buildbot/options",
        &format!(
            "try_connect = 'pb'\ntry_master = '{}'\ntry_username = 'alice'\ntry_password = 's3cret'\n",
            buildbot.address()
        ),
    );
    let (code, names, said) = run(&["--get-builder-names"]);
    assert_eq!(code, Some(0), "{said}");
    assert!(names.ends_with("linux\nother\n"), "{names}");

    clone.write("text.txt", "other\n");
    clone.write("red", "");
    let (code, told, said) = run(&["--dryrun", "-b", "linux", "--untracked=none"]);
    assert_eq!(code, Some(0), "{said}");
    assert!(told.contains("+other") && !told.contains("b/red"), "{told}");
    let (code, told, said) = run(&["-b", "linux", "--untracked=none", "--wait", "-C", "why"]);
    assert_eq!(code, Some(0), "{told}{said}");
    let (code, told, said) = run(&["-b", "lin*", "--untracked=red", "--wait"]);
    assert_eq!(code, Some(1), "{told}{said}");
    let (code, _, said) = run(&["-b", "nobody"]);
    assert_eq!(code, Some(2), "{said}");
    let (code, _, said) = run(&[
        "-m",
        &buildbot.address(),
        "-u",
        "alice",
        "--passwd",
        "wrong",
        "-b",
        "linux",
        "--untracked=none",
    ]);
    assert_eq!(code, Some(7), "{said}");
    let history = outpost.ok(&["tries"]);
    assert!(history.contains("why"), "{history}");
}
