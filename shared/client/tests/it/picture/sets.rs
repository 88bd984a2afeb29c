//! Build sets and their ends, and workers that stay away.

use super::{rows, tell};
use client::picture::{News, Picture, Snapshot};
use model::{BuildId, BuildSetId, BuilderId, RequestId, WorkerId};
use serde_json::{Value, json};

fn set(id: i64, complete: bool) -> Value {
    json!({"bsid": id, "reason": "a push", "complete": complete, "rebuilt_buildid": 70, "sourcestamps": [{"patch": {"level": 1}}]})
}

fn request(id: i64, set: i64) -> Value {
    json!({"buildrequestid": id, "buildsetid": set, "builderid": 1, "claimed": true, "complete": false})
}

fn build(id: i64, complete: bool) -> Value {
    json!({"buildid": id, "number": id, "builderid": 1, "buildrequestid": id, "complete": complete, "results": complete.then_some(2)})
}

/// Sets whose end is told.
fn over(news: &[News]) -> Vec<i64> {
    let over = news.iter().filter_map(|news| match news {
        News::BuildSetOver(set) => Some(set.0),
        _ => None,
    });
    over.collect()
}

#[test]
fn the_end_of_a_set_is_told_once_and_after_its_builds() {
    let mut picture = Picture::default();
    tell(&mut picture, "buildsets/5/new", &set(5, false));
    for id in [1, 2] {
        tell(&mut picture, "buildrequests/1/claimed", &request(id, 5));
        tell(&mut picture, "builds/1/new", &build(id, false));
    }
    tell(&mut picture, "builds/1/finished", &build(1, true));
    assert_eq!(
        over(&tell(&mut picture, "buildsets/5/complete", &set(5, true))),
        [0; 0],
        "one still runs"
    );
    let told = tell(&mut picture, "builds/2/finished", &build(2, true));
    assert!(
        matches!(&told[..], [News::BuildFinished(_), News::BuildSetOver(BuildSetId(5))]),
        "{told:?}"
    );
    for (key, body) in [
        ("buildsets/5/complete", set(5, true)),
        ("buildsets/5/new", set(5, false)),
    ] {
        assert_eq!(tell(&mut picture, key, &body), [], "{key}");
    }
    assert_eq!(picture.build_sets().len(), 0);
    // Whoever tells of its builds may be a little behind.
    assert_eq!(picture.set_of(RequestId(2)), Some(BuildSetId(5)));
    let known = picture.build_set(BuildSetId(5)).expect("it is known for a while");
    assert_eq!((&*known.reason, known.patched), ("a push", true));
}

#[test]
fn the_newest_set_of_a_diff_is_known_also_when_it_is_over() {
    let mut picture = Picture::default();
    assert_eq!(picture.newest_set(true), None);
    tell(&mut picture, "buildsets/5/new", &set(5, false));
    tell(&mut picture, "buildsets/6/new", &set(6, false));
    tell(&mut picture, "buildsets/6/complete", &set(6, true));
    tell(
        &mut picture,
        "buildsets/7/new",
        &json!({"bsid": 7, "sourcestamps": [{"patch": null}]}),
    );
    assert_eq!(
        (picture.newest_set(true), picture.newest_set(false)),
        (Some(BuildSetId(6)), Some(BuildSetId(7)))
    );
}

