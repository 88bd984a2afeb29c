//! Masters that do not keep to the protocol.

use super::sim::Sim;
use super::{ended, eventually, link, live, until};
use crate::picture::model::{Act, shown};
use client::LinkState;
use client::picture::News;
use serde_json::json;

fn reason(link: &LinkState) -> String {
    match link {
        LinkState::Stale { reason, .. } | LinkState::Refused { reason } => reason.clone(),
        _ => String::new(),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_that_is_too_large_ends_the_connection_and_no_more() {
    let sim = Sim::start().await;
    let (joined, mut news) = sim.join(None);
    live(&joined).await;
    sim.tell(
        "changes/1/new",
        &json!({"changeid": 1, "comments": "x".repeat(5 << 20)}),
    );
    let state = link(&joined, "it is noticed", |link| !reason(link).is_empty()).await;
    assert!(reason(&state).contains("too big"), "{state:?}");
    live(&joined).await;
    sim.act(&Act::Ask(1));
    until(&mut news, "it is followed again", |news| *news == News::RequestsChanged).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn some_nonsense_is_passed_over_and_much_is_too_much() {
    let sim = Sim::start().await;
    let (joined, mut news) = sim.join(None);
    live(&joined).await;
    for _ in 0..10 {
        sim.send("{nonsense");
        sim.tell("builds/x/new", &json!({"buildid": {}}));
        sim.act(&Act::Ask(1));
    }
    until(&mut news, "requests come", |news| *news == News::RequestsChanged).await;
    assert!(matches!(*joined.link().borrow(), LinkState::Live { .. }));
    for _ in 0..100 {
        sim.send(r#"{"what": "is this"}"#);
    }
    let state = link(&joined, "it is noticed", |link| !reason(link).is_empty()).await;
    assert!(reason(&state).contains("make no sense"), "{state:?}");
    live(&joined).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn subscriptions_that_are_never_acknowledged_are_not_waited_for() {
    let sim = Sim::start().await;
    sim.manners(|manners| manners.deaf = true);
    let (joined, _news) = sim.join(None);
    let state = link(&joined, "it is noticed", |link| !reason(link).is_empty()).await;
    assert!(reason(&state).contains("acknowledge"), "{state:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_is_read_and_a_slow_listener_misses_no_end() {
    let sim = Sim::start().await;
    let (joined, mut news) = sim.join(None);
    live(&joined).await;
    for _ in 0..500 {
        for act in [
            Act::Ask(1),
            Act::Start,
            Act::Work(0),
            Act::Work(0),
            Act::Work(0),
            Act::End(0, 0),
        ] {
            sim.act(&act);
        }
    }
    // The picture is right before anybody has listened.
    let is_right = || joined.with(|picture| picture.last_build().0 == 500 && picture.running().len() == 0);
    eventually("all is heard", is_right).await;
    assert_eq!(joined.with(shown), sim.shown());
    let mut told = Vec::new();
    while ended(&told).len() < 500 {
        told.extend(
            until(&mut news, "builds end", |news| {
                matches!(news, News::BuildFinished(_) | News::Reset(_))
            })
            .await,
        );
    }
    assert_eq!(ended(&told), (1..=500).collect::<Vec<_>>());
    assert!(matches!(*joined.link().borrow(), LinkState::Live { .. }));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lists_that_are_none_are_told_of() {
    for body in [
        json!({"builders": 7}),
        json!([]),
        json!({"builders": [{"builderid": "x"}]}),
        json!("x"),
    ] {
        let sim = Sim::start().await;
        sim.answer("builders", body.clone());
        let (joined, _news) = sim.join(None);
        let state = link(&joined, "it is noticed", |link| !reason(link).is_empty()).await;
        assert!(reason(&state).contains("builders"), "{body}: {state:?}");
    }
}
