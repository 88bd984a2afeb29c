//! Real masters: through whole builds, restarts, cuts and proxies.

use super::{ended, eventually, link, live, until};
use crate::picture::model::shown;
use crate::rig::master::{begun, built, force};
use crate::rig::{Generation, Master, Options, Proxy, http};
use client::picture::News;
use client::{Channel, Http, Joined, LinkState, Rhythm};
use model::{BuildId, Results};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::sync::mpsc;

/// As with any master, only that a failure is noticed and made up for sooner.
fn rhythm() -> Rhythm {
    Rhythm {
        ping: Duration::from_secs(1),
        silence: Duration::from_secs(5),
        longest_wait: Duration::from_secs(1),
        poll: Duration::from_millis(500),
        poll_idle: Duration::from_secs(1),
        ..Rhythm::default()
    }
}

fn join(http: Http) -> (Joined, mpsc::Receiver<News>) {
    Joined::start(http, None, rhythm())
}

/// Forces a build that waits for the gate, and waits until it runs.
async fn waiting(http: &Http) -> BuildId {
    let forced = force(http, "gate").await;
    begun(http, *forced.requests.values().next().expect("a request")).await
}

/// What a client shows that has just read everything; once nothing more happens, all show the same.
async fn agrees(joined: &Joined, http: Http) {
    let (fresh, _news) = join(http);
    live(&fresh).await;
    let wanted = fresh.with(shown);
    eventually("both show the same", || joined.with(shown) == wanted).await;
}

