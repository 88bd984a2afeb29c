//! A person's change, taken from a working copy, sent and followed.

mod buildbot;
mod desk;
mod lost;
mod of_build;
mod options;
mod outposts;
mod push;
mod quiet;
mod ssh;
mod systems;
mod team;
mod together;
mod trouble;
mod ways;

use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::time::Duration;
use tests::Outpost;

/// How long something that must happen may take on a slow machine.
const PATIENCE: Duration = Duration::from_secs(120);

/// What is committed before a change: `write` gets each file and its text.
fn lay_out(write: impl Fn(&str, &str)) {
    write("text.txt", "one\ntwo\n");
    write("crlf.txt", "one\r\ntwo\r\n");
    write("gone.txt", "to be removed\n");
    write("old name.txt", "to be moved\nand kept\nas it is\n");
    write("script", "echo hello\n");
    write("deep/er/füße.txt", "grüße\n");
    write("no newline", "no newline");
}

/// A change of every kind in a folder that was laid out so.
fn change_everything(folder: &Path) {
    let write = |file: &str, bytes: &[u8]| {
        let path = folder.join(file);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("folders");
        std::fs::write(path, bytes).expect("a file");
    };
    write("text.txt", b"one\n2\nthree\n");
    write("crlf.txt", b"one\r\n2\r\n");
    write("deep/er/füße.txt", "größer\n".as_bytes());
    write("no newline", b"still no newline");
    write("new/file.txt", b"new\n");
    write("new/empty", b"");
    write("new/binary", &[0, 1, 2, 255, 254, 10, 13, 0]);
    std::fs::remove_file(folder.join("gone.txt")).expect("removed");
    std::fs::rename(folder.join("old name.txt"), folder.join("new name.txt")).expect("moved");
    let executable = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(folder.join("script"), executable).expect("a mode");
    symlink("text.txt", folder.join("link")).expect("a link");
}

/// Every file of a folder with its mode and bytes, without what git keeps.
fn tree(folder: &Path) -> BTreeMap<String, (bool, Vec<u8>)> {
    fn gather(top: &Path, folder: &Path, into: &mut BTreeMap<String, (bool, Vec<u8>)>) {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            let name = path.strip_prefix(top).expect("inside").to_string_lossy().into_owned();
            let kind = std::fs::symlink_metadata(&path).expect("it is there");
            if name == ".git" {
                continue;
            } else if kind.is_dir() {
                gather(top, &path, into);
            } else if kind.is_symlink() {
                let to = std::fs::read_link(&path).expect("a link");
                into.insert(name, (false, to.to_string_lossy().into_owned().into_bytes()));
            } else {
                let executable = kind.permissions().mode() & 0o100 != 0;
                into.insert(name, (executable, std::fs::read(&path).expect("a file")));
            }
        }
    }
    let mut all = BTreeMap::new();
    gather(folder, folder, &mut all);
    all
}

/// Takes the change of a folder.
async fn look(outpost: &Outpost, folder: &Path) -> Value {
    outpost.call("try_look", json!({"folder": folder})).await
}

/// Sends all of a change, also what is not tracked; gives the try's number.
async fn submit(outpost: &Outpost, change: &Value, target: &str, builders: &[&str]) -> i64 {
    let files = change["untracked"].as_array().into_iter().flatten();
    let untracked: Vec<&Value> = files.map(|file| &file["file"]).collect();
    let row = outpost
        .call(
            "try_submit",
            json!({"change": change["change"], "target": target, "builders": builders, "untracked": untracked}),
        )
        .await;
    row["id"].as_i64().expect("a try")
}

/// Waits until a try is as wanted and gives it.
async fn until(outpost: &Outpost, id: i64, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
    outpost
        .until_answer("try_row", json!({"id": id}), what, PATIENCE, wanted)
        .await
}

/// Waits until it goes no further.
async fn until_over(outpost: &Outpost, id: i64) -> Value {
    let over = |row: &Value| matches!(row["state"].as_str(), Some("ended" | "refused" | "cancelled"));
    until(outpost, id, "it is over", over).await
}
