//! A repository, `init`, a commit that breaks, one that repairs (stories D-02, D-20).

use serde_json::json;
use tests::{Outpost, Repository};

const GOOD: &str = "#!/bin/sh\necho 'all is well'\n";
const BAD: &str = "#!/bin/sh\necho 'widget.c:7: error: it is broken' >&2\nexit 1\n";

/// A repository whose test passes, made a project by `init` only.
async fn project(outpost: &Outpost) -> Repository {
    let repository = Repository::new("widget");
    repository.write("test", GOOD);
    repository.commit("first");
    let path = repository.path();
    outpost.ok(&["init", "--yes", path.to_str().expect("text")]);
    repository
}

#[tokio::test]
async fn init_writes_a_configuration_that_check_accepts_and_builds_once() {
    let outpost = Outpost::start().await;
    let _repository = project(&outpost).await;
    assert_eq!(outpost.built("widget", 1).await["results"], 0);
    let said = outpost.ok(&["master", "check"]);
    assert!(said.contains("is good"), "{said}");
    let builders = outpost.rest("builders").await;
    assert_eq!(builders["builders"][0]["name"], "widget");
}

#[tokio::test]
async fn a_commit_is_built_a_break_is_red_and_its_repair_green() {
    let outpost = Outpost::start().await;
    let repository = project(&outpost).await;
    repository.write("test", BAD);
    let revision = repository.commit("break it");
    let red = outpost.built("widget", 2).await;
    assert_eq!(
        (&red["results"], &red["revision"], &red["mine"]),
        (&json!(2), &json!(revision), &json!(true))
    );
    let overview = outpost
        .until("the break is known", |o| {
            o["breaks"].as_array().is_some_and(|b| b.len() == 1)
        })
        .await;
    let broken = &overview["breaks"][0];
    assert_eq!(broken["mine"], true, "{broken:#}");
    assert_eq!(broken["step"], "test");
    assert_eq!(broken["error"], "widget.c:7: error: it is broken");
    assert_eq!(broken["suspects"][0]["revision"], revision);

    repository.write("test", GOOD);
    repository.commit("repair it");
    assert_eq!(outpost.built("widget", 3).await["results"], 0);
    let overview = outpost
        .until("the break is over", |o| {
            o["breaks"].as_array().is_some_and(Vec::is_empty)
        })
        .await;
    assert_eq!(overview["builders"][0]["results"], 0);
}

#[tokio::test]
async fn somebody_elses_break_is_told_to_nobody_here() {
    let outpost = Outpost::start().await;
    let repository = project(&outpost).await;
    repository.write("test", BAD);
    repository.commit_as("Otto Other <otto@example.org>", "break it");
    assert_eq!(outpost.built("widget", 2).await["results"], 2);
    let told = |notices: &serde_json::Value| {
        notices["verdicts"]
            .as_array()
            .and_then(|all| all.iter().find(|v| v["number"] == 2).cloned())
    };
    outpost
        .until("the break is known", |o| {
            o["breaks"].as_array().is_some_and(|b| b.len() == 1)
        })
        .await;
    let notices = outpost.call("notices", json!({})).await;
    let verdict = told(&notices).expect("a verdict on the build");
    assert_eq!(verdict["told"], false, "{verdict:#}");
    assert!(notices["notices"].as_array().expect("a list").is_empty(), "{notices:#}");
    let why = outpost.ok(&["why", "widget/2"]);
    assert!(why.starts_with("silent"), "{why}");
}

#[tokio::test]
async fn the_repository_and_its_work_tree_are_left_as_they_are() {
    let outpost = Outpost::start().await;
    let repository = project(&outpost).await;
    repository.write("notes.txt", "not committed");
    repository.commit("second");
    outpost.built("widget", 2).await;
    assert_eq!(repository.git(&["status", "--porcelain"]), "");
    assert!(!repository.path().join(".git/hooks/post-commit").exists());
    let names: Vec<_> = std::fs::read_dir(repository.path())
        .expect("a folder")
        .flatten()
        .map(|e| e.file_name())
        .collect();
    assert_eq!(names.len(), 3, "{names:?}");
}
