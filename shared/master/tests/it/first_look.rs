//! A repository that is added while the master runs.

use crate::rig::*;
use model::config::change_source::Branches;
use model::config::{ChangeSourceConfig, GitPoller, MasterConfig};
use std::path::Path;
use std::process::Command;

/// Makes a repository or commits to it: at once, without a chance for the master in between.
fn git(folder: &Path, script: &str) {
    let commit = "git -c user.name=Ada -c user.email=ada@example.org commit -q --allow-empty -m";
    let done = Command::new("sh")
        .args(["-c", &script.replace("COMMIT", commit)])
        .current_dir(folder)
        .envs([("GIT_CONFIG_NOSYSTEM", "1"), ("GIT_CONFIG_GLOBAL", "/dev/null")])
        .status();
    assert!(done.expect("git runs").success(), "{script}");
}

fn watching(repourl: String) -> MasterConfig {
    let mut watching = config(vec![builder("b", vec![shell("one", "say it")])]);
    watching.change_sources = vec![ChangeSourceConfig::Git(GitPoller {
        repourl,
        branches: Branches::Default,
        poll_interval: 600.0,
        poll_at_launch: true,
        category: None,
        project: String::new(),
        codebase: String::new(),
        build_at_first_sight: false,
        location: Default::default(),
    })];
    watching
}

#[tokio::test]
async fn what_is_committed_once_it_was_added_is_a_change() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    git(folder.path(), "git init -q -b main && COMMIT before");
    let rig = Rig::start(config(vec![builder("b", vec![])])).await;
    let url = folder.path().to_str().expect("a plain path").to_owned();
    rig.master.reconfigure(watching(url)).await.expect("it is taken over");
    git(folder.path(), "COMMIT after");
    soon("the change", async {
        while rig.master.state().await.change_sources[0].changes == 0 {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    })
    .await;
}

#[tokio::test]
async fn one_that_is_not_there_holds_nothing_up() {
    let rig = Rig::start(config(vec![builder("b", vec![])])).await;
    for nowhere in ["/no/such/folder", "https://no-such-host.invalid/repository"] {
        let added = rig.master.reconfigure(watching(nowhere.to_owned()));
        soon("taking over", added).await.expect("it is taken over");
    }
}