async fn whole_build(generation: Generation) {
    let Some(master) = Master::start(generation, Options::default()).await else {
        return;
    };
    let http = master.http();
    let (joined, mut news) = join(master.http());
    live(&joined).await;
    assert_eq!(*joined.link().borrow(), LinkState::Live { channel: Channel::Ws });
    let build = waiting(&http).await;
    let told = until(&mut news, "it starts", |news| matches!(news, News::BuildStarted(_))).await;
    assert!(told.contains(&News::RequestsChanged), "{told:?}");
    let _watch = joined.watch_build(build);
    until(
        &mut news,
        "its log is there",
        |news| matches!(news, News::LogGrew(_, log) if log.num_lines > 0),
    )
    .await;
    master.place("go");
    let told = until(&mut news, "it ends", |news| matches!(news, News::BuildFinished(_))).await;
    let over = |news: &News| matches!(news, News::StepChanged(step) if step.name == "wait" && step.complete);
    assert!(told.iter().any(over), "{told:?}");
    let Some(News::BuildFinished(finished)) = told.last() else {
        panic!("{told:?}");
    };
    assert_eq!((finished.build, finished.results), (build, Some(Results::Success)));
    master.place("broken");
    let failed = built(&http, "verdict").await;
    let told = until(&mut news, "it fails", |news| matches!(news, News::BuildFinished(_))).await;
    assert_eq!(ended(&told), [failed.id.0]);
    agrees(&joined, master.http()).await;
    // Nothing happens for a while, so nothing is asked.
    let asked = joined.http().requests();
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!(joined.http().requests(), asked);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_whole_build_is_followed() {
    Box::pin(whole_build(Generation::New)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_whole_build_of_an_old_master_is_followed() {
    Box::pin(whole_build(Generation::Old)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_master_is_restarted_in_the_middle_of_builds() {
    let Some(mut master) = Master::start(Generation::New, Options::default()).await else {
        return;
    };
    let (joined, mut news) = join(master.http());
    live(&joined).await;
    let build = waiting(&master.http()).await;
    until(&mut news, "it starts", |news| matches!(news, News::BuildStarted(_))).await;
    let mut told = Vec::new();
    for how in ["a stop", "a failure"] {
        match how {
            "a stop" => master.stop().await,
            _ => master.kill().await,
        }
        link(&joined, how, |link| matches!(link, LinkState::Stale { .. })).await;
        let configured = joined.with(|picture| picture.builders().filter(|builder| builder.is_configured()).count());
        assert_eq!(configured, 5, "what a master says when it stops is not shown");
        master.run().await;
        live(&joined).await;
        told.extend(until(&mut news, "it is read", |news| matches!(news, News::Reset(_))).await);
    }
    master.place("go");
    let last = built(&master.http(), "hello").await;
    let is_last = |news: &News| matches!(news, News::BuildFinished(finished) if finished.build == last.id);
    told.extend(until(&mut news, "it is followed", is_last).await);
    let ended = ended(&told);
    assert_eq!(ended.iter().filter(|ended| **ended == build.0).count(), 1, "{ended:?}");
    agrees(&joined, master.http()).await;
}

/// Refuses what a switch says.
async fn gate_keeper(master: &Master, closed: &Arc<AtomicBool>, what: &'static [&'static str]) -> Proxy {
    let closed = Arc::clone(closed);
    Proxy::start(master.port(), move |head| {
        let is_meant = what.iter().any(|path| head.starts_with(&format!("GET {path}")));
        let refuses = closed.load(Ordering::SeqCst) && is_meant;
        refuses.then_some("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 7\r\nConnection: close\r\n\r\nnothing")
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_ended_while_the_way_was_cut_is_told_as_one() {
    let Some(master) = Master::start(Generation::New, Options::default()).await else {
        return;
    };
    let closed = Arc::new(AtomicBool::new(false));
    let proxy = gate_keeper(&master, &closed, &["/"]).await;
    let (joined, mut news) = join(http(&format!("http://127.0.0.1:{}/", proxy.port)));
    live(&joined).await;
    let direct = master.http();
    let gate = waiting(&direct).await;
    until(&mut news, "it starts", |news| matches!(news, News::BuildStarted(_))).await;

    closed.store(true, Ordering::SeqCst);
    proxy.cut();
    link(&joined, "it is cut off", |link| matches!(link, LinkState::Stale { .. })).await;
    let mut missed = vec![built(&direct, "hello").await.id.0];
    master.place("broken");
    missed.push(built(&direct, "verdict").await.id.0);
    master.place("go");
    missed.push(crate::rig::master::finished(&direct, gate).await.id.0);
    closed.store(false, Ordering::SeqCst);
    live(&joined).await;
    let told = until(&mut news, "it is read", |news| matches!(news, News::Reset(_))).await;
    missed.sort_unstable();
    assert_eq!(ended(&told), missed);

    // A master that does not answer at all, and then does.
    master.signal("-STOP").await;
    let silent = link(&joined, "it is silent", |link| matches!(link, LinkState::Stale { .. })).await;
    master.signal("-CONT").await;
    live(&joined).await;
    assert!(matches!(silent, LinkState::Stale { reason, .. } if reason.contains("nothing was heard")));
    built(&direct, "hello").await;
    until(&mut news, "it is followed", |news| {
        matches!(news, News::BuildFinished(_))
    })
    .await;
    agrees(&joined, master.http()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn behind_proxies_without_sockets_a_master_is_followed_all_the_same() {
    let Some(master) = Master::start(Generation::New, Options::default()).await else {
        return;
    };
    for (what, channel) in [(&["/ws"][..], Channel::Sse), (&["/ws", "/sse"][..], Channel::Poll)] {
        let proxy = gate_keeper(&master, &Arc::new(AtomicBool::new(true)), what).await;
        let (joined, mut news) = join(http(&format!("http://127.0.0.1:{}/", proxy.port)));
        live(&joined).await;
        assert_eq!(*joined.link().borrow(), LinkState::Live { channel });
        let build = built(&master.http(), "hello").await;
        let told = until(&mut news, "it ends", |news| matches!(news, News::BuildFinished(_))).await;
        assert_eq!(ended(&told), [build.id.0], "{channel:?}");
        agrees(&joined, master.http()).await;
    }
}
