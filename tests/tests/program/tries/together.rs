//! Two faces change what is kept at the same time: neither change is lost.

use super::desk::project;
use futures_util::future::join_all;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use tests::Outpost;
use tests::farm::{Knobs, MadeUp};

/// So many at once.
const FACES: usize = 12;

#[tokio::test]
async fn presets_that_are_saved_at_once_are_all_there() {
    let outpost = Outpost::start().await;
    let repository = project(&outpost).await;
    let root = repository.path();
    for shared in [true, false] {
        let names: BTreeSet<String> = (0..FACES).map(|face| format!("preset {face}")).collect();
        let save = |name: &String| {
            let preset = json!({"name": name, "shared": shared, "values": {"builders": [name]}});
            outpost.call("save_try_preset", json!({"root": root, "preset": preset}))
        };
        join_all(names.iter().map(save)).await;
        assert_eq!(presets(&outpost, &repository, shared).await, names);
        let remove = |name: &String| {
            outpost.call(
                "remove_try_preset",
                json!({"root": root, "name": name, "shared": shared}),
            )
        };
        join_all(names.iter().skip(1).map(remove)).await;
        assert_eq!(presets(&outpost, &repository, shared).await.len(), 1);
    }
}

async fn presets(outpost: &Outpost, repository: &tests::Repository, shared: bool) -> BTreeSet<String> {
    let change = super::look(outpost, &repository.path()).await;
    let all = change["presets"].as_array().into_iter().flatten();
    all.filter(|preset| preset["shared"] == shared)
        .filter_map(|preset| preset["name"].as_str().map(str::to_owned))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn ways_to_two_masters_that_are_given_at_once_are_both_kept() {
    let (one, two) = (
        MadeUp::start("One", 1, Knobs::default()).await,
        MadeUp::start("Two", 1, Knobs::default()).await,
    );
    let outpost = Outpost::start().await;
    let masters = [("one", one.url()), ("two", two.url())];
    for (name, url) in &masters {
        outpost.ok(&["join", url, "--name", name]);
    }
    for round in 0..FACES {
        let host = |name: &str| format!("{name}{round}.example.org");
        let set = |(name, _): &(&str, String)| {
            let access = json!({
                "master": name, "way": "ssh", "address": host(name), "user": "", "has_password": false,
                "session_only": false, "port": null, "jobdir": "/jobs", "ssh": "", "buildbotbin": "", "found_in": null,
            });
            outpost.call(
                "set_try_access",
                json!({"access": access, "password": null, "check": false}),
            )
        };
        join_all(masters.iter().map(set)).await;
        for (name, _) in &masters {
            let kept: Value = outpost.call("try_access", json!({"master": name})).await;
            assert_eq!(kept["address"], host(name), "round {round}");
        }
    }
}
