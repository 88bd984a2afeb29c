//! A change that gets into a team's job folder by a real ssh server on this machine.

use super::buildbot::{Buildbot, cloned};
use super::ways::{joined, write_all};
use super::{PATIENCE, change_everything, look, submit, tree, until_over};
use crate::sent::ssh::{Server, user};
use serde_json::json;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};
use tests::Outpost;

/// What its worker built, without Buildbot's own note that a patch was applied.
fn got(buildbot: &Buildbot) -> BTreeMap<String, (bool, Vec<u8>)> {
    let folder = buildbot.got("linux");
    if !folder.exists() {
        return BTreeMap::new();
    }
    let mut got = tree(&folder);
    got.remove(".buildbot-patched");
    got
}

#[tokio::test]
async fn the_command_line_gets_a_change_into_a_job_folder_by_ssh() {
    let (clone, _place, bare) = cloned(write_all);
    let Some(buildbot) = Buildbot::start(&bare).await else {
        return;
    };
    let Some(server) = Server::start() else { return };
    server.answers().await;
    let outpost = Outpost::start().await;
    change_everything(&clone.path());
    let wanted = tree(&clone.path());
    let options = [
        "try".to_owned(),
        "--connect=ssh".to_owned(),
        "--host=127.0.0.1".to_owned(),
        format!("--port={}", server.port),
        format!("--username={}", user()),
        format!("--jobdir={}", buildbot.jobs().display()),
        format!("--buildbotbin={}", buildbot.program().display()),
        format!("--ssh={}", server.ssh()),
        "--builder=linux".to_owned(),
        "--untracked=all".to_owned(),
    ];
    let mut command = outpost.command();
    let output = command.current_dir(clone.path()).args(options).output();
    let output = output.expect("it runs");
    let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    assert_eq!(output.status.code(), Some(0), "{said}");
    // The folder says nothing of what becomes of a job.
    let deadline = Instant::now() + PATIENCE;
    loop {
        let built = buildbot.asked("builds?complete=true").await;
        if built["builds"][0]["results"] == 0 {
            break;
        }
        assert!(Instant::now() < deadline, "{said}\n{built:#}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(got(&buildbot), wanted);
}

#[tokio::test]
async fn what_came_by_ssh_to_a_joined_master_is_followed_by_its_job() {
    let (clone, _place, bare) = cloned(write_all);
    let Some(buildbot) = Buildbot::start(&bare).await else {
        return;
    };
    let Some(server) = Server::start() else { return };
    server.answers().await;
    let outpost = Outpost::start().await;
    joined(&outpost, &buildbot).await;
    let access = json!({
        "master": "team", "way": "ssh", "address": "127.0.0.1", "user": user(), "has_password": false,
        "session_only": true, "port": server.port, "jobdir": buildbot.jobs(), "ssh": server.ssh(),
        "buildbotbin": buildbot.program(), "found_in": null,
    });
    outpost.call("set_try_access", json!({"access": access})).await;
    change_everything(&clone.path());
    let change = look(&outpost, &clone.path()).await;
    let id = submit(&outpost, &change, "team/ssh", &["linux"]).await;
    let row = until_over(&outpost, id).await;
    assert_eq!(
        (&row["state"], &row["results"], &row["applied"]),
        (&json!("ended"), &json!("success"), &json!("applied")),
        "{row:#}"
    );
    assert_eq!(got(&buildbot), tree(&clone.path()));
    let path = row["builders"][0]["path"].as_str().expect("a page");
    assert!(path.starts_with("/masters/team/builders/"), "{path}");
}
