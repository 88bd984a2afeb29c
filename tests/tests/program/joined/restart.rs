//! The master goes away in the middle of builds, and comes back.

use super::{builder, join, until_it_is, until_over};
use serde_json::{Value, json};
use tests::farm::{Knobs, MadeUp};
use tests::{Outpost, Release, Team};

async fn verdicts(outpost: &Outpost) -> Vec<Value> {
    let page = outpost.call("notices", json!({})).await;
    page["verdicts"].as_array().cloned().unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_in_the_middle_of_builds_is_no_news() {
    let Some(mut team) = Team::start(Release::New).await else {
        return;
    };
    let outpost = Outpost::start().await;
    super::i_am(&outpost, &["ann@example.org"]).await;
    join(&outpost, &team.url()).await;
    team.commit("Ann <ann@example.org>", "all well").await;
    until_over(&outpost, "team", "widget", 1).await;
    until_over(&outpost, "team", "gadget", 1).await;
    team.set("widget", "wait", true);
    team.commit("Ann <ann@example.org>", "and again").await;
    outpost
        .until("widget runs", |overview| {
            builder(overview, "team", "widget")["running"]
                .as_array()
                .is_some_and(|rows| !rows.is_empty())
        })
        .await;
    team.stop();
    until_it_is(&outpost, "team", "stale").await;
    let stale = outpost.overview().await;
    assert!(
        builder(&stale, "team", "gadget")["stale"].is_number(),
        "what is shown is marked as old"
    );
    team.set("widget", "wait", false);
    team.run().await;
    until_it_is(&outpost, "team", "live").await;
    // The build that was interrupted is cancelled or built again, as the master had time for.
    outpost
        .until("it is known how the interrupted build ended", |overview| {
            let row = builder(overview, "team", "widget");
            let last = &row["last"][0];
            row["running"].as_array().is_some_and(Vec::is_empty)
                && last["number"].as_i64() > Some(1)
                && [Some(0), Some(6)].contains(&last["results"].as_i64())
        })
        .await;
    let told: Vec<Value> = verdicts(&outpost)
        .await
        .into_iter()
        .filter(|row| row["told"] == true)
        .collect();
    assert_eq!(told, Vec::<Value>::new(), "nobody is told of a restart");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_master_colours_no_other() {
    let outpost = Outpost::start().await;
    let well = MadeUp::start("Well", 5, Knobs::default()).await;
    let dead = MadeUp::start("Dead", 5, Knobs::default()).await;
    super::join_as(&outpost, &well.url(), "well").await;
    super::join_as(&outpost, &dead.url(), "dead").await;
    drop(dead);
    until_it_is(&outpost, "dead", "stale").await;
    let build = well.begin(2, None);
    well.end(build, 0);
    until_over(&outpost, "well", "builder 2", 2).await;
    let overview = outpost.overview().await;
    assert_eq!(super::master(&overview, "well")["condition"], "live");
    assert!(builder(&overview, "well", "builder 2")["stale"].is_null());
    assert!(builder(&overview, "dead", "builder 2")["stale"].is_number());
    let said = outpost.ok(&["status"]);
    assert!(said.contains("! dead:") && !said.contains("! well:"), "{said}");
}
