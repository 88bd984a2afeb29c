//! Workers of other machines: what they must know, how they are kept, and what is told when they stay away.

use crate::rig::clock::FakeClock;
use crate::rig::*;
use master::{AttachError, Secrets, WorkerOrder};
use model::config::{MasterConfig, Render};
use model::event::WorkerVerb;
use model::{Event, Results};
use std::sync::Arc;
use std::time::Duration;
use wire::worker::MasterCall;

fn hanging() -> MasterConfig {
    config(vec![builder("b", vec![shell("one", "hang")])])
}

/// Worker `w` comes over a network, and `change` says what else is known of it.
fn remote(change: impl FnOnce(&mut model::config::WorkerConfig)) -> MasterConfig {
    let mut config = hanging();
    config.workers[0].local = false;
    change(&mut config.workers[0]);
    config
}

/// Moves the clock on, again and again, until `future` is ready: what waits begins its wait at a time of its own.
async fn while_time_passes<T>(clock: &FakeClock, seconds: u64, future: impl Future<Output = T>) -> T {
    tokio::pin!(future);
    loop {
        clock.advance(seconds);
        tokio::select! {
            biased;
            ready = &mut future => return ready,
            () = tokio::task::yield_now() => {}
        }
    }
}

async fn missing(rig: &mut Rig) -> (String, i64, Vec<String>) {
    rig.until("a missing worker", |event| match event {
        Event::WorkerMissing {
            worker,
            last_connection,
            notify,
        } => Some((worker.name.clone(), last_connection.seconds(), notify.clone())),
        _ => None,
    })
    .await
}

#[tokio::test]
async fn a_worker_that_stays_away_is_told_once_each_time() {
    let mut rig = Rig::start(remote(|worker| {
        worker.notify_on_missing = vec!["ada@example.org".to_owned()];
        worker.missing_timeout = Duration::from_secs(600);
    }))
    .await;
    rig.clock.advance(600);
    let told = missing(&mut rig).await;
    assert_eq!(
        told,
        ("w".to_owned(), 1_800_000_000, vec!["ada@example.org".to_owned()])
    );
    let state = rig.master.state().await.workers.remove(0);
    assert!(state.missing && state.since.is_none(), "{state:?}");

    let worker = Script::attach_from(&rig.master, "w", "10.0.0.7:4711").await;
    let state = rig.master.state().await.workers.remove(0);
    assert!(!state.missing, "it is here");
    assert_eq!(
        (
            state.address.as_deref(),
            state.protocol.as_deref(),
            state.since.map(|time| time.seconds())
        ),
        (Some("10.0.0.7:4711"), Some("pb"), Some(1_800_000_600))
    );
    rig.clock.advance(1000);
    worker.lose();
    rig.until("its leave", |event| {
        matches!(event, Event::Worker(WorkerVerb::Disconnected, _)).then_some(())
    })
    .await;
    rig.clock.advance(599);
    assert!(!rig.master.state().await.workers[0].missing, "not yet");
    rig.clock.advance(5000);
    assert_eq!(missing(&mut rig).await.1, 1_800_001_600, "when it was here last");
    rig.clock.advance(5000);
    rig.master
        .order_worker("w", WorkerOrder::Pause, None)
        .await
        .expect("it pauses");
    let after = rig
        .all_until("the pause", |event| matches!(event, Event::Worker(..)))
        .await;
    let told_again = after.iter().any(|event| matches!(event, Event::WorkerMissing { .. }));
    assert!(!told_again, "once is enough");
}

#[tokio::test]
async fn nobody_is_told_of_a_worker_that_nobody_asks_about() {
    let mut rig = Rig::start(remote(|_| ())).await;
    rig.clock.advance(100_000);
    rig.master
        .order_worker("w", WorkerOrder::Pause, None)
        .await
        .expect("it pauses");
    let events = rig
        .all_until("the pause", |event| matches!(event, Event::Worker(..)))
        .await;
    assert!(
        events.iter().all(|event| !matches!(event, Event::WorkerMissing { .. })),
        "{events:?}"
    );
}

#[tokio::test]
async fn a_worker_hears_that_the_master_lives_and_is_let_go_when_it_does_not_answer() {
    let mut rig = Rig::start(remote(|worker| {
        worker.keepalive_interval = Some(Duration::from_secs(60));
    }))
    .await;
    let mut worker = Script::attach_from(&rig.master, "w", "10.0.0.7:4711").await;
    for line in ["attached", "attached"] {
        assert_eq!(worker.printed().await, line);
    }
    for _ in 0..2 {
        let heard = while_time_passes(&rig.clock, 61, worker.printed()).await;
        assert_eq!(heard, "keepalive");
    }
    worker.falls_silent();
    let clock = rig.clock.clone();
    let gone = rig.until("its leave", |event| {
        matches!(event, Event::Worker(WorkerVerb::Disconnected, _)).then_some(())
    });
    while_time_passes(&clock, 61, gone).await;
}

