//! What a try on a team's master means for those who look at that master, and what becomes of it when it is renamed.

use super::buildbot::{Buildbot, cloned};
use super::ways::{give_access, join, joined, write_all};
use super::{look, submit, until, until_over};
use serde_json::{Value, json};
use tests::{Outpost, Wire};

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

#[tokio::test]
async fn the_persons_own_build_of_the_base_says_how_the_base_does_and_their_tries_do_not() {
    let (clone, _place, bare) = cloned(write_all);
    let Some(buildbot) = Buildbot::start(&bare).await else {
        return;
    };
    let outpost = Outpost::start().await;
    joined(&outpost, &buildbot).await;
    clone.write("red", "");
    let change = look(&outpost, &clone.path()).await;
    let me = change["who"].as_str().expect("a name");
    outpost.ok(&["force", "team/linux", "-p", &format!("username={me}")]);
    let green = |overview: &Value| is_green_after(overview, 1, 0);
    let overview = outpost.until("the base is green", green).await;
    let build = linux(&overview).map(|row| row["last"][0]["build"].clone());
    let page = outpost.call("build", json!({"master": "team", "build": build})).await;
    assert_eq!(page["owners"], json!([me]));

    let id = submit(&outpost, &change, "team/form/form", &["linux"]).await;
    let row = until_over(&outpost, id).await;
    let words = "green on the base (#1): the change did it";
    assert_eq!(row["builders"][0]["base_words"], words, "{row:#}");
    std::fs::remove_file(clone.path().join("red")).expect("a file");
    clone.write("text.txt", "other\n");
    let change = look(&outpost, &clone.path()).await;
    let id = submit(&outpost, &change, "team/form/form", &["linux"]).await;
    let row = until_over(&outpost, id).await;
    assert_eq!(
        row["builders"][0]["base_words"], "green on the base (#1) too",
        "{row:#}"
    );
}

#[tokio::test]
async fn tries_go_with_a_master_that_is_renamed_also_one_that_waits_for_it() {
    let (clone, _place, bare) = cloned(write_all);
    let Some(mut buildbot) = Buildbot::start(&bare).await else {
        return;
    };
    let outpost = Outpost::start().await;
    joined(&outpost, &buildbot).await;
    assert_eq!(give_access(&outpost, &buildbot, "s3cret").await.0, 200);
    clone.write("text.txt", "other\n");
    let change = look(&outpost, &clone.path()).await;
    let ended = submit(&outpost, &change, "team/pb", &["linux"]).await;
    until_over(&outpost, ended).await;

    let rename = |from: &str, to: &str| outpost.call("rename_master", json!({"master": from, "name": to}));
    rename("team", "crew").await;
    let row = outpost.call("try_row", json!({"id": ended})).await;
    assert_eq!(
        (&row["master"], &row["target"], &row["results"]),
        (&json!("crew"), &json!("crew/pb"), &json!("success")),
        "{row:#}"
    );
    let path = row["builders"][0]["path"].as_str().expect("a page");
    assert!(path.starts_with("/masters/crew/builders/"), "{path}");
    let access = outpost.call("try_access", json!({"master": "crew"})).await;
    assert_eq!(access["address"], buildbot.address());
    let change = look(&outpost, &clone.path()).await;
    assert_eq!(change["last"]["target"], "crew/pb", "{change:#}");

    // One that waits for its master is sent to it by its new name.
    buildbot.kill();
    let queued = submit(&outpost, &change, "crew/pb", &["other"]).await;
    until(&outpost, queued, "it waits", |row| row["state"] == "queued").await;
    rename("crew", "gang").await;
    let (status, refusal) = outpost
        .try_call("rename_master", json!({"master": "gang", "name": "Not A Name"}))
        .await;
    assert_ne!(status, 200, "{refusal:#}");
    buildbot.run().await;
    outpost.call("reconnect", json!({"master": "gang"})).await;
    let row = until_over(&outpost, queued).await;
    assert_eq!(
        (&row["master"], &row["results"]),
        (&json!("gang"), &json!("success")),
        "{row:#}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_try_that_is_built_while_its_master_is_renamed_ends_under_the_new_name() {
    let (clone, _place, bare) = cloned(write_all);
    let Some(buildbot) = Buildbot::start(&bare).await else {
        return;
    };
    let wire = Wire::to(buildbot.web).await;
    let outpost = Outpost::start().await;
    join(&outpost, &wire.url()).await;
    assert_eq!(give_access(&outpost, &buildbot, "s3cret").await.0, 200);
    clone.write("slow", "");
    let change = look(&outpost, &clone.path()).await;
    let running = submit(&outpost, &change, "team/pb", &["linux"]).await;
    until(&outpost, running, "it is built", |row| {
        row["builders"][0]["state"] == "running" && row["builders"][0]["number"] == 1
    })
    .await;

    let connections = || wire.asked().iter().filter(|line| line.starts_with("GET /ws")).count();
    let before = connections();
    outpost
        .call("rename_master", json!({"master": "team", "name": "crew"}))
        .await;
    let row = until_over(&outpost, running).await;
    assert_eq!(
        (&row["master"], &row["target"], &row["results"]),
        (&json!("crew"), &json!("crew/pb"), &json!("success")),
        "{row:#}"
    );
    let path = row["builders"][0]["path"].as_str().expect("a page");
    assert!(path.starts_with("/masters/crew/builders/"), "{path}");
    assert_eq!(connections(), before, "it is the same connection");
}
