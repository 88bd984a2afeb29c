//! Databases that this program may not touch.

use std::path::Path;
use std::process::Command;
use tests::{Outpost, Repository, has, skip};

/// Starts a resident that cannot start; its error output, which is one sentence.
fn refused(outpost: &Outpost) -> String {
    let output = outpost.cli(&["run", "--no-tray", "--port", "0"]);
    let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    assert_eq!(output.status.code(), Some(5), "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");
    said
}

fn bytes(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let files = ["outpost.sqlite", "outpost.sqlite-wal"];
    let read = |name: &str| Some((name.to_owned(), std::fs::read(folder.join(name)).ok()?));
    files.into_iter().filter_map(read).collect()
}

/// A home in which something was built, and nothing runs.
async fn used() -> Outpost {
    let mut outpost = Outpost::start().await;
    let _repository = Repository::project(&outpost, "app", "#!/bin/sh\n");
    outpost.quit();
    outpost
}

#[tokio::test]
async fn one_of_another_resident_is_left_to_it() {
    let outpost = Outpost::start().await;
    let repository = Repository::project(&outpost, "app", "#!/bin/sh\n");
    let aside = outpost.socket().with_extension("aside");
    std::fs::rename(outpost.socket(), &aside).expect("the second one does not find the first");
    let said = refused(&outpost);
    assert!(
        said.contains(&format!("pid {}", outpost.pid())) && said.contains("stop that one first"),
        "{said}"
    );
    std::fs::rename(&aside, outpost.socket()).expect("back");
    repository.commit("second");
    assert_eq!(
        outpost.built("app", 2).await["results"],
        0,
        "the first one did not notice"
    );
}

#[tokio::test]
async fn a_newer_one_is_left_as_it_is() {
    if !has("sqlite3") {
        return skip("a newer database: sqlite3 is not installed");
    }
    let outpost = used().await;
    let data = outpost.home().join("data");
    let newer = Command::new("sqlite3")
        .arg(data.join("outpost.sqlite"))
        .arg("PRAGMA user_version = 9999")
        .status();
    assert!(newer.expect("sqlite3 starts").success());
    let before = bytes(&data);
    let said = refused(&outpost);
    assert!(said.contains("9999") && said.contains("newer Outpost"), "{said}");
    assert_eq!(bytes(&data), before, "nothing was written");
}

#[tokio::test]
async fn a_damaged_one_is_left_as_it_is() {
    let outpost = used().await;
    let data = outpost.home().join("data");
    std::fs::write(
        data.join("outpost.sqlite"),
        "this is no database, but a text that is long enough\n".repeat(400),
    )
    .expect("written");
    let before = bytes(&data);
    let said = refused(&outpost);
    assert!(said.contains("damaged") && said.contains("put back a copy"), "{said}");
    assert_eq!(bytes(&data), before, "nothing was written");
}
