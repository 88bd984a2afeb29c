//! The build sets of a joined master: the first failure of one, its end, and why its builds were asked for.

use super::breaks::{notices, verdict};
use super::{builder, i_am, join, until_it_is, until_over};
use serde_json::{Value, json};
use tests::{Outpost, Release, Team};

const ANN: &str = "Ann <ann@example.org>";
const SLOW: &str = "slow/mac (10.15)";
const REASON: &str = "The SingleBranchScheduler scheduler named 'three' triggered this build";

/// Of a master the first failure of each set, and a summary at its end.
async fn tell_sets(outpost: &Outpost) {
    let mut settings = outpost.call("settings", json!({})).await;
    settings["rules"] =
        json!([{"about": {"master": "team"}, "whose": "everybody", "modes": ["change", "first_failure"]}]);
    outpost.call("save_settings", settings).await;
}

/// Waits until the set's summary is there; all notices that were seen then.
async fn summary(outpost: &Outpost) -> Vec<Value> {
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(60);
    loop {
        let told = notices(outpost, "").await;
        if told.iter().any(|notice| {
            notice["title"]
                .as_str()
                .is_some_and(|title| title.starts_with("Done: "))
        }) {
            return told;
        }
        assert!(std::time::Instant::now() < deadline, "no summary: {told:#?}");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_failure_of_a_set_is_told_once_and_its_end_once() {
    let Some(team) = Team::start(Release::New).await else {
        return;
    };
    let outpost = Outpost::start().await;
    i_am(&outpost, &["ann@example.org"]).await;
    tell_sets(&outpost).await;
    join(&outpost, &team.url()).await;
    team.commit_on("three", ANN, "all well").await;
    for name in ["widget", "gadget", SLOW] {
        until_over(&outpost, "team", name, 1).await;
    }

    team.set("gadget", "wait", true);
    team.set("slow", "wait", true);
    team.set("widget", "red", true);
    team.commit_on("three", ANN, "break it").await;
    assert!(verdict(&outpost, "widget", 2).await, "it is the first failure");
    let first = notices(&outpost, "first failure").await;
    assert_eq!(first.len(), 1, "{first:#?}");
    assert_eq!(first[0]["title"], "First failure: widget #2");

    // Why the others run is known, and was not asked for.
    let overview = outpost
        .until("the others run", |overview| {
            let runs = |name| !builder(overview, "team", name)["running"][0].is_null();
            runs("gadget") && runs(SLOW)
        })
        .await;
    assert_eq!(builder(&overview, "team", "gadget")["running"][0]["reason"], REASON);

    // The second failure is in the summary alone.
    team.set("gadget", "red", true);
    team.set("gadget", "wait", false);
    until_over(&outpost, "team", "gadget", 2).await;
    assert!(!verdict(&outpost, "gadget", 2).await);
    assert_eq!(notices(&outpost, "done: ").await, Vec::<Value>::new(), "one still runs");
    team.set("slow", "wait", false);
    let told = summary(&outpost).await;
    // It takes the place of the first failure.
    let titles: Vec<&str> = told.iter().filter_map(|notice| notice["title"].as_str()).collect();
    assert_eq!(titles, ["Done: 2 of 3 builders failed"]);
    let body = told[0]["body"].as_str().expect("a body");
    assert!(
        body.contains("widget #2 failed") && body.contains("gadget #2 failed"),
        "{body}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_set_that_goes_on_without_us_is_summed_up_when_the_master_is_back() {
    let Some(team) = Team::start(Release::New).await else {
        return;
    };
    let wire = tests::Wire::to(team.port()).await;
    let outpost = Outpost::start().await;
    tell_sets(&outpost).await;
    join(&outpost, &wire.url()).await;
    team.commit_on("three", ANN, "all well").await;
    for name in ["widget", "gadget", SLOW] {
        until_over(&outpost, "team", name, 1).await;
    }
    team.set("slow", "wait", true);
    team.set("widget", "red", true);
    team.commit_on("three", ANN, "break it").await;
    assert!(verdict(&outpost, "widget", 2).await);
    until_over(&outpost, "team", "gadget", 2).await;
    wire.cut();
    until_it_is(&outpost, "team", "stale").await;
    team.set("slow", "wait", false);
    team.built(SLOW, 2).await;
    wire.mend();
    until_it_is(&outpost, "team", "live").await;
    let told = summary(&outpost).await;
    assert!(
        told.iter()
            .any(|notice| notice["title"] == "Done: 1 of 3 builders failed"),
        "{told:#?}"
    );
    assert_eq!(notices(&outpost, "first failure").await, Vec::<Value>::new());
}
