//! `kill -9` of the resident at random moments of a busy run: nothing that was acknowledged is missing.

use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::time::Duration;
use tests::{Outpost, Repository, survivors};

/// How often it is killed. `OUTPOST_TEST_CRASHES` asks for more or fewer.
const CRASHES: usize = 50;

/// Each build writes its process id into a file of its folder's parent and removes it at its end; two at once in one
/// folder, or one that is still there when the next begins, would be seen as a collision.
const TEST: &str = r#"#!/bin/sh
here=$(cd .. && pwd)
if [ -e "$here/owner" ] && kill -0 "$(cat "$here/owner")" 2>/dev/null; then
  echo collision >>"$here/collisions"
fi
echo $$ >"$here/owner"
sleep 0.3 & sleep 0.2
wait
rm -f "$here/owner"
"#;

fn ids(list: &Value, id: &str) -> BTreeSet<i64> {
    list.as_array()
        .into_iter()
        .flatten()
        .filter_map(|row| row[id].as_i64())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_acknowledged_is_lost() {
    let crashes = std::env::var("OUTPOST_TEST_CRASHES")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(CRASHES);
    let mut outpost = Outpost::start().await;
    let repository = Repository::new("busy");
    repository.write("test", TEST);
    repository.commit("first");
    outpost.ok(&["init", "--yes", repository.path().to_str().expect("text")]);
    let builder = outpost.overview().await["builders"][0]["builder"].clone();
    let mut commits = BTreeSet::new();
    let mut requests = BTreeSet::new();
    let mut finished: Vec<(i64, Value)> = Vec::new();
    // A fixed sequence of moments: a failure can be repeated.
    let mut moment: u64 = 0x2545_f491_4f6c_dd1d;
    for crash in 0..crashes {
        for _ in 0..2 {
            let (status, forced) = outpost
                .try_call(
                    "force",
                    json!({"builder": builder, "values": {"reason": format!("round {crash}")}}),
                )
                .await;
            assert_eq!(status, 200, "{forced}");
            requests.insert(forced["request"].as_i64().expect("a request"));
        }
        repository.write("round", &crash.to_string());
        commits.insert(repository.commit(&format!("round {crash}")));
        moment ^= moment << 13;
        moment ^= moment >> 7;
        moment ^= moment << 17;
        // The time until the kill is what the test varies, not something that it waits for.
        tokio::time::sleep(Duration::from_millis(moment % 700)).await;
        for build in outpost.rest("builds?complete=true&limit=10000").await["builds"]
            .as_array()
            .expect("builds")
        {
            let (id, results) = (build["buildid"].as_i64().expect("an id"), build["results"].clone());
            if !finished.iter().any(|(known, _)| *known == id) {
                finished.push((id, results));
            }
        }
        outpost.kill();
        assert_eq!(
            survivors(&outpost.builds()),
            Vec::<String>::new(),
            "no process of a lost build is alive"
        );
        outpost.run(&["--no-tray"]).await;
    }
    let done = |o: &Value| {
        let empty = |list: &str| o[list].as_array().is_some_and(Vec::is_empty);
        empty("running") && empty("waiting") && empty("settling")
    };
    outpost.until("everything is built", done).await;
    let all = outpost.rest("buildrequests?limit=10000").await;
    let known = ids(&all["buildrequests"], "buildrequestid");
    assert!(
        requests.is_subset(&known),
        "lost: {:?}",
        requests.difference(&known).collect::<Vec<_>>()
    );
    let open: Vec<&Value> = all["buildrequests"]
        .as_array()
        .expect("a list")
        .iter()
        .filter(|r| r["complete"] == false)
        .collect();
    assert!(open.is_empty(), "{open:#?}");
    let changes = outpost.rest("changes?limit=10000").await;
    let revisions: Vec<String> = changes["changes"]
        .as_array()
        .expect("changes")
        .iter()
        .filter_map(|c| c["revision"].as_str().map(str::to_owned))
        .collect();
    for commit in &commits {
        assert_eq!(
            revisions.iter().filter(|r| *r == commit).count(),
            1,
            "{commit} is a change once"
        );
    }
    let builds = outpost.rest("builds?limit=10000").await;
    for (id, results) in &finished {
        let now = builds["builds"]
            .as_array()
            .expect("builds")
            .iter()
            .find(|b| b["buildid"] == *id)
            .expect("the build");
        assert_eq!(now["results"], *results, "the result of build {id} stays");
    }
    let collisions: Vec<_> = find(&outpost.home().join("data/builds"), "collisions");
    assert!(collisions.is_empty(), "two builds were in one folder: {collisions:?}");
    let database = outpost.home().join("data/outpost.sqlite");
    outpost.quit();
    let checked = std::process::Command::new("sqlite3")
        .arg(database)
        .arg("pragma integrity_check; pragma foreign_key_check;")
        .output();
    assert_eq!(
        String::from_utf8_lossy(&checked.expect("sqlite3 starts").stdout).trim(),
        "ok"
    );
}

fn find(folder: &std::path::Path, name: &str) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() && !path.is_symlink() {
            found.extend(find(&path, name));
        } else if entry.file_name() == name {
            found.push(path);
        }
    }
    found
}
