//! A failed build of a team's real Buildbot that is tried here: its revision and its patch are the change.

use super::buildbot::{Buildbot, cloned};
use super::ways::{joined, write_all};
use super::{look, submit, until_over};
use serde_json::{Value, json};
use tests::{Outpost, Repository};

/// The clone is a project here, too, whose test fails where there is a file `red`.
pub(super) async fn project(outpost: &Outpost, clone: &Repository) {
    outpost.ok(&["init", "--yes", clone.path().to_str().expect("text")]);
    outpost.built("frob", 1).await;
}

pub(super) fn with_test(repository: &Repository) {
    write_all(repository);
    repository.write(
        "test",
        "#!/bin/sh\nif test -e red; then exit 1; fi\nrm -rf ../got\ncp -a . ../got\n",
    );
}

/// The id of the build that a page of it shows.
async fn build_at(outpost: &Outpost, path: &str) -> i64 {
    let words: Vec<&str> = path.split('/').collect();
    let ["", "masters", "team", "builders", builder, "builds", build] = words[..] else {
        panic!("no page of a build of the team: {path}")
    };
    let number = |word: &str| word.parse::<i64>().expect("a number");
    let query = json!({"master": "team", "builder": number(builder), "number": number(build)});
    let page = outpost.call("build", query).await;
    page["mark"]["build"].as_i64().unwrap_or_else(|| panic!("{page:#}"))
}

/// Takes a build of the team as a change, and builds that here.
async fn tried_here(outpost: &Outpost, build: i64) -> (Value, Value) {
    let change = outpost
        .call("try_of_build", json!({"master": "team", "build": build}))
        .await;
    assert_eq!(
        (&change["from"]["what"], &change["from"]["build"]),
        (&json!("build"), &json!(build)),
        "{change:#}"
    );
    let id = submit(outpost, &change, "bundled", &["frob"]).await;
    (change, until_over(outpost, id).await)
}

fn paths(change: &Value) -> Vec<&str> {
    let files = change["files"].as_array().expect("files");
    files.iter().filter_map(|file| file["path"].as_str()).collect()
}

#[tokio::test]
async fn a_failed_build_of_a_patch_is_built_here_with_that_patch() {
    let (clone, _place, bare) = cloned(with_test);
    let Some(buildbot) = Buildbot::start(&bare).await else {
        return;
    };
    let outpost = Outpost::start().await;
    joined(&outpost, &buildbot).await;
    project(&outpost, &clone).await;
    clone.write("text.txt", "other\n");
    clone.write("red", "it fails\n");
    let change = look(&outpost, &clone.path()).await;
    let id = submit(&outpost, &change, "team/form/form", &["linux"]).await;
    let row = until_over(&outpost, id).await;
    assert_eq!(row["results"], "failure", "{row:#}");

    // It is the patch that was sent, whatever the working copy has become.
    clone.git(&["checkout", "--quiet", "text.txt"]);
    std::fs::remove_file(clone.path().join("red")).expect("a file");
    let path = row["builders"][0]["path"].as_str().expect("a page").to_owned();
    let build = build_at(&outpost, &path).await;
    let (change, row) = tried_here(&outpost, build).await;
    assert_eq!(paths(&change), ["red", "text.txt"], "{change:#}");
    assert_eq!(change["base"]["revision"], clone.git(&["rev-parse", "HEAD"]));
    assert_eq!(
        (&row["results"], &row["applied"], &row["words"]),
        (&json!("failure"), &json!("applied"), &json!("The builder failed")),
        "{row:#}"
    );
}

#[tokio::test]
async fn a_failed_build_of_a_commit_is_built_here_at_its_revision() {
    let (clone, _place, bare) = cloned(with_test);
    clone.write("red", "it fails\n");
    let failing = clone.commit("fails");
    clone.git(&["push", "--quiet", "origin", "main"]);
    let Some(buildbot) = Buildbot::start(&bare).await else {
        return;
    };
    let outpost = Outpost::start().await;
    joined(&outpost, &buildbot).await;
    outpost.ok(&["force", "team/linux"]);
    let overview = outpost
        .until("the team's build failed", |overview| failed_at_team(overview).is_some())
        .await;
    let build = failed_at_team(&overview).expect("it is there");
    std::fs::remove_file(clone.path().join("red")).expect("a file");
    clone.commit("works");
    project(&outpost, &clone).await;

    let (change, row) = tried_here(&outpost, build).await;
    assert_eq!(
        (paths(&change).len(), &change["base"]["revision"]),
        (0, &json!(failing))
    );
    assert_eq!(row["results"], "failure", "{row:#}");
    let page = outpost.call("build", own_build(&row)).await;
    assert_eq!(page["sources"][0]["revision"], failing, "{page:#}");
}

/// The last build of `linux` there, once it failed.
fn failed_at_team(overview: &Value) -> Option<i64> {
    let mut rows = overview["builders"].as_array()?.iter();
    let row = rows.find(|row| row["master"] == "team" && row["name"] == "linux")?;
    let mark = row["last"].as_array()?.first()?;
    (mark["results"] == 2).then(|| mark["build"].as_i64())?
}

/// Which build here a try became.
fn own_build(row: &Value) -> Value {
    let path = row["builders"][0]["path"].as_str().expect("a page");
    let words: Vec<i64> = path.split('/').filter_map(|word| word.parse().ok()).collect();
    json!({"master": "bundled", "builder": words[0], "number": words[1]})
}
