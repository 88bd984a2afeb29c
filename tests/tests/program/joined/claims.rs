//! "I have it" between two people who each have a program of their own: one follows the other's.

use super::{builder, join_as};
use serde_json::{Value, json};
use tests::{Outpost, Repository};

const GOOD: &str = "#!/bin/sh\necho fine\n";
const BAD: &str = "#!/bin/sh\necho 'main.c:3: error: broken on purpose' >&2\nexit 1\n";

/// Waits until who has the first break there is as wanted.
async fn until_had(outpost: &Outpost, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
    let had = |overview: &Value| !overview["breaks"][0].is_null() && wanted(&overview["breaks"][0]["claim"]);
    outpost.until(what, had).await["breaks"][0]["claim"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_it_is_seen_by_both_until_it_is_green() {
    let ann = Outpost::start().await;
    let repository = Repository::new("widget");
    repository.write("test", GOOD);
    repository.commit("first");
    ann.ok(&["init", "--yes", repository.path().to_str().expect("text")]);
    ann.built("widget", 1).await;
    let address = ann.call("hello", json!({})).await["dashboard"].clone();

    let bob = Outpost::start().await;
    let mut settings = bob.call("settings", json!({})).await;
    settings["identities"] = json!(["Bob Ray"]);
    bob.call("save_settings", settings).await;
    join_as(&bob, address.as_str().expect("an address"), "ann").await;

    repository.write("test", BAD);
    repository.commit("break it");
    assert_eq!(ann.built("widget", 2).await["results"], 2);
    until_had(&bob, "Bob sees the break", Value::is_null).await;
    let said = bob.ok(&["claim", "ann/widget"]);
    assert!(said.contains("You have") && said.contains("widget"), "{said}");
    let claim = until_had(&ann, "Ann sees that Bob has it", |claim| claim["by"] == "Bob Ray").await;
    assert_eq!(
        (&claim["mine"], &claim["shared"]),
        (&json!(false), &json!(true)),
        "{claim:#}"
    );
    let claim = until_had(&bob, "Bob has it", |claim| !claim.is_null()).await;
    assert_eq!(
        (&claim["mine"], &claim["shared"]),
        (&json!(true), &json!(true)),
        "{claim:#}"
    );

    // Given back, it is nobody's; taken by Ann, it is hers for Bob too.
    bob.ok(&["unclaim", "ann/widget"]);
    until_had(&ann, "nobody has it", Value::is_null).await;
    ann.ok(&["claim", "widget"]);
    let claim = until_had(&bob, "Bob sees that Ann has it", |claim| !claim.is_null()).await;
    assert_eq!(claim["mine"], false, "{claim:#}");

    repository.write("test", GOOD);
    repository.commit("repair it");
    assert_eq!(ann.built("widget", 3).await["results"], 0);
    for (outpost, master) in [(&ann, "bundled"), (&bob, "ann")] {
        let over = |overview: &Value| {
            overview["breaks"].as_array().is_some_and(Vec::is_empty)
                && builder(overview, master, "widget")["claimed_by"].is_null()
        };
        outpost.until("it is green and nobody's", over).await;
    }
}
