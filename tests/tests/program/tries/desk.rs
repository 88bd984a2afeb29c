//! A change that is built by this program's own master.

use super::{change_everything, lay_out, look, submit, tree, until, until_over};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use tests::{Outpost, Repository};

/// A project whose test passes unless there is a file `red`, built once.
pub(super) async fn project(outpost: &Outpost) -> Repository {
    let repository = Repository::new("frob");
    lay_out(|file, text| repository.write(file, text));
    repository.write("test", "#!/bin/sh\nif test -e red; then exit 1; fi\n");
    repository.commit("first");
    outpost.ok(&["init", "--yes", repository.path().to_str().expect("text")]);
    outpost.built("frob", 1).await;
    repository
}

/// The folder in which the worker built.
pub(super) fn built(outpost: &Outpost) -> PathBuf {
    fn find(folder: &Path) -> Option<PathBuf> {
        if folder.join("text.txt").exists() {
            return Some(folder.to_owned());
        }
        let inside = std::fs::read_dir(folder).ok()?.flatten();
        inside
            .filter(|entry| entry.path().is_dir())
            .find_map(|entry| find(&entry.path()))
    }
    find(&outpost.builds()).expect("a folder that was built in")
}

fn builder(row: &Value) -> &Value {
    &row["builders"][0]
}

#[tokio::test]
async fn the_tree_that_is_built_is_the_working_copy_and_nothing_of_it_is_touched() {
    let outpost = Outpost::start().await;
    let repository = project(&outpost).await;
    change_everything(&repository.path());
    let status = repository.git(&["status", "--porcelain"]);
    let change = look(&outpost, &repository.path()).await;
    assert_eq!(change["project"], "frob");
    assert_eq!(change["who"], "Mia Me <mia@example.org>");
    let targets = outpost.call("try_targets", json!({"change": change["change"]})).await;
    let desk = &targets["targets"][0];
    assert_eq!(
        (&desk["target"], &desk["proposed"]),
        (&json!("bundled"), &json!(["frob"])),
        "{targets:#}"
    );

    let wanted = tree(&repository.path());
    let id = submit(&outpost, &change, "bundled", &["frob"]).await;
    // What is changed now is of another try.
    let file = repository.path().join("text.txt");
    let before = std::fs::read(&file).expect("a file");
    repository.write("text.txt", "later\n");
    let row = until_over(&outpost, id).await;
    assert_eq!(
        (&row["state"], &row["results"], &row["applied"]),
        (&json!("ended"), &json!("success"), &json!("applied")),
        "{row:#}"
    );
    assert_eq!(builder(&row)["against_base"], "same");
    assert_eq!(tree(&built(&outpost)), wanted);
    std::fs::write(&file, before).expect("a file");
    assert_eq!(repository.git(&["status", "--porcelain"]), status);

    let overview = outpost.overview().await;
    assert_eq!(overview["breaks"].as_array().map(Vec::len), Some(0));
}

#[tokio::test]
async fn what_failed_is_repeated_with_the_same_patch_and_a_try_is_never_a_break() {
    let outpost = Outpost::start().await;
    let repository = project(&outpost).await;
    repository.write("red", "");
    let change = look(&outpost, &repository.path()).await;
    let id = submit(&outpost, &change, "bundled", &["frob"]).await;
    let row = until_over(&outpost, id).await;
    assert_eq!(builder(&row)["state"], "failure", "{row:#}");
    assert_eq!(
        (&row["applied"], &builder(&row)["against_base"]),
        (&json!("applied"), &json!("new")),
        "{row:#}"
    );
    assert_eq!(row["can_repeat_failed"], true);
    let overview = outpost.overview().await;
    assert_eq!(
        overview["breaks"].as_array().map(Vec::len),
        Some(0),
        "{:#}",
        overview["breaks"]
    );
    let of_builder = overview["builders"]
        .as_array()
        .into_iter()
        .flatten()
        .find(|row| row["name"] == "frob");
    assert_eq!(of_builder.expect("a builder")["results"], 0, "it is as green as before");

    std::fs::remove_file(repository.path().join("red")).expect("a file");
    let again = outpost.call("try_repeat", json!({"id": id, "only_failed": true})).await;
    let second = again["id"].as_i64().expect("a try");
    let row = until_over(&outpost, second).await;
    assert_eq!(
        (&row["results"], &row["repeats"]),
        (&json!("failure"), &json!(id)),
        "the patch is the same"
    );
    let patches = [id, second].map(|id| outpost.call("try_patch", json!({"id": id})));
    let [first, second] = patches;
    assert_eq!(first.await["base64"], second.await["base64"]);

    let fresh = outpost.call("try_repeat", json!({"id": id, "fresh": true})).await;
    let row = until_over(&outpost, fresh["id"].as_i64().expect("a try")).await;
    assert_eq!(row["results"], "success", "{row:#}");
    let history = outpost.call("tries", json!({})).await;
    assert_eq!(history["tries"].as_array().map(Vec::len), Some(3));
    assert_eq!(history["folders"][0]["project"], "frob");
}

