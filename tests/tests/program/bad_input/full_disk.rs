//! A disk without room.

use super::{no_trouble, trouble};
use serde_json::json;
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use tests::{Outpost, Repository, skip};

/// A small disk of its own under a folder, gone with it.
struct SmallDisk(PathBuf);

impl SmallDisk {
    fn mount(folder: &Path) -> Option<SmallDisk> {
        std::fs::create_dir_all(folder).expect("a folder");
        let mount = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=24m", "tmpfs"])
            .arg(folder)
            .output()
            .ok()?;
        mount.status.success().then(|| SmallDisk(folder.to_owned()))
    }

    /// Takes all the room there is.
    fn fill(&self) {
        let mut file = File::create(self.0.join("filler")).expect("a file");
        for size in [1 << 20, 1 << 12, 1] {
            while file.write_all(&vec![0; size]).is_ok() {}
        }
    }

    fn free(&self) {
        std::fs::remove_file(self.0.join("filler")).expect("removed");
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Without its processes it can be taken away at once; else it goes with the last of them.
        let _ = Command::new("umount").arg("--lazy").arg(&self.0).status();
    }
}

#[tokio::test]
async fn it_is_told_and_when_there_is_room_again_what_was_asked_for_is_built() {
    let mut outpost = Outpost::prepared();
    let Some(disk) = SmallDisk::mount(&outpost.home().join("data")) else {
        return skip("a full disk: a small one may not be mounted here");
    };
    outpost.run(&["--no-tray"]).await;
    let repository = Repository::project(&outpost, "app", "#!/bin/sh\nseq 200000\n");
    let builder = outpost.overview().await["builders"][0]["builder"].clone();
    disk.fill();
    let mut acknowledged = Vec::new();
    let mut refusal = None;
    for _ in 0..200 {
        let reason = "no room for this reason ".repeat(1000);
        let (status, answer) = outpost
            .try_call("force", json!({"builder": builder, "values": {"reason": reason}}))
            .await;
        match status {
            200 => acknowledged.push(answer["request"].clone()),
            _ => {
                refusal = Some(answer.to_string());
                break;
            }
        }
    }
    let refusal = refusal.expect("what cannot be kept is not acknowledged");
    assert!(refusal.contains("no room on the disk"), "{refusal}");
    let revision = repository.commit("while there is no room");
    let message = trouble(&outpost, "disk", "no room").await;
    assert!(message.contains("nothing was lost"), "{message}");

    disk.free();
    no_trouble(&outpost).await;
    let idle = |o: &serde_json::Value| {
        let empty = |list: &str| o[list].as_array().is_some_and(Vec::is_empty);
        let built = o["recent"]
            .as_array()
            .is_some_and(|all| all.iter().any(|mark| mark["revision"] == revision));
        built && empty("running") && empty("waiting")
    };
    let overview = outpost.until("the commit is built and nothing waits", idle).await;
    let mark = overview["recent"]
        .as_array()
        .and_then(|all| all.iter().find(|mark| mark["revision"] == revision).cloned());
    assert_eq!(mark.expect("it was seen")["results"], 0);
    let requests = outpost.rest("buildrequests?limit=1000").await;
    for request in acknowledged {
        let rows = requests["buildrequests"].as_array().expect("rows");
        let row = rows
            .iter()
            .find(|row| row["buildrequestid"] == request)
            .expect("what was acknowledged is there");
        assert_eq!(row["complete"], true, "{row:#}");
    }
    outpost.quit();
}
