//! Masters that lie, and names that want to be more than names.

use super::{builder, join, until_it_is, until_over};
use tests::farm::{Knobs, MadeUp};
use tests::{HOSTILE, Outpost, Release, Team};

#[tokio::test(flavor = "multi_thread")]
async fn names_are_shown_as_text() {
    let Some(team) = Team::start(Release::New).await else {
        return;
    };
    let outpost = Outpost::start().await;
    join(&outpost, &team.url()).await;
    team.force(HOSTILE).await;
    until_over(&outpost, "team", HOSTILE, 1).await;
    for arguments in [&["builders"][..], &["builds"], &["status"], &["masters"]] {
        let said = outpost.ok(arguments);
        assert!(!said.contains(['\u{1b}', '\u{202e}']), "{said:?}");
    }
    assert!(outpost.ok(&["builders"]).contains("<b>\"hostile\""));
    // As JSON they are what they are, and can be named.
    let log = outpost.ok(&["log", &format!("team/{HOSTILE}/1"), "--step", "test"]);
    assert!(log.contains("fine"), "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_master_that_lies_costs_only_itself() {
    let liar = MadeUp::start("Liar", 5, Knobs::default()).await;
    let honest = MadeUp::start("Honest", 5, Knobs::default()).await;
    let outpost = Outpost::start().await;
    super::join_as(&outpost, &liar.url(), "liar").await;
    super::join_as(&outpost, &honest.url(), "honest").await;
    let lies = [
        r#"{"k":"builds/999999/finished","m":{"buildid":999999,"builderid":424242,"number":1,"complete":true,"results":2}}"#,
        r#"{"k":"builds/1/finished","m":{"buildid":"one","builderid":[],"complete":"yes"}}"#,
        r#"{"k":"builds/2/new","m":null}"#,
        r#"{"k":"builders/1/update","m":{"builderid":1,"name":{"a":1},"tags":"linux","masterids":7}}"#,
        r#"{"k":"buildrequests/9223372036854775807/new","m":{"buildrequestid":9223372036854775807,"builderid":-5}}"#,
        r#"{"k":["builds"],"m":3}"#,
        r#"{"k":"builds/3/finished","m":{"buildid":3,"builderid":3,"number":-9,"started_at":99999999999999,"complete_at":-1,"complete":true,"results":77}}"#,
        "[]",
    ];
    lies.iter().for_each(|lie| liar.tell(lie));
    for made in [&liar, &honest] {
        let build = made.begin(4, None);
        made.end(build, 0);
    }
    until_over(&outpost, "honest", "builder 4", 2).await;
    until_over(&outpost, "liar", "builder 4", 2).await;

    // What is no JSON at all ends the connection at most; it comes back.
    for _ in 0..2000 {
        liar.tell("{not json");
    }
    let build = honest.begin(4, None);
    honest.end(build, 0);
    until_over(&outpost, "honest", "builder 4", 3).await;
    until_it_is(&outpost, "liar", "live").await;
    let build = liar.begin(4, None);
    liar.end(build, 0);
    until_over(&outpost, "liar", "builder 4", 3).await;
    let overview = outpost.overview().await;
    assert!(builder(&overview, "honest", "builder 1")["stale"].is_null());
}
