//! What waits on a joined master and why, and builds that repeat another.

use super::{builder, join, until_over};
use serde_json::{Value, json};
use tests::{Outpost, Release, Team};

/// The team's requests that wait.
fn waiting(overview: &Value) -> Vec<&Value> {
    let rows = overview["waiting"].as_array().into_iter().flatten();
    rows.filter(|row| row["master"] == "team").collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_waits_says_for_what() {
    let Some(team) = Team::start(Release::New).await else {
        return;
    };
    let outpost = Outpost::start().await;
    join(&outpost, &team.url()).await;
    team.set("widget", "wait", true);
    // Of one builder, a worker builds one at a time.
    team.force("widget").await;
    team.force("widget").await;
    let is_busy = |overview: &Value| {
        let runs = builder(overview, "team", "widget")["running"].as_array().map(Vec::len);
        let of_set = |row: &&Value| row["reason"].as_str().is_some_and(|reason| !reason.is_empty());
        runs == Some(1) && waiting(overview).iter().filter(|row| of_set(row)).count() == 1
    };
    let overview = outpost.until("one waits for the worker", is_busy).await;
    let row = waiting(&overview)[0];
    assert_eq!(
        (&row["builder_name"], &row["waits_for"], &row["reason"]),
        (
            &json!("widget"),
            &json!("its turn has not come: its worker is building"),
            &json!("A build was forced by '': force build")
        ),
        "{row:#}"
    );
    let builder_row = builder(&overview, "team", "widget");
    assert_eq!(
        (&builder_row["waiting"], &builder_row["blocked"]),
        (&json!(1), &row["waits_for"]),
        "{builder_row:#}"
    );

    outpost.ok(&["workers", "pause", "team/local", "--reason", "for a test"]);
    let paused = |overview: &Value| {
        waiting(overview).first().map(|row| &row["waits_for"]) == Some(&json!("its workers take no builds now"))
    };
    outpost.until("it waits for a paused worker", paused).await;
    outpost.ok(&["workers", "unpause", "team/local"]);
    team.set("widget", "wait", false);
    until_over(&outpost, "team", "widget", 2).await;
    outpost
        .until("nothing waits", |overview| waiting(overview).is_empty())
        .await;
}

/// A build's page.
async fn page(outpost: &Outpost, overview: &Value, number: i64) -> Value {
    let id = &builder(overview, "team", "widget")["builder"];
    let query = json!({"master": "team", "builder": id, "number": number});
    outpost.call("build", query).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_build_that_repeats_another_says_so_and_the_other_too() {
    let Some(team) = Team::start(Release::New).await else {
        return;
    };
    let outpost = Outpost::start().await;
    join(&outpost, &team.url()).await;
    team.commit("Ann <ann@example.org>", "add a feature").await;
    until_over(&outpost, "team", "widget", 1).await;
    team.set("widget", "wait", true);
    let said = outpost.ok(&["rebuild", "team/widget/1"]);
    assert!(said.contains("team/widget"), "{said}");

    // Who made the change is told a moment after the build began.
    let repeats = |overview: &Value| {
        let running = &builder(overview, "team", "widget")["running"][0];
        running["reason"] == "rebuild of #1" && running["by"] == json!(["Ann <ann@example.org>"])
    };
    let overview = outpost
        .until("it runs, and says what it repeats and of whom", repeats)
        .await;
    let running = &builder(&overview, "team", "widget")["running"][0];
    assert_eq!(running["mark"]["number"], 2, "{running:#}");
    let first = page(&outpost, &overview, 1).await;
    assert_eq!(
        (&first["rebuilt_by"]["number"], &first["rebuilt_by"]["results"]),
        (&json!(2), &Value::Null),
        "{first:#}"
    );

    team.set("widget", "wait", false);
    until_over(&outpost, "team", "widget", 2).await;
    let (first, second) = (page(&outpost, &overview, 1).await, page(&outpost, &overview, 2).await);
    assert_eq!(
        (&first["rebuilt_by"]["number"], &first["rebuilt_by"]["results"]),
        (&json!(2), &json!(0)),
        "{first:#}"
    );
    assert_eq!(
        (
            &second["rebuild_of"]["number"],
            &second["rebuild_of"]["master"],
            &second["reason"]
        ),
        (&json!(1), &json!("team"), &json!("rebuild")),
        "{second:#}"
    );
    assert_eq!(first["rebuild_of"], Value::Null);

    // A repetition of the repetition is one of the first too, in Buildbot's words.
    outpost.ok(&["rebuild", "team/widget/2", "--wait"]);
    let (first, third) = (page(&outpost, &overview, 1).await, page(&outpost, &overview, 3).await);
    assert_eq!(third["rebuild_of"]["number"], 1, "{third:#}");
    assert_eq!(first["rebuilt_by"]["number"], 3, "{first:#}");
}
