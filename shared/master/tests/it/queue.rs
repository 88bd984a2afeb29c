//! Which request is built when, and what becomes of the others.

use crate::rig::*;
use master::{ControlError, WaitingReason};
use model::config::{BuilderConfig, Collapse, FunctionArgument};
use model::event::RequestVerb;
use model::{Event, RequestId, Results};
use serde_json::json;

fn one(name: &str) -> BuilderConfig {
    BuilderConfig {
        collapse: Some(Collapse::Never),
        ..builder(name, vec![shell("one", "hang")])
    }
}

#[tokio::test]
async fn the_oldest_request_is_first_across_builders_and_priority_goes_before() {
    let mut config = config(vec![one("a"), one("b"), one("c")]);
    config.workers[0].max_builds = Some(1);
    let mut rig = Rig::start(config).await;
    let b = rig.force("b").await.requests[0].1;
    rig.clock.advance(1);
    let a = rig.force("a").await.requests[0].1;
    rig.clock.advance(1);
    let c = rig.force_with("c", json!({"priority": 5})).await.requests[0].1;
    let waiting: Vec<RequestId> = rig.master.state().await.waiting.iter().map(|w| w.request).collect();
    assert_eq!(waiting, [c, b, a]);
    let worker = Script::attach(&rig.master, "w").await;
    let mut built = Vec::new();
    for name in ["c", "b", "a"] {
        built.push(rig.started().await.request);
        worker.let_go(name);
        rig.finished().await;
    }
    assert_eq!(built, [c, b, a]);
}

#[tokio::test]
async fn a_request_that_waits_is_moved_by_its_priority() {
    let mut rig = Rig::start(config(vec![one("a"), one("b")])).await;
    let a = rig.force("a").await.requests[0].1;
    rig.clock.advance(1);
    let b = rig.force("b").await.requests[0].1;
    rig.master.set_priority(b, 3).await.expect("it waits");
    rig.request_is(RequestVerb::Unclaimed, b).await;
    let waiting: Vec<RequestId> = rig.master.state().await.waiting.iter().map(|w| w.request).collect();
    assert_eq!(waiting, [b, a]);
    let unknown = rig.master.set_priority(RequestId(99), 1).await;
    assert!(matches!(unknown, Err(ControlError::Over { .. })), "{unknown:?}");
}

#[tokio::test]
async fn a_worker_takes_no_more_builds_than_it_may() {
    let mut config = config(vec![one("a"), one("b"), one("c")]);
    config.workers[0].max_builds = Some(2);
    let mut rig = Rig::start(config).await;
    let worker = Script::attach(&rig.master, "w").await;
    for name in ["a", "b", "c"] {
        rig.force(name).await;
    }
    rig.started().await;
    rig.started().await;
    let state = rig.master.state().await;
    assert_eq!(state.running.len(), 2);
    assert_eq!(state.waiting.len(), 1);
    assert_eq!(
        state.waiting[0].reason,
        WaitingReason::Busy {
            workers: vec!["w".to_owned()]
        }
    );
    worker.let_go("a");
    rig.finished().await;
    let third = rig.started().await;
    assert_eq!(third.builder, state.waiting[0].builder);
}

#[tokio::test]
async fn a_builders_folder_serves_one_build_at_a_time_and_two_workers_two() {
    let mut config = config(vec![one("a")]);
    config.builders[0].workers.push("w2".to_owned());
    config.workers.push(model::config::WorkerConfig {
        name: "w2".to_owned(),
        ..Default::default()
    });
    let mut rig = Rig::start(config).await;
    let _first = Script::attach(&rig.master, "w").await;
    rig.force("a").await;
    rig.force("a").await;
    rig.started().await;
    assert_eq!(rig.master.state().await.waiting.len(), 1);
    let _second = Script::attach(&rig.master, "w2").await;
    rig.started().await;
    let mut workers: Vec<String> = rig.master.state().await.running.into_iter().map(|r| r.worker).collect();
    workers.sort();
    assert_eq!(workers, ["w", "w2"]);
}

