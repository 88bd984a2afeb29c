//! Ways to a master besides the best one.

use super::sim::Sim;
use super::{ended, link, live, until, until_shown};
use crate::picture::model::{Act, shown};
use client::picture::News;
use client::{Channel, LinkState};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_sockets_do_not_get_through_a_stream_does() {
    for status in [200, 400, 403, 404, 426, 501, 502] {
        let sim = Sim::start().await;
        sim.manners(|manners| manners.socket = Some(status));
        sim.act(&Act::Ask(1));
        let (joined, mut news) = sim.join(None);
        live(&joined).await;
        assert_eq!(
            *joined.link().borrow(),
            LinkState::Live { channel: Channel::Sse },
            "{status}"
        );
        sim.act(&Act::Start);
        sim.act(&Act::End(0, 2));
        let told = until(&mut news, "a build ends, and its set", |news| {
            matches!(news, News::BuildSetOver(_))
        })
        .await;
        assert_eq!(ended(&told), [1]);
        assert_eq!(joined.with(shown), sim.shown());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_nothing_gets_through_it_is_asked_now_and_then() {
    let sim = Sim::start().await;
    sim.manners(|manners| (manners.socket, manners.stream) = (Some(502), Some(502)));
    let (joined, mut news) = sim.join(None);
    live(&joined).await;
    assert_eq!(*joined.link().borrow(), LinkState::Live { channel: Channel::Poll });
    let mut told = Vec::new();
    for round in 0..3 {
        sim.act(&Act::Ask(1));
        told.extend(until(&mut news, "a request comes", |news| *news == News::RequestsChanged).await);
        sim.act(&Act::Start);
        told.extend(
            until(&mut news, "a build starts", |news| {
                matches!(news, News::BuildStarted(_))
            })
            .await,
        );
        sim.act(&Act::End(0, round));
        told.extend(until(&mut news, "it ends", |news| matches!(news, News::BuildFinished(_))).await);
    }
    // One that begins and ends between two questions.
    for act in [Act::Ask(2), Act::Start, Act::End(0, 0)] {
        sim.act(&act);
    }
    told.extend(until(&mut news, "it is seen", |news| matches!(news, News::BuildFinished(_))).await);
    assert_eq!(ended(&told), [1, 2, 3, 4]);
    until_shown(&joined, &mut news, "all is shown", |picture| {
        shown(picture) == sim.shown()
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_better_way_is_taken_when_there_is_one() {
    let sim = Sim::start().await;
    sim.manners(|manners| (manners.socket, manners.stream) = (Some(404), Some(404)));
    let (joined, _news) = sim.join(None);
    link(&joined, "it is asked", |link| {
        *link == LinkState::Live { channel: Channel::Poll }
    })
    .await;
    sim.manners(|manners| (manners.socket, manners.stream) = (None, None));
    link(&joined, "it tells", |link| {
        *link == LinkState::Live { channel: Channel::Ws }
    })
    .await;
}
