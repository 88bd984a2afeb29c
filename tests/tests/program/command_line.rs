//! What a person types, and what a script gets.

use tests::{Outpost, Repository};

#[tokio::test]
async fn without_a_resident_the_next_step_is_told() {
    let outpost = Outpost::prepared();
    let output = outpost.cli(&["status"]);
    assert_eq!(output.status.code(), Some(3));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("does not run") && said.contains("outpost run"), "{said}");
}

#[tokio::test]
async fn a_second_start_hands_over_to_the_first() {
    let outpost = Outpost::start().await;
    let said = outpost.ok(&["run", "--no-tray"]);
    assert!(said.contains("runs already: http://127.0.0.1:"), "{said}");
}

#[tokio::test]
async fn log_force_stop_rebuild_and_cancel() {
    let outpost = Outpost::start().await;
    let repository = Repository::new("app");
    repository.write("test", "#!/bin/sh\necho line one\nif [ -e slow ]; then sleep 600; fi\n");
    repository.commit("first");
    outpost.ok(&["init", "--yes", repository.path().to_str().expect("text")]);

    assert!(outpost.ok(&["log", "app/1", "--step", "test"]).contains("line one"));
    assert!(
        outpost
            .ok(&["force", "app", "--wait", "--reason", "because"])
            .contains("app/2")
    );
    assert!(outpost.ok(&["rebuild", "app/1", "--wait"]).contains("app/3"));
    let builds: serde_json::Value = serde_json::from_str(&outpost.ok(&["builds", "app", "--json"])).expect("JSON");
    assert_eq!(builds.as_array().map(Vec::len), Some(3));

    repository.write("slow", "");
    repository.commit("slow");
    outpost
        .until("the slow build runs", |o| o["running"][0]["step"] == "test")
        .await;
    outpost.ok(&["force", "app"]);
    outpost
        .until("a request waits", |o| {
            o["waiting"].as_array().is_some_and(|w| !w.is_empty())
                || o["running"].as_array().is_some_and(|r| r.len() == 2)
        })
        .await;
    for (number, row) in outpost.overview().await["running"]
        .as_array()
        .expect("a list")
        .iter()
        .enumerate()
    {
        let name = format!("app/{}", row["mark"]["number"]);
        outpost.ok(&["stop", &name, "--reason", &format!("enough {number}")]);
    }
    let stopped = outpost.built("app", 4).await;
    assert_eq!(stopped["results"], 6);
    assert!(
        stopped["state"]
            .as_str()
            .is_some_and(|state| state.contains("cancelled")),
        "{stopped:#}"
    );
}

#[tokio::test]
async fn what_does_not_exist_is_named_with_what_does() {
    let outpost = Outpost::start().await;
    let repository = Repository::new("app");
    repository.write("test", "#!/bin/sh\n");
    repository.commit("first");
    outpost.ok(&["init", "--yes", repository.path().to_str().expect("text")]);
    for arguments in [&["force", "ap"][..], &["log", "nothing/1"], &["builds", "x"]] {
        let output = outpost.cli(arguments);
        assert_eq!(output.status.code(), Some(4), "{arguments:?}");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(said.contains("Builders: app"), "{said}");
    }
    let output = outpost.cli(&["force", "app", "-p", "nosuch=1"]);
    assert_eq!(output.status.code(), Some(2));
}

#[tokio::test]
async fn a_folder_that_cannot_be_a_project_is_refused_with_a_reason() {
    let outpost = Outpost::start().await;
    let folder = tempfile::tempdir().expect("a folder");
    let output = outpost.cli(&["init", "--yes", folder.path().to_str().expect("text")]);
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("git init"), "{said}");
    assert!(
        !outpost.home().join("config/master.star").exists(),
        "nothing was written"
    );
}