#[tokio::test]
async fn a_patch_that_does_not_fit_is_told_before_any_colour() {
    let outpost = Outpost::start().await;
    let repository = project(&outpost).await;
    let patch = "--- a/text.txt\n+++ b/text.txt\n@@ -1,2 +1,2 @@\n-not there\n+at all\n two\n";
    let file = repository.path().join("../bad.patch");
    std::fs::write(&file, patch).expect("a file");
    let folder = repository.path();
    let output = outpost
        .command()
        .current_dir(&folder)
        .args(["try", "--diff"])
        .arg(&file)
        .args([
            "--patchlevel",
            "1",
            "--master",
            "bundled",
            "-b",
            "frob",
            "--wait",
            "--json",
        ])
        .output()
        .expect("it runs");
    assert_eq!(
        output.status.code(),
        Some(1),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let row: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(row["applied"], "not_applied", "{row:#}");
}

#[tokio::test]
async fn a_try_that_is_under_way_goes_on_after_a_restart_and_can_be_taken_back() {
    let mut outpost = Outpost::start().await;
    let repository = project(&outpost).await;
    let gate = repository.path().join("../gate");
    repository.write(
        "test",
        &format!("#!/bin/sh\nwhile ! test -e {}; do sleep 0.05; done\n", gate.display()),
    );
    let change = look(&outpost, &repository.path()).await;
    let id = submit(&outpost, &change, "bundled", &["frob"]).await;
    until(&outpost, id, "it runs", |row| row["state"] == "running").await;
    outpost.kill();
    outpost.run(&["--no-tray"]).await;
    let row = until(&outpost, id, "it runs again", |row| {
        row["state"] == "running" && row["can_cancel"] == true
    })
    .await;
    assert_eq!(row["builders"][0]["builder"], "frob");
    outpost.call("try_cancel", json!({"id": id})).await;
    let row = until_over(&outpost, id).await;
    assert_eq!(
        (&row["state"], &row["results"]),
        (&json!("ended"), &json!("cancelled")),
        "{row:#}"
    );
    outpost.call("try_forget", json!({"id": id})).await;
    let (status, _) = outpost.try_call("try_row", json!({"id": id})).await;
    assert_eq!(status, 404);
}

#[tokio::test]
async fn presets_are_kept_and_the_last_choice_is_proposed() {
    let outpost = Outpost::start().await;
    let repository = project(&outpost).await;
    repository.write("text.txt", "other\n");
    let root = repository.path();
    let values =
        json!({"target": "bundled", "builders": ["fr*"], "properties": {"kind": "quick"}, "untracked": ["*.c"]});
    std::fs::create_dir(root.join(".outpost")).expect("a folder");
    let theirs = "# the team's\n[presets.all] # everything\nbuilders = ['*']\n";
    std::fs::write(root.join(".outpost/try.toml"), theirs).expect("a file");
    for shared in [true, false] {
        let preset = json!({"name": "quick", "shared": shared, "values": values});
        outpost
            .call("save_try_preset", json!({"root": root, "preset": preset}))
            .await;
    }
    let change = look(&outpost, &root).await;
    assert_eq!(change["presets"].as_array().map(Vec::len), Some(3), "{change:#}");
    assert_eq!(
        change["presets"][1],
        json!({"name": "quick", "shared": true, "values": values})
    );
    let file = std::fs::read_to_string(root.join(".outpost/try.toml")).expect("a file");
    assert!(
        file.starts_with(theirs) && file.contains("[presets.quick]"),
        "what is there stays as it is: {file}"
    );
    submit(&outpost, &change, "bundled", &["frob"]).await;
    let change = look(&outpost, &root).await;
    assert_eq!(change["last"]["builders"], json!(["frob"]));
    outpost
        .call(
            "remove_try_preset",
            json!({"root": root, "name": "quick", "shared": true}),
        )
        .await;
    let (status, _) = outpost
        .try_call(
            "remove_try_preset",
            json!({"root": root, "name": "quick", "shared": true}),
        )
        .await;
    assert_eq!(status, 404);
}
