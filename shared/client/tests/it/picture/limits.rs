//! Masters that lie, or that are larger than anything that makes sense.

use super::{rows, tell};
use client::picture::{BUILD_SETS, BUILDERS, CHANGES, Event, HISTORY, News, Picture, REQUESTS, RUNNING, Snapshot};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::BTreeMap;

fn build(id: i64, builder: i64, complete: bool) -> Value {
    json!({"buildid": id, "number": id, "builderid": builder, "buildrequestid": id, "complete": complete,
        "started_at": 1000, "complete_at": complete.then_some(1001), "results": complete.then_some(0),
        "state_string": "x".repeat(1_000)})
}

#[test]
fn a_master_with_too_much_is_cut_off_and_that_is_said() {
    let mut picture = Picture::default();
    let builder = |id: i64| json!({"builderid": id, "name": format!("b{id}"), "masterids": [1]});
    let many = i64::try_from(BUILDERS).expect("small") + 1;
    picture.replace(Snapshot {
        builders: rows(&(1..=many).map(builder).collect()),
        ..Snapshot::default()
    });
    for id in 1..=i64::try_from(RUNNING).expect("small") + 10 {
        tell(&mut picture, &format!("builds/{id}/new"), &build(id, id % 7, false));
    }
    for id in 1..=i64::try_from(REQUESTS).expect("small") + 10 {
        let row = json!({"buildrequestid": id + 100_000, "builderid": 1, "claimed": false, "complete": false});
        tell(&mut picture, "buildrequests/1/new", &row);
    }
    for id in 1..=1000 {
        let row = json!({"changeid": id, "author": "a".repeat(10_000), "comments": "c".repeat(10_000)});
        tell(&mut picture, "changes/1/new", &row);
    }
    for id in 1..=i64::try_from(BUILD_SETS).expect("small") + 10 {
        let row = json!({"bsid": id, "reason": "r".repeat(1_000), "complete": false});
        tell(&mut picture, "buildsets/1/new", &row);
    }
    assert_eq!(picture.build_sets().len(), BUILD_SETS);
    assert!(picture.build_sets().all(|set| set.reason.len() <= 200));
    let sizes = (
        picture.builders().len(),
        picture.running().len(),
        picture.requests().len(),
        picture.changes().len(),
    );
    assert_eq!(sizes, (BUILDERS, RUNNING, REQUESTS, CHANGES));
    assert_eq!(
        picture.changes().next().map(|change| change.id.0),
        Some(1000),
        "the newest are kept"
    );
    assert!(
        picture
            .changes()
            .all(|change| change.author.len() <= 300 && change.title.len() <= 300)
    );
    assert!(picture.running().all(|build| build.state.len() <= 300));
    let cuts: BTreeMap<&str, usize> = picture.cuts().collect();
    assert_eq!(
        cuts,
        BTreeMap::from([
            ("build sets", BUILD_SETS),
            ("builders", BUILDERS),
            ("requests", REQUESTS),
            ("running builds", RUNNING)
        ])
    );
}

#[test]
fn a_builder_has_its_last_builds_and_no_more() {
    let mut picture = Picture::default();
    tell(
        &mut picture,
        "builders/1/update",
        &json!({"builderid": 1, "name": "b", "masterids": [1]}),
    );
    for id in (1..=100).rev().chain(101..=120) {
        tell(&mut picture, &format!("builds/{id}/finished"), &build(id, 1, true));
    }
    let builder = picture.builder_named("b").expect("it");
    let last: Vec<i64> = builder.finished().map(|build| build.build.0).collect();
    let newest = 120 - i64::try_from(HISTORY).expect("small") + 1;
    assert_eq!(last, (newest..=120).rev().collect::<Vec<_>>());
}

