//! A master that behaves.

use super::sim::Sim;
use super::{ended, link, live, until, until_shown};
use crate::picture::model::{Act, shown};
use client::picture::News;
use client::{Channel, LinkState};
use model::BuilderId;
use serde_json::json;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_happens_is_told_and_nothing_is_asked() {
    let sim = Sim::start().await;
    for act in [Act::Ask(1), Act::Start, Act::End(0, 0), Act::Ask(2), Act::Worker(1)] {
        sim.act(&act);
    }
    let (joined, mut news) = sim.join(None);
    live(&joined).await;
    assert_eq!(*joined.link().borrow(), LinkState::Live { channel: Channel::Ws });
    assert_eq!(joined.with(shown), sim.shown());
    let first = news.recv().await.expect("news");
    assert!(
        matches!(&first, News::Reset(reset) if reset.unseen.is_empty()),
        "{first:?}"
    );
    assert!(joined.with(|picture| picture.builders().all(|builder| builder.is_read())));
    let asked = sim.requests().len();
    sim.act(&Act::Start);
    let told = until(&mut news, "a build starts", |news| {
        matches!(news, News::BuildStarted(_))
    })
    .await;
    assert!(told.contains(&News::RequestsChanged), "{told:?}");
    sim.act(&Act::Work(0));
    until(&mut news, "it goes on", |news| matches!(news, News::BuildChanged(_))).await;
    sim.act(&Act::End(0, 2));
    let told = until(&mut news, "it ends, and its set", |news| {
        matches!(news, News::BuildSetOver(_))
    })
    .await;
    assert_eq!(ended(&told), [2]);
    assert_eq!(joined.with(shown), sim.shown());
    sim.pinged(4).await;
    assert_eq!(sim.requests().len(), asked, "{:?}", sim.requests());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reading_takes_few_requests_and_each_has_a_limit() {
    let sim = Sim::start().await;
    let (joined, _news) = sim.join(None);
    live(&joined).await;
    let requests = sim.requests();
    let read: Vec<&String> = requests.iter().filter(|path| path.starts_with("api/v2/")).collect();
    assert!(read.len() <= 8, "{read:?}");
    // Where something waits or runs, its sets are asked for besides.
    sim.act(&Act::Ask(1));
    let (other, _news) = sim.join(None);
    live(&other).await;
    let more = sim.requests().split_off(requests.len());
    assert!(more.len() <= 11, "{more:?}");
    assert!(read.iter().all(|path| path.contains("limit=")), "{read:?}");
    assert_eq!(requests.len(), read.len() + 1, "one socket");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_missed_between_two_runs_is_told_as_one() {
    let sim = Sim::start().await;
    for act in [Act::Ask(1), Act::Start, Act::End(0, 0), Act::Ask(1), Act::Start] {
        sim.act(&act);
    }
    let (joined, _news) = sim.join(None);
    live(&joined).await;
    let kept = joined.kept().expect("something is known");
    joined.stop();

    for act in [
        Act::End(0, 2),
        Act::Ask(2),
        Act::Start,
        Act::End(0, 0),
        Act::Ask(3),
        Act::Start,
    ] {
        sim.act(&act);
    }
    let (joined, mut news) = sim.join(Some(kept));
    assert!(
        joined.with(|picture| picture.builder_named("b1").is_some()),
        "it can be shown at once"
    );
    let told = until(&mut news, "it is read", |news| matches!(news, News::Reset(_))).await;
    assert_eq!(ended(&told), [2, 3]);
    live(&joined).await;
    assert_eq!(joined.with(shown), sim.shown());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_builder_that_events_name_is_asked_for_once() {
    let sim = Sim::start().await;
    let (joined, mut news) = sim.join(None);
    live(&joined).await;
    sim.answer(
        "builders/77",
        json!({"builders": [{"builderid": 77, "name": "new", "masterids": [1]}], "meta": {}}),
    );
    let short = json!({"builderid": 77, "masterid": 1, "name": "new"});
    for _ in 0..50 {
        sim.tell("builders/77/started", &short);
    }
    until_shown(&joined, &mut news, "it is read", |picture| {
        picture.builder_named("new").is_some()
    })
    .await;
    sim.act(&Act::Ask(1));
    until(&mut news, "a request comes", |news| *news == News::RequestsChanged).await;
    let asked = sim
        .requests()
        .iter()
        .filter(|path| path.starts_with("api/v2/builders/77?"))
        .count();
    assert_eq!(asked, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_builder_that_is_shown_is_read_soon() {
    let sim = Sim::start().await;
    busy(&sim);
    let slow = client::Rhythm {
        filling: std::time::Duration::from_secs(3600),
        ..super::sim::quick()
    };
    let (joined, mut news) = client::Joined::start(sim.http(), None, slow);
    live(&joined).await;
    for _ in 0..3 {
        joined.want_builder(BuilderId(1));
    }
    until(&mut news, "it is read", |news| *news == News::HistoryRead(BuilderId(1))).await;
    let built = joined.with(|picture| picture.builder_of(BuilderId(1)).map(|builder| builder.finished().len()));
    assert_eq!(built, Some(client::picture::HISTORY));
    joined.want_builder(BuilderId(1));
    sim.pinged(2).await;
    let asked = sim
        .requests()
        .iter()
        .filter(|path| path.contains("builders/1/builds"))
        .count();
    assert_eq!(asked, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn builders_that_seldom_build_are_read_slowly() {
    let sim = Sim::start().await;
    busy(&sim);
    let (joined, mut news) = sim.join(None);
    live(&joined).await;
    until_shown(&joined, &mut news, "all have builds, or none", |picture| {
        picture
            .builders()
            .all(|builder| builder.is_read() || builder.finished().len() > 0)
    })
    .await;
    assert_eq!(joined.with(shown), sim.shown());
    let asked = || {
        sim.requests()
            .iter()
            .filter(|path| path.starts_with("api/v2/builders/"))
            .count()
    };
    assert_eq!(asked(), 2, "{:?}", sim.requests());
    // It is known from then on, also in another run.
    let (again, _news) = sim.join(joined.kept());
    live(&again).await;
    sim.pinged(4).await;
    assert_eq!(asked(), 2, "{:?}", sim.requests());
}

/// The first builder built long ago, the second often since, and the third never.
fn busy(sim: &Sim) {
    for number in 0..15 {
        for act in [Act::Ask(1), Act::Start, Act::End(0, number % 3)] {
            sim.act(&act);
        }
    }
    for _ in 0..230 {
        for act in [Act::Ask(2), Act::Start, Act::End(0, 0)] {
            sim.act(&act);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_ends_with_its_last_handle() {
    let sim = Sim::start().await;
    let (joined, mut news) = sim.join(None);
    live(&joined).await;
    let other = joined.clone();
    drop(joined);
    sim.act(&Act::Ask(1));
    until(&mut news, "it is still followed", |news| *news == News::RequestsChanged).await;
    drop(other);
    while news.recv().await.is_some() {}
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_sign_in_it_waits_for_one() {
    let sim = Sim::start().await;
    sim.manners(|manners| (manners.socket, manners.rest) = (Some(403), Some(403)));
    let (joined, _news) = sim.join(None);
    link(&joined, "a sign-in is needed", |link| *link == LinkState::SignInNeeded).await;
    sim.manners(|manners| (manners.socket, manners.rest) = (None, None));
    joined.reconnect_now();
    live(&joined).await;
}
