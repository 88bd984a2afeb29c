//! What a try on a team's master means for those who look at that master.

use super::buildbot::{Buildbot, cloned};
use super::ways::{joined, write_all};
use super::{look, submit, until_over};
use serde_json::{Value, json};
use tests::Outpost;

/// The team's builder `linux` on the first page.
fn linux(overview: &Value) -> Option<&Value> {
    let mut builders = overview["builders"].as_array()?.iter();
    builders.find(|row| row["master"] == "team" && row["name"] == "linux")
}

/// Whether it is green, and its last build has this number and result.
fn is_green_after(overview: &Value, number: i64, results: i64) -> bool {
    linux(overview).is_some_and(|row| {
        row["results"] == 0 && row["last"][0]["number"] == number && row["last"][0]["results"] == results
    })
}

#[tokio::test]
async fn a_try_that_fails_leaves_its_builder_green_and_nobody_else_hears_of_it() {
    let (clone, _place, bare) = cloned(write_all);
    let Some(buildbot) = Buildbot::start(&bare).await else {
        return;
    };
    let mut outpost = Outpost::start().await;
    let colleague = Outpost::start().await;
    joined(&outpost, &buildbot).await;
    joined(&colleague, &buildbot).await;
    outpost.ok(&["force", "team/linux"]);
    let green = |overview: &Value| is_green_after(overview, 1, 0);
    outpost.until("its first build is green", green).await;
    colleague.until("its first build is green", green).await;

    clone.write("red", "");
    let change = look(&outpost, &clone.path()).await;
    let id = submit(&outpost, &change, "team/form/form", &["linux"]).await;
    let row = until_over(&outpost, id).await;
    assert_eq!(row["results"], "failure", "{row:#}");
    let still_green = |overview: &Value| is_green_after(overview, 2, 2);
    for seen in [
        outpost.until("it stays green", still_green).await,
        colleague.until("it stays green", still_green).await,
    ] {
        assert_eq!(seen["breaks"], json!([]));
    }
    // What is told of a build is told before what comes after it.
    outpost.ok(&["force", "team/linux"]);
    let after = |overview: &Value| is_green_after(overview, 3, 0);
    colleague.until("its third build is green", after).await;
    let notices = colleague.call("notices", json!({})).await;
    assert_eq!(notices["notices"], json!([]), "{notices:#}");

    let change = look(&outpost, &clone.path()).await;
    let id = submit(&outpost, &change, "team/form/form", &["linux"]).await;
    until_over(&outpost, id).await;
    let failed = |overview: &Value| is_green_after(overview, 4, 2);
    outpost.until("it stays green", failed).await;
    outpost.quit();
    outpost.run(&["--no-tray"]).await;
    outpost.until("it is green after a restart too", failed).await;
}
