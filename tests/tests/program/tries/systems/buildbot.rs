//! A team's real Buildbot master, over Perspective Broker: what its patch tool can make arrives, and what it cannot is
//! refused before it is sent.

use super::super::buildbot::Buildbot;
use super::{ENVIRONMENT, Kinds, Team, prepared, sh};
use tests::Outpost;

/// The master, and the options that lead a try to it.
async fn start(team: &Team) -> Option<(Buildbot, Outpost, [String; 3])> {
    let configuration = |pb: u16, web: u16| {
        format!(
            r#"
from buildbot.plugins import *
c = BuildmasterConfig = {{}}
c['buildbotNetUsageData'] = None
c['buildbotURL'] = 'http://127.0.0.1:{web}/'
c['www'] = {{'port': 'tcp:{web}:interface=127.0.0.1'}}
c['protocols'] = {{'pb': {{'port': 'tcp:0:interface=127.0.0.1'}}}}
c['workers'] = [worker.LocalWorker('local')]
{}
c['schedulers'] = [schedulers.Try_Userpass(name='try', builderNames=names,
    port='tcp:{pb}:interface=127.0.0.1', userpass=[('alice', 's3cret')])]
"#,
            team.builders("mode='incremental'")
        )
    };
    let buildbot = Buildbot::start_with(&ENVIRONMENT, configuration).await?;
    let options = [
        format!("--master={}", buildbot.address()),
        "--username=alice".to_owned(),
        "--passwd=s3cret".to_owned(),
    ];
    let mut outpost = prepared();
    outpost.run(&["--no-tray"]).await;
    Some((buildbot, outpost, options))
}

/// Buildbot's Darcs step is in its folder before it checks out into it, and Darcs clones into no folder that is there:
/// somebody has to have done it by hand.
fn check_darcs_out(team: &Team, buildbot: &Buildbot) {
    let folder = buildbot.worker_folder("darcs");
    std::fs::create_dir_all(&folder).expect("a folder");
    sh(
        &folder,
        &format!("darcs clone -q {}/darcs/server build", team.path().display()),
    );
}

/// Buildbot's Git step checks submodules out before it patches, so their files stay those of the base; that they have
/// moved is in the index.
fn git_arrives(team: &Team, buildbot: &Buildbot, outpost: &Outpost, options: &[&str]) {
    let without_submodule = |tells: String| -> Vec<String> {
        let of_tree = tells.lines().filter(|line| !line.starts_with("./sub/"));
        of_tree.map(str::to_owned).collect()
    };
    let wanted = without_submodule(team.tells("git"));
    let (code, row, said) = team.try_it(outpost, "git", options);
    assert_eq!(code, Some(0), "{row}{said}");
    assert_eq!(without_submodule(team.told("git")), wanted, "{row}{said}");
    let moved = sh(&team.working_copy("git"), "git -C sub rev-parse HEAD");
    let index = sh(&buildbot.worker_folder("git").join("build"), "git ls-files --stage sub");
    assert!(index.contains(moved.trim()), "{index}, not {moved}");
}

#[tokio::test]
async fn what_its_tools_can_make_arrives_and_the_rest_is_refused_by_name() {
    let team = Team::new();
    let Some((buildbot, outpost, options)) = start(&team).await else {
        return;
    };
    let options: Vec<&str> = options.iter().map(String::as_str).collect();
    for system in team.systems.iter().copied() {
        if system == "git" {
            team.change(system, Kinds::Every);
            git_arrives(&team, &buildbot, &outpost, &options);
            continue;
        }
        if system == "darcs" {
            check_darcs_out(&team, &buildbot);
        }
        team.change(system, Kinds::Text);
        team.arrives(&outpost, system, &options);
        team.change_more(system);
        is_refused(&team, &outpost, system, &options);
    }
}

/// Every file that `patch` cannot make is named with its reason, and nothing is sent.
fn is_refused(team: &Team, outpost: &Outpost, system: &str, options: &[&str]) {
    std::fs::remove_file(team.path().join(format!("told-{system}"))).expect("a file");
    let (code, row, said) = team.try_it(outpost, system, options);
    assert_eq!(code, Some(2), "{system}: {row}{said}");
    let mut reasons = vec![
        "data.bin: it is binary",
        "empty: it is empty",
        "latin: it is not UTF-8",
        "new/binary: it is binary",
        "new/nothing: it is empty",
    ];
    if !matches!(system, "darcs" | "cvs") {
        reasons.extend([
            "run.sh: its mode changes",
            "new.sh: its mode changes",
            "link: it is a link",
            "dangling: it is a link",
        ]);
    }
    for reason in reasons {
        assert!(said.contains(reason), "{system}, {reason}: {said}");
    }
    assert!(said.contains("Leave these files out"), "{system}: {said}");
    assert_eq!(team.told(system), "", "{system} was sent");
}
