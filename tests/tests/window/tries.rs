//! A change that nobody has committed, from the window: red, repeated for what failed, green, saved and pushed.

use crate::driver::Window;
use crate::{GOOD, inside};
use serde_json::json;
use std::path::{Path, PathBuf};
use tempfile::TempDir;
use tests::{Outpost, Repository};

const NEEDS_A_FILE: &str = "#!/bin/sh\ntest -f words || { echo 'error: no words' >&2; exit 1; }\n";

/// A project that follows a bare repository, built once.
async fn project(outpost: &Outpost) -> (Repository, TempDir) {
    let repository = Repository::new("widget");
    repository.write("test", GOOD);
    repository.commit("first");
    let place = tempfile::tempdir().expect("a temporary folder");
    let upstream = place.path().to_str().expect("text");
    repository.git(&["init", "--quiet", "--bare", upstream]);
    repository.git(&["remote", "add", "origin", upstream]);
    repository.git(&["push", "--quiet", "--set-upstream", "origin", "main"]);
    outpost.ok(&["init", "--yes", repository.path().to_str().expect("text")]);
    outpost.built("widget", 1).await;
    (repository, place)
}

/// Says to the desktop where downloads go; only the rig's own home is touched.
fn downloads() -> PathBuf {
    let home = PathBuf::from(std::env::var_os("RIG_DIR").expect("the rig")).join("home");
    let (folder, configuration) = (home.join("Downloads"), home.join(".config"));
    std::fs::create_dir_all(&folder).expect("a folder");
    std::fs::create_dir_all(&configuration).expect("a folder");
    let text = "XDG_DOWNLOAD_DIR=\"$HOME/Downloads\"\n";
    std::fs::write(configuration.join("user-dirs.dirs"), text).expect("a file");
    folder
}

/// What the branch upstream has.
fn upstream(place: &TempDir, arguments: &[&str]) -> String {
    let output = std::process::Command::new("git")
        .arg("-C")
        .arg(place.path())
        .args(arguments)
        .output()
        .expect("git starts");
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

/// Waits until the window shows the try of that number, and that it ended so.
async fn ended(window: &Window, outpost: &Outpost, id: i64, words: &str) {
    window.until_path(&format!("/try/{id}")).await;
    window.seen(words).await;
    window.seen("The change is in what was built.").await;
    let row = outpost.call("try_row", json!({"id": id})).await;
    assert_eq!(
        (&row["state"], &row["applied"], &row["words"]),
        (&json!("ended"), &json!("applied"), &json!(words)),
        "{row:#}"
    );
}

#[tokio::test]
async fn a_change_is_tried_repeated_saved_and_pushed() {
    if !inside("tries::a_change_is_tried_repeated_saved_and_pushed") {
        return;
    }
    let downloads = downloads();
    let mut outpost = Outpost::prepared();
    outpost.run(&["--no-tray"]).await;
    let (repository, place) = project(&outpost).await;
    repository.write("test", NEEDS_A_FILE);
    repository.write("words", "hello\n");
    let index = repository.path().join(".git/index");
    let index_before = std::fs::read(&index).expect("an index");

    // The file that is not tracked stays at home: red.
    let window = Window::open(&outpost).await;
    window.page("Now").await;
    window.press("t").await;
    window.page("Try a change").await;
    window.seen("0 of 1 go along").await;
    window.write("Comment", "look for words").await;
    window.seen("1 file to 1 builder").await;
    window.click("Submit Ctrl ↵").await;
    window.page("look for words").await;
    ended(&window, &outpost, 1, "The builder failed").await;
    window.click("First error of widget").await;
    window.seen("error: no words").await;
    window.value("history.back()").await;

    // What failed is repeated with the same patch: red again.
    window.page("look for words").await;
    window.seen("Repeat what failed").await;
    window.press("r").await;
    ended(&window, &outpost, 2, "The builder failed").await;

    // With the file it is green, and the working copy is as it was.
    window.press("t").await;
    window.page("Try a change").await;
    window.click("Send words").await;
    window.write("Comment", "look for words").await;
    window.seen("2 files to 1 builder").await;
    window.click("Submit Ctrl ↵").await;
    ended(&window, &outpost, 3, "Green").await;
    assert_eq!(repository.git(&["status", "--porcelain"]), "M test\n?? words");
    assert_eq!(std::fs::read(&index).expect("an index"), index_before);

    saved(&window, &outpost, &downloads).await;
    pushed(&window, &repository, &place).await;
}

/// The patch comes into the downloads folder, twice under two names.
async fn saved(window: &Window, outpost: &Outpost, downloads: &Path) {
    window.click("Show the patch").await;
    window.click("Save as a file").await;
    let file = downloads.join("try-3.patch");
    window.seen(&format!("Saved as {}", file.display())).await;
    window.click("Save as a file").await;
    let again = downloads.join("try-3 (2).patch");
    window.seen(&format!("Saved as {}", again.display())).await;
    let patch = outpost.call("try_patch", json!({"id": 3})).await;
    for file in [file, again] {
        assert_eq!(std::fs::read_to_string(file).expect("a file"), patch["text"]);
    }
}

/// The dialog says what would be pushed, and exactly that is.
async fn pushed(window: &Window, repository: &Repository, place: &TempDir) {
    let head = repository.git(&["rev-parse", "HEAD"]);
    window.click("Push it…").await;
    window.seen("a new commit with exactly the tree that was built").await;
    window.seen(&head[..10]).await;
    window.click("Push it").await;
    window.seen("Pushed to").await;
    assert_eq!(
        upstream(place, &["log", "-1", "--format=%s %P", "main"]),
        format!("look for words {head}")
    );
    assert_eq!(upstream(place, &["show", "main:words"]), "hello");
    assert_eq!(upstream(place, &["show", "main:test"]), NEEDS_A_FILE.trim());
}
