//! The network goes, and with it what happened meanwhile: told once, in one summary.

use super::{i_am, join, until_it_is, until_over};
use serde_json::{Value, json};
use std::time::Duration;
use tests::{Outpost, Release, Team, Wire};

const ANN: &str = "Ann <ann@example.org>";

/// Follows a master through a network that fails in a way while a break of Ann's, and more, comes to pass.
async fn is_told_once(fail: impl AsyncFnOnce(&Wire)) {
    let Some(team) = Team::start(Release::New).await else {
        return;
    };
    let wire = Wire::to(team.port()).await;
    let outpost = Outpost::start().await;
    i_am(&outpost, &["ann@example.org"]).await;
    join(&outpost, &wire.url()).await;
    team.commit(ANN, "all well").await;
    until_over(&outpost, "team", "widget", 1).await;
    until_over(&outpost, "team", "gadget", 1).await;

    fail(&wire).await;
    // Unheard: gadget breaks and is repaired, widget breaks and stays so.
    team.set("gadget", "red", true);
    team.commit(ANN, "break it").await;
    team.built("gadget", 2).await;
    team.set("gadget", "red", false);
    team.set("widget", "red", true);
    team.commit(ANN, "half of it").await;
    team.built("gadget", 3).await;
    team.built("widget", 3).await;
    until_it_is(&outpost, "team", "stale").await;

    wire.mend();
    outpost.ok(&["reconnect", "team"]);
    until_it_is(&outpost, "team", "live").await;
    until_over(&outpost, "team", "widget", 3).await;
    until_over(&outpost, "team", "gadget", 3).await;
    let told = until_told(&outpost, "").await;
    assert_eq!(told.len(), 1, "one summary of what was missed: {told:#?}");
    let words = format!("{} {}", told[0]["title"], told[0]["body"]);
    assert!(words.contains("widget"), "{words}");
    // The first page keeps it until it is put away.
    let kept = outpost.overview().await["away"].clone();
    assert_eq!(
        (&kept[0]["master"], &kept[0]["broken_by_me"]),
        (&json!("team"), &json!(1)),
        "{kept:#}"
    );
    let path = kept[0]["named"][0]["path"].as_str().expect("a page");
    assert!(path.starts_with("/masters/team/builders/"), "{path}");
    outpost.call("put_away", json!({"away": kept[0]["away"]})).await;
    assert_eq!(outpost.overview().await["away"], json!([]));
    // Told once: another look at the same brings nothing new.
    wire.cut();
    until_it_is(&outpost, "team", "stale").await;
    wire.mend();
    outpost.ok(&["reconnect", "team"]);
    until_it_is(&outpost, "team", "live").await;
    team.set("widget", "red", false);
    team.commit(ANN, "repair it").await;
    until_over(&outpost, "team", "widget", 4).await;
    let told = until_told(&outpost, "fixed").await;
    let of_the_break = |notice: &&Value| !has(notice, "fixed");
    assert!(told.iter().filter(of_the_break).count() <= 1, "{told:#?}");
}

/// Whether a notice's title has a word.
fn has(notice: &Value, word: &str) -> bool {
    notice["title"]
        .as_str()
        .is_some_and(|title| title.to_lowercase().contains(word))
}

/// Waits until there is a notice whose title has a word; all of them.
async fn until_told(outpost: &Outpost, word: &str) -> Vec<Value> {
    let deadline = tokio::time::Instant::now() + Duration::from_secs(60);
    loop {
        let page = outpost.call("notices", json!({})).await;
        match page["notices"].as_array() {
            Some(all) if all.iter().any(|notice| has(notice, word)) => return all.clone(),
            _ => assert!(tokio::time::Instant::now() < deadline, "nothing was told: {page:#}"),
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_missed_while_cut_off_is_told_once() {
    is_told_once(async |wire| wire.cut()).await;
}

/// Nobody closes a connection when a laptop sleeps or a cable is pulled: only silence tells.
#[tokio::test(flavor = "multi_thread")]
async fn two_minutes_of_silence_are_noticed_and_what_was_missed_is_told_once() {
    is_told_once(async |wire| {
        wire.fall_silent();
        tokio::time::sleep(Duration::from_secs(120)).await;
    })
    .await;
}
