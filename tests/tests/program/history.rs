//! The timeline and the console, of this program's own master and of a joined Buildbot.

use serde_json::{Value, json};
use tests::{Outpost, Release, Repository, Team};

const GOOD: &str = "#!/bin/sh\necho fine\n";
const BAD: &str = "#!/bin/sh\nexit 1\n";

/// The builds of a master's timeline, as number and result, the one that began last first.
fn bars(timeline: &Value, master: &str, builder: i64) -> Vec<(i64, Option<i64>)> {
    let mut columns = timeline["columns"].as_array().into_iter().flatten();
    let column = columns.find(|column| column["master"] == master && column["builder"] == builder);
    let builds = column
        .and_then(|column| column["builds"].as_array())
        .into_iter()
        .flatten();
    builds
        .map(|build| (build["number"].as_i64().unwrap_or(0), build["results"].as_i64()))
        .collect()
}

/// A builder's cells as number, top and bottom row, the newest first.
fn cells(console: &Value, builder: i64) -> Vec<[i64; 3]> {
    let all = console["cells"].as_array().into_iter().flatten();
    let mut found: Vec<[i64; 3]> = all
        .filter(|cell| cell["builder"] == builder)
        .map(|cell| ["number", "top", "bottom"].map(|name| cell[name].as_i64().unwrap_or(-1)))
        .collect();
    found.sort_by_key(|cell| cell[1]);
    found
}

fn comments(console: &Value) -> Vec<&str> {
    let changes = console["changes"].as_array().into_iter().flatten();
    changes.filter_map(|change| change["comment"].as_str()).collect()
}

#[tokio::test]
async fn the_own_masters_builds_are_found_by_time_and_by_change() {
    let outpost = Outpost::start().await;
    let repository = Repository::project(&outpost, "widget", GOOD);
    outpost.built("widget", 1).await;
    repository.commit("fine still");
    outpost.built("widget", 2).await;
    repository.write("test", BAD);
    repository.commit("break it");
    outpost.built("widget", 3).await;
    let builder = outpost.overview().await["builders"][0]["builder"].as_i64().unwrap_or(0);

    let all = outpost.call("timeline", json!({"from": 0})).await;
    assert_eq!(
        bars(&all, "bundled", builder),
        [(3, Some(2)), (2, Some(0)), (1, Some(0))]
    );
    assert_eq!((&all["reached"], &all["older"]), (&json!(0), &Value::Null));
    let builds = &all["columns"][0]["builds"];
    assert_eq!(builds[0]["mine"], true, "{builds:#}");
    let third = builds[0]["started_at"].clone();
    let older = outpost.call("timeline", json!({"from": 0, "until": third})).await;
    assert_eq!(bars(&older, "bundled", builder), [(2, Some(0)), (1, Some(0))]);
    let newest = outpost
        .call(
            "timeline",
            json!({"from": third, "builders": [{"master": "bundled", "builder": builder}]}),
        )
        .await;
    assert_eq!(bars(&newest, "bundled", builder), [(3, Some(2))]);
    assert_eq!(newest["older"], builds[1]["started_at"]);
    let other = outpost
        .call(
            "timeline",
            json!({"from": 0, "builders": [{"master": "bundled", "builder": 999}]}),
        )
        .await;
    assert_eq!(other["columns"], json!([]));
    let (status, _) = outpost.try_call("timeline", json!({"from": 9, "until": 3})).await;
    assert_eq!(status, 400);

    let console = outpost.call("console", json!({"limit": 50})).await;
    assert_eq!(comments(&console)[..2], ["break it", "fine still"], "{console:#}");
    assert_eq!(
        cells(&console, builder)[..2],
        [[3, 0, 0], [2, 1, cells(&console, builder)[1][2]]]
    );
    assert_eq!(console["breaks"], json!([{"builder": builder, "top": 0, "bottom": 0}]));
    assert_eq!(console["changes"][0]["mine"], true);
    let one = outpost.call("console", json!({"limit": 1})).await;
    assert_eq!(comments(&one), ["break it"]);
    let next = outpost
        .call("console", json!({"limit": 1, "before": one["next"]}))
        .await;
    assert_eq!(comments(&next), ["fine still"]);
    let (status, _) = outpost.try_call("console", json!({"limit": 1, "before": "x"})).await;
    assert_eq!(status, 400);
    let (status, _) = outpost
        .try_call("console", json!({"limit": 1, "master": "nobody"}))
        .await;
    assert_eq!(status, 404);
}

/// What a team's master of this release is asked.
async fn joined(release: Release) {
    let Some(mut team) = Team::start(release).await else {
        return;
    };
    let outpost = Outpost::start().await;
    team.commit("Ann <ann@example.org>", "first\n\nThe story.").await;
    team.built("widget", 1).await;
    outpost.call("join", json!({"url": team.url(), "name": "team"})).await;
    let is_live = |overview: &Value| overview["masters"][1]["condition"] == "live";
    outpost.until("it is live", is_live).await;
    team.set("widget", "red", true);
    team.commit("Bob <bob@example.org>", "second").await;
    team.built("widget", 2).await;
    team.built("gadget", 2).await;
    let widget = team.builder("widget").await;
    let gadget = team.builder("gadget").await;

    let all = outpost.call("timeline", json!({"from": 0})).await;
    assert_eq!(bars(&all, "team", widget), [(2, Some(2)), (1, Some(0))], "{all:#}");
    assert_eq!(all["silent"], json!([]));
    let only = json!({"from": 0, "builders": [{"master": "team", "builder": gadget}]});
    let only = outpost.call("timeline", only).await;
    assert_eq!(only["columns"].as_array().map(Vec::len), Some(1));

    // The picture hears of the second commit by itself.
    let told = |overview: &Value| {
        let mut rows = overview["builders"].as_array().into_iter().flatten();
        rows.any(|row| row["name"] == "widget" && row["last"][0]["number"] == 2)
    };
    outpost.until("the second build is known", told).await;
    let console = outpost.call("console", json!({"master": "team", "limit": 50})).await;
    assert_eq!(comments(&console), ["second", "first"], "{console:#}");
    assert_eq!(cells(&console, widget), [[2, 0, 0], [1, 1, 1]]);
    assert_eq!(console["breaks"], json!([{"builder": widget, "top": 0, "bottom": 0}]));
    assert_eq!(console["line"]["branch"], "main");

    team.kill();
    let is_stale = |overview: &Value| overview["masters"][1]["condition"] == "stale";
    outpost.until("it is stale", is_stale).await;
    let without = outpost.call("timeline", json!({"from": 0})).await;
    assert_eq!(without["silent"][0]["master"], "team", "{without:#}");
    let known = outpost.call("console", json!({"master": "team", "limit": 50})).await;
    assert_eq!(cells(&known, widget), [[2, 0, 0], [1, 1, 1]]);
}

#[tokio::test]
async fn a_joined_masters_builds_are_found_by_time_and_by_change() {
    joined(Release::New).await;
}

#[tokio::test]
async fn so_are_those_of_an_older_buildbot() {
    joined(Release::Old).await;
}