#[test]
fn odd_times_and_ids_do_no_harm() {
    let mut picture = Picture::default();
    tell(
        &mut picture,
        "builders/1/update",
        &json!({"builderid": 1, "name": "b", "masterids": [1]}),
    );
    let backwards = json!({"buildid": "7", "builderid": "1", "number": 1, "complete": true, "started_at": 2000,
        "complete_at": 1000, "results": 99, "properties": ["odd"], "state_string": null});
    let news = tell(&mut picture, "builds/7/finished", &backwards);
    let [News::BuildFinished(build)] = &news[..] else {
        panic!("{news:?}");
    };
    assert_eq!(
        (build.build.0, build.results, build.complete_at),
        (7, None, build.started_at)
    );
    for id in [json!(0), json!(-5), json!(null), json!(1e300), json!({}), json!("x")] {
        let body = json!({"buildid": id, "builderid": 1, "complete": false}).to_string();
        if let Ok(event) = Event::read("builds/9/new", &body) {
            picture.apply(event, &mut Vec::new());
        }
    }
    assert_eq!(picture.running().len(), 0);
    for (key, body) in [
        (
            "builders/99/started",
            json!({"builderid": 99, "masterid": 1, "name": "new"}),
        ),
        (
            "builders/98/stopped",
            json!({"builderid": 98, "masterid": 1, "name": "old"}),
        ),
        ("builds/1/steps/5/new", json!({"stepid": 5, "buildid": 1})),
        ("logs/5/append", json!({"logid": 5, "stepid": 5})),
        ("control/builds/1/stop", json!({"reason": "r"})),
        ("a/b/c/d/e/f/g/h", json!({})),
        ("", json!(7)),
        ("buildrequests/1/cancel", Value::Null),
    ] {
        assert!(tell(&mut picture, key, &body).is_empty(), "{key}");
    }
}

#[test]
fn a_reconfigured_builder_is_told_of() {
    let mut picture = Picture::default();
    let row = json!({"builderid": 1, "name": "b", "masterids": [1, 2], "tags": ["x"]});
    assert_eq!(tell(&mut picture, "builders/1/update", &row), [News::BuildersChanged]);
    assert_eq!(tell(&mut picture, "builders/1/update", &row), []);
    let short = json!({"builderid": 1, "masterid": 2, "name": "b"});
    assert_eq!(
        tell(&mut picture, "builders/1/stopped", &short),
        [News::BuildersChanged]
    );
    assert_eq!(tell(&mut picture, "builders/1/stopped", &short), []);
    let is_configured = |picture: &Picture| picture.builder_named("b").expect("it").is_configured();
    assert!(is_configured(&picture), "the other master has it");
    tell(
        &mut picture,
        "builders/1/stopped",
        &json!({"builderid": 1, "masterid": 1, "name": "b"}),
    );
    assert!(!is_configured(&picture));
}

#[test]
fn virtual_builders_have_their_own_names() {
    let mut picture = Picture::default();
    tell(
        &mut picture,
        "builders/1/update",
        &json!({"builderid": 1, "name": "real", "masterids": [1], "tags": ["r"]}),
    );
    let properties = json!({"virtual_builder_name": ["seeming", "x"], "virtual_builder_tags": [["s"], "x"]});
    tell(&mut picture, "builds/1/properties/update", &properties);
    tell(&mut picture, "builds/1/new", &build(1, 1, false));
    tell(&mut picture, "builds/1/finished", &build(1, 1, true));
    let builder = picture.builder_named("real").expect("it");
    assert_eq!((builder.shown_name(), &*builder.shown_tags()[0]), ("seeming", "s"));
}

fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 20, 5, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            proptest::collection::btree_map("[a-z]{1,8}", inner, 0..5)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn no_event_makes_it_fall(
        key in "(builds|builders|workers|masters|buildrequests|buildsets|changes|projects|steps|logs)/(1|x|-1)(/(steps|logs|properties)/1)?/(new|update|started|stopped|unclaimed|missing)",
        members in proptest::collection::btree_map(
            "(buildid|builderid|workerid|masterid|buildrequestid|changeid|bsid|buildsetid|projectid|stepid|logid|name|number|complete|results|properties|started_at|complete_at|tags|masterids|connected_to|state_string|num_lines|urls|owner)",
            prop_oneof![Just(json!(1)), json_value()],
            0..10,
        ),
    ) {
        let mut picture = Picture::default();
        let body = json!(members).to_string();
        if let Ok(event) = Event::read(&key, &body) {
            picture.apply(event.clone(), &mut Vec::new());
            picture.apply(event, &mut Vec::new());
        }
    }
}