#[tokio::test]
async fn a_worker_that_does_not_answer_a_ping_costs_no_build() {
    let mut rig = Rig::start(remote(|_| ())).await;
    let worker = Script::attach_from(&rig.master, "w", "10.0.0.7:4711").await;
    worker.falls_silent();
    rig.force("b").await;
    rig.started().await;
    let clock = rig.clock.clone();
    let build = while_time_passes(&clock, 61, rig.finished()).await;
    assert_eq!(results(&build), Results::Retry);
    assert_eq!(rig.master.state().await.waiting.len(), 1, "its request waits again");
}

#[tokio::test]
async fn a_second_login_takes_the_place_of_one_that_does_not_answer() {
    let rig = Rig::start(remote(|_| ())).await;
    let old = Script::attach_from(&rig.master, "w", "10.0.0.7:1").await;
    old.falls_silent();
    let second = Script::attach_from(&rig.master, "w", "10.0.0.7:2");
    let _new = while_time_passes(&rig.clock, 11, second).await;
    let state = rig.master.state().await.workers.remove(0);
    assert_eq!((state.attached, state.address.as_deref()), (true, Some("10.0.0.7:2")));
}

#[tokio::test]
async fn a_worker_that_the_configuration_loses_is_not_ended_and_may_come_again() {
    let mut rig = Rig::start(remote(|_| ())).await;
    let mut worker = Script::attach_from(&rig.master, "w", "10.0.0.7:4711").await;
    let mut without = hanging();
    without.workers[0].name = "other".to_owned();
    without.builders[0].workers = vec!["other".to_owned()];
    rig.master.reconfigure(without).await.expect("it is taken over");
    rig.until("its leave", |event| {
        matches!(event, Event::Worker(WorkerVerb::Disconnected, _)).then_some(())
    })
    .await;
    let refused = Script::try_attach(&rig.master, "w").await.err();
    assert!(matches!(refused, Some(AttachError::Unknown(_))), "{refused:?}");
    assert_eq!(rig.master.state().await.workers.len(), 1, "only the other one is known");
    rig.master.reconfigure(remote(|_| ())).await.expect("it is taken over");
    let _again = Script::attach_from(&rig.master, "w", "10.0.0.7:4712").await;
    while let Some(call) = worker.next_call().await {
        assert_ne!(call, MasterCall::Shutdown, "a worker is not the master's to end");
    }
}

#[tokio::test]
async fn a_stop_is_taken_back_unless_it_was_the_workers_own_wish() {
    let mut rig = Rig::start(remote(|_| ())).await;
    let worker = Script::attach_from(&rig.master, "w", "10.0.0.7:4711").await;
    rig.force("b").await;
    rig.log_begins().await;
    let order = |order| rig.master.order_worker("w", order, None);
    order(WorkerOrder::Stop).await.expect("it is to leave");
    assert!(rig.master.state().await.workers[0].graceful);
    order(WorkerOrder::Stay).await.expect("it may stay");
    assert!(!rig.master.state().await.workers[0].graceful);
    worker.wants_to_leave().await;
    order(WorkerOrder::Stay).await.expect("it is asked to stay");
    let state = rig.master.state().await.workers.remove(0);
    assert!(state.graceful && state.wants_to_leave, "{state:?}");
}

struct Vault;

impl Secrets for Vault {
    fn secret(&self, name: &str) -> Result<String, String> {
        match name {
            "far" => Ok("hunter2".to_owned()),
            _ => Err(format!("there is no secret '{name}'")),
        }
    }
}

#[tokio::test]
async fn passwords_are_texts_or_secrets_and_only_remote_workers_have_one() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut config = remote(|worker| worker.password = Some(Render::Secret("far".to_owned())));
    let like = config.workers[0].clone();
    let worker = |name: &str, local: bool, password: Option<Render>| model::config::WorkerConfig {
        name: name.to_owned(),
        local,
        password,
        ..like.clone()
    };
    config.workers.extend([
        worker("open", false, Some(Render::Const("sesame".into()))),
        worker("lost", false, Some(Render::Secret("gone".to_owned()))),
        worker("odd", false, Some(Render::Const(7.into()))),
        worker("near", true, Some(Render::Const("sesame".into()))),
        worker("bare", false, None),
    ]);
    let rig = Rig::open(folder.path(), config, |setup| setup.secrets = Arc::new(Vault)).await;
    let password = async |name: &str| rig.master.worker_password(name).await;
    assert_eq!(password("w").await, Ok(Some("hunter2".to_owned())));
    assert_eq!(password("open").await, Ok(Some("sesame".to_owned())));
    assert_eq!(password("near").await, Ok(None));
    assert_eq!(password("bare").await, Ok(None));
    assert_eq!(password("nobody").await, Ok(None));
    let unreadable = password("lost").await.expect_err("it cannot be read");
    assert!(unreadable.contains("there is no secret 'gone'"), "{unreadable}");
    assert_eq!(password("odd").await, Err("it is no text".to_owned()));
}