#[test]
fn a_build_of_a_diff_says_nothing_about_its_builder() {
    let mut picture = Picture::default();
    picture.replace(Snapshot {
        builders: rows(&json!([{"builderid": 1, "name": "b", "masterids": [1]}])),
        ..Snapshot::default()
    });
    let mut plain = set(4, false);
    plain["sourcestamps"] = json!([{"patch": null}]);
    for (id, set) in [(1, plain), (2, set(5, false))] {
        let of = set["bsid"].as_i64().expect("an id");
        tell(&mut picture, &format!("buildsets/{of}/new"), &set);
        tell(&mut picture, "buildrequests/1/claimed", &request(id, of));
        tell(&mut picture, "builds/1/finished", &build(id, true));
    }
    // Of a set that nobody told of, nothing is known.
    tell(&mut picture, "builds/1/finished", &build(3, true));
    let says = |picture: &Picture| {
        let builder = picture.builder_of(BuilderId(1)).expect("a builder");
        let says: Vec<_> = builder
            .finished()
            .map(|build| (build.number, build.is_green()))
            .collect();
        says
    };
    let wanted = [(3, Some(false)), (2, None), (1, Some(false))];
    assert_eq!(says(&picture), wanted);
    // Also after a restart, as far as builds are kept.
    tell(&mut picture, "buildrequests/1/claimed", &request(4, 5));
    tell(&mut picture, "builds/1/finished", &build(4, true));
    let again = Picture::from_kept(picture.kept().expect("something is known"));
    assert_eq!(says(&again), [(4, None)]);
}

#[test]
fn a_set_that_nobody_had_heard_of_is_over_all_the_same() {
    let mut picture = Picture::default();
    assert_eq!(over(&tell(&mut picture, "buildsets/9/complete", &set(9, true))), [9]);
}

#[test]
fn a_build_that_is_gone_holds_up_no_set() {
    let mut picture = Picture::default();
    tell(&mut picture, "buildrequests/1/claimed", &request(1, 5));
    tell(&mut picture, "builds/1/new", &build(1, false));
    tell(&mut picture, "buildsets/5/complete", &set(5, true));
    let snapshot = Snapshot::default();
    let News::Reset(reset) = picture.replace(snapshot) else {
        panic!("a reset");
    };
    assert_eq!(reset.build_sets, Some(vec![]));
}

#[test]
fn the_repetition_of_a_build_is_known_by_its_set() {
    let mut picture = Picture::default();
    assert_eq!(picture.repetition_of(BuildId(70)), None);
    tell(&mut picture, "buildsets/5/new", &set(5, false));
    tell(&mut picture, "buildrequests/1/new", &request(1, 5));
    tell(&mut picture, "buildsets/6/new", &set(6, false));
    tell(&mut picture, "buildrequests/2/new", &request(2, 6));
    assert_eq!(picture.repetition_of(BuildId(70)), Some(RequestId(2)), "the newest");
    assert_eq!(picture.repetition_of(BuildId(71)), None);
}

#[test]
fn requests_of_long_ago_are_forgotten_and_those_under_way_are_not() {
    let mut picture = Picture::default();
    tell(&mut picture, "buildrequests/1/claimed", &request(1, 5));
    tell(&mut picture, "builds/1/new", &build(1, false));
    for id in 2..10_000 {
        tell(&mut picture, "buildrequests/1/claimed", &request(id, id));
    }
    assert_eq!(picture.set_of(RequestId(1)), Some(BuildSetId(5)), "it is being built");
    assert_eq!(picture.set_of(RequestId(2)), None);
    assert_eq!(picture.set_of(RequestId(9_999)), Some(BuildSetId(9_999)));
}

#[test]
fn a_worker_is_missing_when_its_master_says_so_and_names_somebody_to_tell() {
    let mut picture = Picture::default();
    // As Buildbot 4.3 writes it.
    let away = |notify: Value| {
        json!({"workerid": 1, "name": "lost", "connected_to": [], "configured_on": [{"masterid": 1, "builderid": 1}],
            "last_connection": "Sat Nov 21 20:22:25 2026", "notify": notify})
    };
    let missing = News::WorkerMissing(WorkerId(1));
    assert!(!tell(&mut picture, "workers/1/missing", &away(json!([]))).contains(&missing));
    assert!(!tell(&mut picture, "workers/1/missing", &away(json!(null))).contains(&missing));
    assert!(tell(&mut picture, "workers/1/missing", &away(json!(["a@b.example"]))).contains(&missing));
    let mut here = away(json!(["a@b.example"]));
    here["connected_to"] = json!([{"masterid": 1}]);
    assert!(!tell(&mut picture, "workers/1/missing", &here).contains(&missing));
}
