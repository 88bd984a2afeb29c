//! Two people who follow the same master: each is told of what is theirs, once.

use super::{i_am, join, until_over};
use serde_json::{Value, json};
use tests::{Outpost, Release, Team};

const ANN: &str = "Ann <ann@example.org>";

/// The notices whose titles have a word.
pub(super) async fn notices(outpost: &Outpost, word: &str) -> Vec<Value> {
    let page = outpost.call("notices", json!({})).await;
    let all = page["notices"].as_array().cloned().unwrap_or_default();
    let has_it = |notice: &Value| {
        notice["title"]
            .as_str()
            .is_some_and(|title| title.to_lowercase().contains(word))
    };
    all.into_iter().filter(has_it).collect()
}

/// Waits until there is a verdict on a build; whether it was told.
pub(super) async fn verdict(outpost: &Outpost, builder: &str, number: i64) -> bool {
    verdict_at(outpost, "team", builder, number).await
}

/// Waits until there is a verdict on a build of a master; whether it was told.
pub(super) async fn verdict_at(outpost: &Outpost, master: &str, builder: &str, number: i64) -> bool {
    let found = std::cell::RefCell::new(None);
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(60);
    while found.borrow().is_none() {
        let page = outpost.call("notices", json!({})).await;
        let mut all = page["verdicts"].as_array().into_iter().flatten();
        let of_it = |row: &&Value| row["master"] == master && row["builder_name"] == builder && row["number"] == number;
        *found.borrow_mut() = all.find(of_it).map(|row| row["told"] == true);
        assert!(
            std::time::Instant::now() < deadline,
            "no verdict on {builder}/{number}: {page:#}"
        );
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    found.into_inner().expect("a verdict")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_break_is_told_once_to_who_made_it_and_its_repair_too() {
    let Some(team) = Team::start(Release::New).await else {
        return;
    };
    let (ann, bob) = (Outpost::start().await, Outpost::start().await);
    i_am(&ann, &["ann@example.org"]).await;
    i_am(&bob, &["bob@example.org"]).await;
    join(&ann, &team.url()).await;
    join(&bob, &team.url()).await;
    team.commit("Bob <bob@example.org>", "all well").await;
    for outpost in [&ann, &bob] {
        for builder in ["widget", "gadget"] {
            until_over(outpost, "team", builder, 1).await;
        }
    }

    // The same change breaks two builders.
    team.set("widget", "red", true);
    team.set("gadget", "red", true);
    team.commit(ANN, "break it").await;
    for builder in ["widget", "gadget"] {
        until_over(&ann, "team", builder, 2).await;
        until_over(&bob, "team", builder, 2).await;
        verdict(&ann, builder, 2).await;
        assert!(
            !verdict(&bob, builder, 2).await,
            "{builder}: Bob has nothing to do with it"
        );
    }
    let told = notices(&ann, "broken").await;
    assert_eq!(told.len(), 1, "one notice for one break: {told:#?}");
    let words = format!("{} {}", told[0]["title"], told[0]["body"]);
    assert!(words.contains("widget") || words.contains("gadget"), "{words}");
    assert!(
        told[0]["path"]
            .as_str()
            .is_some_and(|path| path.starts_with("/masters/team/")),
        "{told:#?}"
    );
    assert_eq!(notices(&bob, "broken").await, Vec::<Value>::new());
    let said = ann.cli(&["status"]);
    assert_eq!(said.status.code(), Some(1));
    let said = String::from_utf8_lossy(&said.stdout).into_owned();
    assert!(
        said.contains("Broken by you") && said.contains("team/widget/2"),
        "{said}"
    );
    assert!(ann.ok(&["why", "team/widget/2"]).to_lowercase().contains("told"));

    // Bob's change comes in while it is broken: nobody is told again.
    team.commit("Bob <bob@example.org>", "something else").await;
    for builder in ["widget", "gadget"] {
        until_over(&ann, "team", builder, 3).await;
        assert!(!verdict(&ann, builder, 3).await);
        assert!(!verdict(&bob, builder, 3).await);
    }

    team.set("widget", "red", false);
    team.set("gadget", "red", false);
    team.commit(ANN, "repair it").await;
    for builder in ["widget", "gadget"] {
        until_over(&ann, "team", builder, 4).await;
        until_over(&bob, "team", builder, 4).await;
        verdict(&ann, builder, 4).await;
        assert!(!verdict(&bob, builder, 4).await);
    }
    assert_eq!(notices(&ann, "fixed").await.len(), 1);
    assert_eq!(notices(&bob, "fixed").await, Vec::<Value>::new());
}