#[tokio::test]
async fn why_a_request_waits_is_told() {
    let mut rig = Rig::start(config(vec![one("a")])).await;
    rig.force("a").await;
    let why = async |rig: &Rig| rig.master.state().await.waiting[0].text.clone();
    assert_eq!(why(&rig).await, "no worker is online (w)");
    rig.master
        .order_worker("w", master::WorkerOrder::Pause, Some("lunch".to_owned()))
        .await
        .expect("it pauses");
    let _worker = Script::attach(&rig.master, "w").await;
    assert_eq!(why(&rig).await, "paused: w");
    rig.master
        .order_worker("w", master::WorkerOrder::Unpause, None)
        .await
        .expect("it goes on");
    rig.started().await;
}

#[tokio::test]
async fn three_changes_that_wait_become_one_build_with_all_of_them() {
    let config = with_tree(
        config(vec![builder("a", vec![shell("one", "say x")])]),
        "tree",
        Default::default(),
    );
    let mut rig = Rig::start(config).await;
    for revision in ["r1", "r2", "r3"] {
        rig.master
            .add_change(change("main", revision))
            .await
            .expect("it is taken in");
    }
    let mut sets = 0;
    let newest = rig
        .until("three sets", |event| match event {
            Event::Request(RequestVerb::New, request) if request.id == RequestId(3) => Some(request.id),
            _ => None,
        })
        .await;
    let _worker = Script::attach(&rig.master, "w").await;
    let build = rig.finished().await;
    assert_eq!((build.request, build.results), (newest, Some(Results::Success)));
    let id = build.id;
    let (changes, requests) = rig
        .master
        .store()
        .read(move |c| Ok((store::changes::for_build(c, id)?, store::builds::requests_of(c, id)?)))
        .await
        .expect("they are read");
    sets += requests.len();
    let revisions: Vec<_> = changes
        .iter()
        .map(|change| change.new.revision.clone().expect("a revision"))
        .collect();
    assert_eq!(revisions, ["r1", "r2", "r3"]);
    assert_eq!(sets, 3);
    assert_eq!(rig.properties(id).await.text("revision"), Some("r3"));
}

#[tokio::test]
async fn what_was_merged_is_built_also_after_a_crash() {
    let config = || {
        with_tree(
            config(vec![builder("a", vec![shell("one", "say x")])]),
            "tree",
            Default::default(),
        )
    };
    let mut rig = Rig::start(config()).await;
    for revision in ["r1", "r2"] {
        rig.master
            .add_change(change("main", revision))
            .await
            .expect("it is taken in");
    }
    rig.request_is(RequestVerb::New, RequestId(2)).await;
    let mut rig = rig.crash(config()).await;
    let _worker = Script::attach(&rig.master, "w").await;
    let id = rig.finished().await.id;
    let changes = rig
        .master
        .store()
        .read(move |c| store::changes::for_build(c, id))
        .await
        .expect("they are read");
    assert_eq!(changes.len(), 2);
}

#[tokio::test]
async fn different_forms_and_patches_do_not_merge() {
    let rig = Rig::start(config(vec![builder("a", vec![shell("one", "say x")])])).await;
    rig.force_with("a", json!({"who": "x"})).await;
    rig.force_with("a", json!({"who": "y"})).await;
    rig.force_with("a", json!({"who": "y", "patch_body": "--- a"})).await;
    rig.force_with("a", json!({"who": "y", "patch_body": "--- a"})).await;
    assert_eq!(rig.master.state().await.waiting.len(), 4);
    rig.force_with("a", json!({"who": "x", "reason": "again"})).await;
    assert_eq!(
        rig.master.state().await.waiting.len(),
        4,
        "the first and the last are the same request"
    );
}

#[tokio::test]
async fn the_configurations_function_has_the_word_on_merging() {
    let asked = function(|argument| match argument {
        FunctionArgument::Requests(new, old) => Ok(json!(
            new["properties"]["who"][0] == "yes" && old["buildrequestid"].is_number()
        )),
        _ => Err("should be given requests".to_owned()),
    });
    let mut config = config(vec![builder("a", vec![shell("one", "say x")])]);
    config.collapse = Collapse::Asked(asked);
    let rig = Rig::start(config).await;
    rig.force_with("a", json!({"who": "no"})).await;
    rig.force_with("a", json!({"who": "no"})).await;
    assert_eq!(rig.master.state().await.waiting.len(), 2);
    rig.force_with("a", json!({"who": "yes"})).await;
    assert_eq!(rig.master.state().await.waiting.len(), 1);
}
