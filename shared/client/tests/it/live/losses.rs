//! Connections that are lost, and what happened meanwhile.

use super::sim::Sim;
use super::{ended, link, live, until, until_shown};
use crate::picture::model::{Act, shown};
use client::LinkState;
use client::picture::News;
use serde_json::json;

fn is_stale(link: &LinkState) -> bool {
    matches!(link, LinkState::Stale { .. })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_ended_while_nobody_listened_is_told_once_and_together() {
    let sim = Sim::start().await;
    for act in [Act::Ask(1), Act::Ask(2), Act::Ask(3), Act::Start, Act::Start] {
        sim.act(&act);
    }
    let (joined, mut news) = sim.join(None);
    live(&joined).await;
    sim.act(&Act::End(0, 0));
    let mut told = until(&mut news, "a build ends", |news| matches!(news, News::BuildFinished(_))).await;

    sim.manners(|manners| manners.down = true);
    sim.cut();
    link(&joined, "it is stale", is_stale).await;
    for act in [Act::End(0, 2), Act::Start, Act::End(0, 0), Act::Ask(1), Act::Start] {
        sim.act(&act);
    }
    sim.manners(|manners| manners.down = false);
    live(&joined).await;
    told.extend(until(&mut news, "it is read", |news| matches!(news, News::Reset(_))).await);
    assert_eq!(ended(&told), [1, 2, 3]);
    assert!(matches!(told.last(), Some(News::Reset(reset)) if reset.unseen.len() == 2 && !reset.more));
    assert_eq!(joined.with(shown), sim.shown());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_master_that_falls_silent_is_noticed() {
    let sim = Sim::start().await;
    let (joined, mut news) = sim.join(None);
    live(&joined).await;
    sim.manners(|manners| manners.silent = true);
    let state = link(&joined, "it is stale", is_stale).await;
    assert!(
        matches!(&state, LinkState::Stale { reason, .. } if reason.contains("nothing was heard")),
        "{state:?}"
    );
    sim.manners(|manners| manners.silent = false);
    live(&joined).await;
    sim.act(&Act::Ask(1));
    until(&mut news, "it is followed again", |news| *news == News::RequestsChanged).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_farewells_of_a_master_that_stops_are_no_news() {
    let sim = Sim::start().await;
    sim.act(&Act::Worker(1));
    let (joined, mut news) = sim.join(None);
    live(&joined).await;
    let gone =
        json!({"workerid": 1, "name": "w1", "connected_to": [], "configured_on": [{"masterid": 1, "builderid": 1}]});
    for builder in 1..=3 {
        let short = json!({"builderid": builder, "masterid": 1, "name": format!("b{builder}")});
        sim.tell(&format!("builders/{builder}/stopped"), &short);
    }
    sim.tell(
        "masters/1/stopped",
        &json!({"masterid": 1, "name": "m", "active": false}),
    );
    sim.tell("workers/1/disconnected", &gone);
    // Heard after them, on the same connection.
    sim.act(&Act::Ask(1));
    let mut told = until(&mut news, "a request comes", |news| *news == News::RequestsChanged).await;
    sim.manners(|manners| manners.down = true);
    sim.cut();
    link(&joined, "it is stale", is_stale).await;
    let builders = joined.with(|picture| picture.builders().filter(|builder| builder.is_configured()).count());
    let workers = joined.with(|picture| {
        picture
            .workers()
            .filter(|worker| !worker.connected_to.is_empty())
            .count()
    });
    assert_eq!((builders, workers), (3, 1));
    while let Ok(news) = news.try_recv() {
        told.push(news);
    }
    let farewell = told
        .iter()
        .find(|news| matches!(news, News::BuildersChanged | News::WorkersChanged));
    assert!(farewell.is_none(), "{told:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_farewell_that_stands_is_told() {
    let sim = Sim::start().await;
    sim.act(&Act::Worker(1));
    sim.act(&Act::Worker(2));
    let (joined, mut news) = sim.join(None);
    live(&joined).await;
    sim.act(&Act::Worker(1));
    until(&mut news, "it is gone", |news| *news == News::WorkersChanged).await;
    // The other one comes back at once, and is never seen away.
    sim.act(&Act::Worker(2));
    sim.act(&Act::Worker(2));
    until_shown(&joined, &mut news, "both are right", |picture| {
        shown(picture) == sim.shown()
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_master_that_is_not_there_yet_is_joined_when_it_is() {
    let sim = Sim::start().await;
    sim.manners(|manners| manners.down = true);
    let (joined, _news) = sim.join(None);
    let state = link(&joined, "it is not there", is_stale).await;
    let LinkState::Stale { since, retry_at, .. } = state else {
        panic!("{state:?}");
    };
    assert!(retry_at >= since);
    sim.manners(|manners| manners.down = false);
    live(&joined).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lost_events_are_made_up_for_while_something_runs() {
    let sim = Sim::start().await;
    sim.act(&Act::Ask(1));
    sim.act(&Act::Start);
    let rhythm = client::Rhythm {
        safety: std::time::Duration::from_millis(200),
        ..super::sim::quick()
    };
    let (joined, mut news) = client::Joined::start(sim.http(), None, rhythm);
    live(&joined).await;
    sim.deafly(&[Act::End(0, 2), Act::Ask(2), Act::Start, Act::End(0, 0)]);
    let mut told = until(&mut news, "the first is seen", |news| {
        matches!(news, News::BuildFinished(_))
    })
    .await;
    told.extend(
        until(&mut news, "the second is seen", |news| {
            matches!(news, News::BuildFinished(_))
        })
        .await,
    );
    let mut ended = ended(&told);
    ended.sort_unstable();
    assert_eq!(ended, [1, 2]);
    // Nothing runs, so nothing is asked.
    let asked = sim.requests().len();
    sim.pinged(3).await;
    assert!(sim.requests().len() <= asked + 2, "{:?}", sim.requests());
}
