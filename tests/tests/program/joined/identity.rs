//! Who a person is on one master only: it decides there who is told, and is said.

use super::breaks::{notices, verdict_at};
use super::join_as;
use serde_json::{Value, json};
use tests::Outpost;
use tests::farm::{Knobs, MadeUp};

async fn i_am_at(outpost: &Outpost, at: Value) {
    let mut settings = outpost.call("settings", json!({})).await;
    settings["identities"] = json!(["ann@example.org"]);
    settings["identities_at"] = at;
    outpost.call("save_settings", settings).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_name_that_is_mine_on_one_master_is_somebody_elses_on_another() {
    let one = MadeUp::start("One", 3, Knobs::default()).await;
    let two = MadeUp::start("Two", 3, Knobs::default()).await;
    let outpost = Outpost::start().await;
    join_as(&outpost, &one.url(), "one").await;
    join_as(&outpost, &two.url(), "two").await;
    i_am_at(&outpost, json!({"one": ["al"]})).await;
    for made in [&one, &two] {
        let build = made.begin(1, Some("al"));
        made.end(build, 2);
    }
    assert!(verdict_at(&outpost, "one", "builder 1", 2).await);
    assert!(!verdict_at(&outpost, "two", "builder 1", 2).await);
    let told = notices(&outpost, "broken").await;
    assert_eq!(told.len(), 1, "{told:#?}");
    let path = told[0]["path"].as_str().unwrap_or_default();
    assert!(path.starts_with("/masters/one/"), "{path}");
    let why = outpost.ok(&["why", "one/builder 1/2"]);
    assert!(why.contains("al is you by “al”, which is you on this master"), "{why}");
    assert!(!outpost.ok(&["why", "two/builder 1/2"]).contains("is you by"));

    // It goes where the master goes, and is forgotten with it.
    let renamed = json!({"master": "one", "name": "uno"});
    outpost.call("rename_master", renamed).await;
    let settings = outpost.call("settings", json!({})).await;
    assert_eq!(settings["identities_at"], json!({"uno": ["al"]}));
    outpost.ok(&["leave", "uno"]);
    let settings = outpost.call("settings", json!({})).await;
    assert_eq!(settings["identities_at"], json!({}));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_master_s_authors_who_are_called_like_me_are_proposed_for_it() {
    let made = MadeUp::start("One", 3, Knobs::default()).await;
    let outpost = Outpost::start().await;
    i_am_at(&outpost, json!({})).await;
    join_as(&outpost, &made.url(), "one").await;
    for author in ["ann", "bob"] {
        let build = made.begin(1, Some(author));
        made.end(build, 0);
    }
    super::until_over(&outpost, "one", "builder 1", 3).await;
    let asked = |patterns: Value| json!({"patterns": patterns, "master": "one"});
    let known = outpost.call("identities", asked(Value::Null)).await;
    let patterns = |known: &Value| -> Vec<String> {
        let all = known["proposed"].as_array().into_iter().flatten();
        all.filter_map(|one| one["pattern"].as_str().map(str::to_owned))
            .collect()
    };
    assert!(patterns(&known).contains(&"ann".to_owned()), "{known:#}");
    assert!(!patterns(&known).contains(&"bob".to_owned()), "{known:#}");
    // What is tried counts at once.
    let tried = outpost.call("identities", asked(json!(["ann"]))).await;
    assert!(!patterns(&tried).contains(&"ann".to_owned()), "{tried:#}");
    let mine = tried["authors"].as_array().into_iter().flatten();
    let mine: Vec<&str> = mine
        .filter(|row| row["mine"] == true)
        .filter_map(|row| row["author"].as_str())
        .collect();
    assert_eq!(mine, ["ann"]);
}
