//! A build as it goes, on both releases.

use super::{as_json, builder, join, until_over};
use std::io::{BufRead, BufReader};
use std::process::Stdio;
use tests::{Outpost, Release, Team};

#[tokio::test(flavor = "multi_thread")]
async fn a_whole_build_is_seen_as_it_goes_on_4_3() {
    a_whole_build_is_seen_as_it_goes(Release::New).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_whole_build_is_seen_as_it_goes_on_3_11() {
    a_whole_build_is_seen_as_it_goes(Release::Old).await;
}

async fn a_whole_build_is_seen_as_it_goes(release: Release) {
    let Some(team) = Team::start(release).await else {
        return;
    };
    let outpost = Outpost::start().await;
    join(&outpost, &team.url()).await;
    let mut watch = outpost.command();
    let mut watch = watch
        .args(["status", "--watch"])
        .stdout(Stdio::piped())
        .spawn()
        .expect("it starts");
    team.set("widget", "wait", true);
    team.commit("Ann <ann@example.org>", "add a feature").await;
    let runs = |overview: &serde_json::Value| {
        let running = builder(overview, "team", "widget")["running"].as_array();
        running.is_some_and(|rows| rows.len() == 1)
    };
    outpost.until("team/widget runs", runs).await;

    // Its log is followed while it grows.
    let mut follow = outpost.command();
    follow
        .args(["log", "team/widget/1", "--step", "test", "--follow"])
        .stdout(Stdio::piped());
    let follow = follow.spawn().expect("it starts");
    team.set("widget", "wait", false);
    let log = follow.wait_with_output().expect("it ends with the log");
    assert!(String::from_utf8_lossy(&log.stdout).contains("fine"), "{log:?}");

    let mark = until_over(&outpost, "team", "widget", 1).await;
    assert_eq!(mark["results"], 0);
    until_over(&outpost, "team", "gadget", 1).await;
    let said = outpost.ok(&["builds", "team/widget"]);
    assert!(said.contains("team/widget/1"), "{said}");
    let said = outpost.ok(&["changes", "team"]);
    assert!(
        said.contains("add a feature") && said.contains("ann@example.org"),
        "{said}"
    );
    assert!(outpost.ok(&["workers"]).contains("team/local"));
    let page = as_json(&outpost, &["builders", "team"]);
    assert_eq!(page.as_array().map(Vec::len), Some(7));

    // In a pipe a line tells of each build that ended, and nothing else.
    let mut lines = BufReader::new(watch.stdout.take().expect("its output")).lines();
    let mut told = [
        lines.next().expect("a line").expect("text"),
        lines.next().expect("a line").expect("text"),
    ];
    told.sort();
    watch.kill().expect("it is ended");
    watch.wait().expect("it ends");
    assert!(
        told[0].contains("success") && told[0].contains("team/gadget/1"),
        "{told:?}"
    );
    assert!(
        told[1].contains("success") && told[1].contains("team/widget/1"),
        "{told:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn builders_are_named_with_their_slashes_and_blanks() {
    let Some(team) = Team::start(Release::New).await else {
        return;
    };
    let outpost = Outpost::start().await;
    join(&outpost, &team.url()).await;
    outpost.ok(&["force", "team/slow/mac (10.15)", "--wait"]);
    let said = outpost.ok(&["log", "slow/mac (10.15)/1", "--step", "test"]);
    assert!(said.contains("fine"), "{said}");
    let number = team.read("builds?limit=1").await["builds"][0]["buildid"].clone();
    let said = outpost.ok(&["log", &format!("team/{number}"), "--step", "test"]);
    assert!(said.contains("fine"), "{said}");
}
