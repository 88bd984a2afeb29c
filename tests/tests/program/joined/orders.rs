//! What a person may do to a team's builds.

use super::{builder, join, refused, until_over};
use serde_json::Value;
use tests::{Outpost, Release, Team};

/// Waits until so many builds of a builder run, and so many wait.
async fn until_busy(outpost: &Outpost, of: &str, running: usize, waiting: i64) -> Value {
    let is_so = |overview: &Value| {
        let row = builder(overview, "team", of);
        row["running"].as_array().is_some_and(|rows| rows.len() == running) && row["waiting"] == waiting
    };
    outpost
        .until(&format!("{running} of {of} run and {waiting} wait"), is_so)
        .await
}

/// Nothing is begun while the only worker is paused.
async fn pause_the_worker(outpost: &Outpost, team: &Team) {
    outpost.ok(&["workers", "pause", "team/local", "--reason", "for a test"]);
    team.until("the worker is paused", "workers?limit=10", |answer| {
        answer["workers"][0]["paused"] == true
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn builds_are_stopped_and_built_again() {
    let Some(team) = Team::start(Release::New).await else {
        return;
    };
    let outpost = Outpost::start().await;
    join(&outpost, &team.url()).await;
    team.set("slow", "wait", true);
    let of = "slow/mac (10.15)";
    outpost.ok(&["force", "team/slow/mac (10.15)"]);
    until_busy(&outpost, of, 1, 0).await;
    let said = outpost.ok(&["stop", "team/slow/mac (10.15)", "--reason", "enough of it"]);
    assert!(said.contains("team/slow/mac (10.15)/1"), "{said}");
    assert_eq!(until_over(&outpost, "team", of, 1).await["results"], 6);
    team.set("slow", "wait", false);
    let said = outpost.ok(&["rebuild", "team/slow/mac (10.15)/1", "--wait"]);
    assert!(said.contains("team/slow/mac (10.15)/2"), "{said}");
    assert!(
        outpost
            .ok(&["stop", "team/slow/mac (10.15)/2"])
            .contains("over already")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_is_cancelled_and_workers_and_schedulers_are_switched() {
    let Some(team) = Team::start(Release::New).await else {
        return;
    };
    let outpost = Outpost::start().await;
    join(&outpost, &team.url()).await;
    pause_the_worker(&outpost, &team).await;
    outpost.ok(&["force", "team/widget"]);
    outpost.ok(&["force", "team/widget"]);
    until_busy(&outpost, "widget", 0, 2).await;
    outpost.ok(&["cancel", "team/widget"]);
    until_busy(&outpost, "widget", 0, 0).await;
    outpost.ok(&["workers", "unpause", "team/local"]);

    assert!(outpost.ok(&["schedulers", "team"]).contains("team/push"));
    outpost.ok(&["schedulers", "disable", "team/push"]);
    team.until("the scheduler is off", "schedulers?limit=10", |answer| {
        let all = answer["schedulers"].as_array().cloned().unwrap_or_default();
        all.iter().any(|row| row["name"] == "push" && row["enabled"] == false)
    })
    .await;
    outpost.ok(&["schedulers", "enable", "team/push"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_priority_that_the_master_cannot_change_is_told_and_stays() {
    let Some(team) = Team::start(Release::New).await else {
        return;
    };
    let outpost = Outpost::start().await;
    join(&outpost, &team.url()).await;
    pause_the_worker(&outpost, &team).await;
    outpost.ok(&["force", "team/widget"]);
    let overview = until_busy(&outpost, "widget", 0, 1).await;
    let request = overview["waiting"][0]["request"].as_i64().expect("an id");
    // Buildbot 4.3 takes the order and breaks off over it; later ones may not.
    for named in [format!("team/{request}"), "team/widget".to_owned()] {
        let (_, said) = refused(&outpost, &["priority", &named, "7"]);
        assert!(
            said.contains("cannot change a priority") && said.contains("4.3.0"),
            "{said}"
        );
    }
    let kept = team.read(&format!("buildrequests/{request}")).await;
    assert_eq!(kept["buildrequests"][0]["priority"], 0, "{kept:#}");
    let (code, said) = refused(&outpost, &["priority", "team/nothing", "7"]);
    assert!(code == 4 && said.contains("nothing"), "{said}");
    // What it does take is the priority with which a build is asked for.
    outpost.ok(&["force", "team/widget", "-p", "priority=5"]);
    let higher = |overview: &Value| {
        let rows = overview["waiting"].as_array().into_iter().flatten();
        rows.into_iter()
            .any(|row| row["master"] == "team" && row["priority"] == 5)
    };
    outpost.until("one that is more urgent waits", higher).await;
}
