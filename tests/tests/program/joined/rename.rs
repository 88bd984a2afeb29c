//! Another name for a team's master: what is followed goes on, by the same connection.

use super::{builder, join, until_over};
use serde_json::{Value, json};
use tests::{Outpost, Release, Team, Wire};

/// What may be asked of a master because it is called otherwise.
const MOST: usize = 3;

fn connections(asked: &[String]) -> usize {
    asked.iter().filter(|line| line.starts_with("GET /ws")).count()
}

fn runs(overview: &Value, name: &str) -> bool {
    !builder(overview, name, "gadget")["running"][0].is_null()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_build_that_runs_while_its_master_is_renamed_ends_by_what_the_master_tells() {
    let Some(team) = Team::start(Release::New).await else {
        return;
    };
    let wire = Wire::to(team.port()).await;
    let outpost = Outpost::start().await;
    join(&outpost, &wire.url()).await;
    team.set("gadget", "wait", true);
    team.force("gadget").await;
    outpost.until("it runs", |overview| runs(overview, "team")).await;

    let before = wire.asked();
    let row = outpost
        .call("rename_master", json!({"master": "team", "name": "crew"}))
        .await;
    assert_eq!(
        (&row["master"], &row["condition"]),
        (&json!("crew"), &json!("live")),
        "{row:#}"
    );
    let overview = outpost.overview().await;
    assert!(runs(&overview, "crew") && !runs(&overview, "team"), "{overview:#}");
    let (status, refused) = outpost.try_call("build", json!({"master": "team", "build": 1})).await;
    assert_eq!((status, &refused["code"]), (404, &json!("not_found")), "{refused:#}");

    team.set("gadget", "wait", false);
    let mark = until_over(&outpost, "crew", "gadget", 1).await;
    assert_eq!(mark["results"], 0, "{mark:#}");
    let asked = wire.asked();
    assert!(connections(&before) > 0, "{before:#?}");
    assert_eq!(connections(&asked), connections(&before), "it is the same connection");
    let is_of_end =
        |line: &&String| line.contains("/changes?") || line.contains("/buildrequests/") || line.contains("/buildsets/");
    let since: Vec<&String> = asked[before.len()..].iter().filter(|line| !is_of_end(line)).collect();
    assert!(since.len() <= MOST, "{since:#?}");

    // What comes later goes by the new name too.
    team.set("gadget", "red", true);
    team.force("gadget").await;
    let mark = until_over(&outpost, "crew", "gadget", 2).await;
    assert_eq!(mark["results"], 2, "{mark:#}");
    let is_broken = |overview: &Value| overview["breaks"][0]["master"] == "crew";
    outpost.until("it is broken there", is_broken).await;
    assert_eq!(connections(&wire.asked()), connections(&before));
}
