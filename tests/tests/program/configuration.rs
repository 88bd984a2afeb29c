//! The configuration: a bad file never replaces a good one, applying is all or nothing, undo goes back (story D-24).

use serde_json::json;
use tests::{Outpost, Repository};

async fn with_project() -> (Outpost, Repository) {
    let outpost = Outpost::start().await;
    let repository = Repository::new("app");
    repository.write("test", "#!/bin/sh\n");
    repository.commit("first");
    outpost.ok(&["init", "--yes", repository.path().to_str().expect("text")]);
    (outpost, repository)
}

#[tokio::test]
async fn a_bad_file_on_disk_is_told_and_the_good_one_stays_in_use() {
    let (outpost, repository) = with_project().await;
    let main = outpost.home().join("config/master.star");
    let good = std::fs::read_to_string(&main).expect("the main file");
    std::fs::write(&main, format!("{good}\nthis is not Starlark\n")).expect("written");
    let told = |o: &serde_json::Value| {
        o["troubles"]
            .as_array()
            .is_some_and(|t| t.iter().any(|t| t["about"] == "configuration"))
    };
    let overview = outpost.until("the trouble is told", told).await;
    let message = overview["troubles"][0]["message"]
        .as_str()
        .expect("a message")
        .to_owned();
    assert!(message.starts_with("master.star:"), "{message}");
    repository.commit("still built");
    assert_eq!(outpost.built("app", 2).await["results"], 0);

    std::fs::write(&main, good).expect("written");
    outpost.until("the trouble is over", |o| !told(o)).await;
}

#[tokio::test]
async fn after_a_restart_with_a_bad_file_the_last_good_one_is_used() {
    let (mut outpost, _repository) = with_project().await;
    outpost.quit();
    std::fs::write(outpost.home().join("config/master.star"), "x = (\n").expect("written");
    outpost.run(&["--no-tray"]).await;
    let told = |o: &serde_json::Value| {
        let troubles = o["troubles"].as_array();
        troubles.is_some_and(|all| all.iter().any(|trouble| trouble["about"] == "configuration"))
    };
    let overview = outpost.until("the bad file is told", told).await;
    assert_eq!(overview["builders"][0]["name"], "app", "{overview:#}");
}

#[tokio::test]
async fn a_draft_is_checked_compared_applied_and_undone() {
    let (outpost, _repository) = with_project().await;
    let file = outpost
        .call("configuration_file", json!({"file": "projects/app.star"}))
        .await;
    let text = file["text"].as_str().expect("a text").to_owned();

    let bad = text.replace("steps.ShellCommand", "steps.ShelCommand");
    let checked = outpost
        .call("apply_configuration", json!({"file": "projects/app.star", "text": bad}))
        .await;
    assert_eq!(checked["applied"], false);
    assert!(
        checked["problems"]
            .as_array()
            .is_some_and(|p| p.iter().any(|p| p["error"] == true && p["line"].as_u64() > Some(0))),
        "{checked:#}"
    );
    assert_eq!(
        outpost
            .call("configuration_file", json!({"file": "projects/app.star"}))
            .await["text"],
        text
    );

    let renamed = text.replace("name = \"app-force\"", "name = \"by-hand\"");
    let draft = json!({"file": "projects/app.star", "text": renamed});
    let checked = outpost.call("check_configuration", draft.clone()).await;
    let rows = checked["changes"].as_array().expect("a list").clone();
    assert!(
        rows.contains(&json!({"what": "scheduler", "name": "by-hand", "how": "added"})),
        "{checked:#}"
    );
    assert_eq!(outpost.call("apply_configuration", draft).await["applied"], true);
    assert_eq!(
        outpost.rest("forceschedulers").await["forceschedulers"][0]["name"],
        "by-hand"
    );

    assert_eq!(outpost.call("undo_configuration", json!({})).await["applied"], true);
    assert_eq!(
        outpost.rest("forceschedulers").await["forceschedulers"][0]["name"],
        "app-force"
    );
    assert_eq!(
        outpost
            .call("configuration_file", json!({"file": "projects/app.star"}))
            .await["text"],
        text
    );
}

#[tokio::test]
async fn a_project_is_removed_and_put_back() {
    let (outpost, _repository) = with_project().await;
    outpost.call("remove_project", json!({"name": "app"})).await;
    outpost
        .until("it is gone", |o| o["builders"].as_array().is_some_and(Vec::is_empty))
        .await;
    outpost.call("restore_project", json!({"name": "app"})).await;
    let overview = outpost
        .until("it is back", |o| o["builders"].as_array().is_some_and(|b| b.len() == 1))
        .await;
    assert_eq!(
        overview["builders"][0]["last"].as_array().map(Vec::len),
        Some(1),
        "with its history"
    );
}

#[tokio::test]
async fn paths_outside_the_folder_are_refused() {
    let (outpost, _repository) = with_project().await;
    for file in ["../outside.star", "/etc/passwd", "", "a/../../b"] {
        let (status, answer) = outpost.try_call("configuration_file", json!({"file": file})).await;
        assert_eq!(status, 400, "{file}: {answer}");
    }
}

#[tokio::test]
async fn master_create_check_start_reconfig_and_stop() {
    let outpost = Outpost::prepared();
    let folder = tempfile::tempdir().expect("a folder");
    let base = folder.path().join("farm");
    let dir = base.to_str().expect("text");
    outpost.ok(&["master", "create", dir]);
    assert!(outpost.ok(&["master", "check", dir]).contains("is good"));
    let started = outpost.ok(&["master", "start", "--port", "0", dir]);
    assert!(started.contains("http://127.0.0.1:"), "{started}");
    assert!(
        outpost
            .ok(&["--basedir", dir, "status"])
            .contains("Nothing is built here yet")
    );
    assert!(outpost.ok(&["master", "reconfig", dir]).contains("In use"));
    outpost.ok(&["master", "stop", dir]);
    assert_eq!(outpost.cli(&["--basedir", dir, "status"]).status.code(), Some(3));
}
