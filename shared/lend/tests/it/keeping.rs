//! Coming back, giving up, pausing and leaving. Time stands still here unless everybody waits for it.

use crate::master::{Rig, ask, attached, call, ended, unreachable, waiting, wrong_password};
use lend::{Retry, State, Trouble, Why};
use link::ConnectError;
use std::time::Duration;
use tokio::time::Instant;
use wire::worker::link::CallError;
use wire::worker::{Call, Failure, MasterCall, WorkerCall};

#[tokio::test(start_paused = true)]
async fn a_lost_connection_is_made_again_within_seconds() {
    let mut rig = Rig::start(Retry::default());
    for _ in 0..5 {
        let end = rig.visit().await.accept();
        rig.until(attached).await;
        let lost = Instant::now();
        drop(end);
        let state = rig.until(waiting).await;
        assert!(matches!(state, State::Waiting { why: Trouble::Lost, .. }), "{state:?}");
        let visit = rig.visit().await;
        let waited = lost.elapsed();
        assert!(
            (Duration::from_secs(1)..=Duration::from_secs(2)).contains(&waited),
            "{waited:?}"
        );
        // An attempt that nobody answers counts no more once the worker was attached.
        visit.refuse(unreachable());
        rig.until(waiting).await;
    }
}

#[tokio::test(start_paused = true)]
async fn waits_grow_up_to_the_longest_and_begin_anew_after_an_attachment() {
    let longest = Duration::from_secs(10);
    let mut rig = Rig::start(Retry {
        longest,
        attempts: None,
    });
    rig.visit().await.refuse(unreachable());
    for attempt in 1..12 {
        let failed = Instant::now();
        let visit = rig.visit().await;
        let least = 1.5_f64.powi(attempt).min(10.0);
        let waited = failed.elapsed().as_secs_f64();
        assert!((least - 0.01..least + 1.01).contains(&waited), "{attempt}: {waited}");
        visit.refuse(unreachable());
    }
    let end = rig.visit().await.accept();
    rig.until(attached).await;
    drop(end);
    rig.visit().await.refuse(unreachable());
    let failed = Instant::now();
    rig.visit().await;
    assert!(failed.elapsed() < Duration::from_secs(3), "{:?}", failed.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_wrong_password_is_told_and_tried_again_apart_from_other_troubles() {
    let mut rig = Rig::start(Retry::default());
    for _ in 0..8 {
        rig.visit().await.refuse(unreachable());
    }
    rig.visit().await.refuse(wrong_password());
    let refused = |state: &State| matches!(state, State::Waiting { why, .. } if why.is_refusal());
    let state = rig.until(refused).await;
    let State::Waiting { why, .. } = state else {
        unreachable!()
    };
    assert!(
        why.to_string()
            .contains("does not accept worker 'w' with this password"),
        "{why}"
    );
    let refused = Instant::now();
    let end = rig.visit().await.accept();
    assert!(refused.elapsed() < Duration::from_secs(3), "{:?}", refused.elapsed());
    rig.until(attached).await;
    drop(end);
}

#[tokio::test(start_paused = true)]
async fn who_may_try_only_so_often_ends_with_the_last_trouble() {
    let mut rig = Rig::start(Retry {
        attempts: Some(2),
        ..Retry::default()
    });
    for _ in 0..3 {
        rig.visit().await.refuse(wrong_password());
    }
    let State::Ended(why) = rig.until(ended).await else {
        unreachable!()
    };
    assert!(
        matches!(
            &why,
            Why::GaveUp {
                attempts: 3,
                trouble: Trouble::NotTaken(ConnectError::Refused { .. })
            }
        ),
        "{why:?}"
    );
    assert!(rig.visits.recv().await.is_none(), "no attempt follows");
}

#[tokio::test(start_paused = true)]
async fn a_pause_asks_the_master_and_lasts_until_the_worker_is_resumed() {
    let mut rig = Rig::start(Retry::default());
    let mut end = rig.visit().await.accept();
    rig.until(attached).await;
    rig.lender.pause();
    assert_eq!(call(&mut end).await, WorkerCall::Shutdown);
    rig.until(|state| matches!(state, State::Leaving)).await;
    ask(&end, MasterCall::Shutdown).await;
    rig.until(|state| matches!(state, State::Paused)).await;
    let day = Duration::from_secs(86400);
    assert!(
        tokio::time::timeout(day, rig.visits.recv()).await.is_err(),
        "it stays away"
    );
    rig.lender.resume();
    let resumed = Instant::now();
    let end = rig.visit().await.accept();
    rig.until(attached).await;
    assert_eq!(resumed.elapsed(), Duration::ZERO);
    drop(end);
}

#[tokio::test(start_paused = true)]
async fn a_worker_that_leaves_over_a_link_without_a_word_for_it_leaves_by_itself() {
    let mut rig = Rig::start(Retry::default());
    let mut end = rig.visit().await.accept();
    rig.until(attached).await;
    rig.lender.leave();
    let incoming = end.inbox.next().await.expect("a call");
    assert_eq!(incoming.call, Call::Worker(WorkerCall::Shutdown));
    incoming.answer(Err(Failure {
        kind: "x".to_owned(),
        message: "there is no such thing".to_owned(),
    }));
    let state = rig.until(ended).await;
    assert!(matches!(state, State::Ended(Why::Left)), "{state:?}");
}

#[tokio::test(start_paused = true)]
async fn a_master_that_sends_its_worker_away_ends_it() {
    let mut rig = Rig::start(Retry::default());
    let end = rig.visit().await.accept();
    rig.until(attached).await;
    ask(&end, MasterCall::Shutdown).await;
    let state = rig.until(ended).await;
    assert!(matches!(state, State::Ended(Why::SentAway)), "{state:?}");
}

#[tokio::test(start_paused = true)]
async fn orders_are_obeyed_at_once_while_the_worker_waits() {
    let mut rig = Rig::start(Retry::default());
    rig.visit().await.refuse(unreachable());
    rig.until(waiting).await;
    rig.lender.pause();
    rig.until(|state| matches!(state, State::Paused)).await;
    rig.lender.resume();
    let visit = rig.visit().await;
    // Not taken yet: there is nothing to finish.
    rig.lender.leave();
    let state = rig.until(ended).await;
    assert!(matches!(state, State::Ended(Why::Left)), "{state:?}");
    assert!(visit.closed.is_cancelled());
}

#[tokio::test(start_paused = true)]
async fn a_stop_closes_the_connection_before_it_returns() {
    let mut rig = Rig::start(Retry::default());
    let visit = rig.visit().await;
    let closed = visit.closed.clone();
    let end = visit.accept();
    rig.until(attached).await;
    let Rig { lender, .. } = rig;
    let state = lender.state();
    lender.stop().await;
    assert!(closed.is_cancelled());
    assert!(matches!(&*state.borrow(), State::Ended(Why::Stopped)));
    let ping = MasterCall::Print {
        message: "ping".to_owned(),
    };
    assert_eq!(end.caller.call(Call::Master(ping)).await, Err(CallError::Lost));
}

#[tokio::test(start_paused = true)]
async fn a_dropped_lender_ends_its_worker() {
    let mut rig = Rig::start(Retry::default());
    let end = rig.visit().await.accept();
    rig.until(attached).await;
    let Rig { lender, mut visits, .. } = rig;
    drop(lender);
    end.caller.lost().await;
    assert!(visits.recv().await.is_none());
}
