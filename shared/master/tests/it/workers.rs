//! Workers come, go, rest and vanish.

use crate::rig::*;
use master::{AttachError, Shutdown, WorkerOrder};
use model::event::{RequestVerb, WorkerVerb};
use model::{Event, Results};
use serde_json::json;
use wire::worker::MasterCall;

fn one() -> model::config::MasterConfig {
    config(vec![builder(
        "b",
        vec![
            shell("one", "hang"),
            shell_with("two", "say x", |c, _| c.always_run = true),
        ],
    )])
}

#[tokio::test]
async fn a_worker_is_greeted_asked_and_told_its_builders() {
    let mut rig = Rig::start(one()).await;
    let mut worker = Script::attach(&rig.master, "w").await;
    assert_eq!(worker.call().await, MasterCall::GetWorkerInfo);
    let builders = vec![("b".to_owned(), "b".to_owned())];
    assert_eq!(worker.call().await, MasterCall::SetBuilderList { builders });
    let row = rig.until("its arrival", |event| match event {
        Event::Worker(WorkerVerb::Connected, row) => Some(row.clone()),
        _ => None,
    });
    let row = row.await;
    assert!(row.connected);
    assert_eq!(
        row.info,
        json!({"admin": "Ada", "host": null, "access_uri": null, "version": "9"})
    );
    rig.force("b").await;
    assert_eq!(
        worker.call().await,
        MasterCall::StartBuild {
            builder: "b".to_owned()
        }
    );
    assert_eq!(worker.command().await.1, "shell");
}

#[tokio::test]
async fn strangers_and_doubles_are_refused() {
    let rig = Rig::start(one()).await;
    let refused = Script::try_attach(&rig.master, "x").await.err();
    assert!(matches!(refused, Some(AttachError::Unknown(_))), "{refused:?}");
    let _first = Script::attach(&rig.master, "w").await;
    let refused = Script::try_attach(&rig.master, "w").await.err();
    assert!(matches!(refused, Some(AttachError::Duplicate(_))), "{refused:?}");
}

#[tokio::test]
async fn one_that_leaves_before_it_is_attached_is_lost() {
    let rig = Rig::start(one()).await;
    let (ours, theirs) = wire::worker::link::pair();
    drop(theirs);
    let refused = rig.master.attach_worker("w", ours).await.err();
    assert!(matches!(refused, Some(AttachError::Lost(_))), "{refused:?}");
}

#[tokio::test]
async fn a_lost_worker_requeues_its_build_once() {
    let mut rig = Rig::start(one()).await;
    let worker = Script::attach(&rig.master, "w").await;
    let asked = rig.force("b").await;
    rig.log_begins().await;
    worker.lose();
    let build = rig.finished().await;
    assert_eq!(
        (results(&build), &*build.state_string),
        (Results::Retry, "retry lost connection 'hang' (retry)")
    );
    let steps = rig.told_steps(build.id).await;
    assert_eq!(steps.len(), 2, "nothing always runs without a worker: {steps:?}");
    assert_eq!(
        rig.log(build.id, "one", "cancelled").await,
        "The connection to worker w was lost.\n"
    );
    rig.request_is(RequestVerb::Unclaimed, asked.requests[0].1).await;
    assert_eq!(rig.master.state().await.waiting[0].text, "no worker is online (w)");
    let worker = Script::attach(&rig.master, "w").await;
    let again = rig.started().await;
    assert_eq!((again.number, again.request), (2, asked.requests[0].1));
    worker.let_go("b");
    assert_eq!(results(&rig.finished().await), Results::Success);
    assert!(rig.master.state().await.waiting.is_empty());
}

#[tokio::test]
async fn a_paused_worker_finishes_its_build_and_takes_no_other() {
    let mut rig = Rig::start(one()).await;
    let worker = Script::attach(&rig.master, "w").await;
    rig.force("b").await;
    rig.log_begins().await;
    rig.master
        .order_worker("w", WorkerOrder::Pause, Some("lunch".to_owned()))
        .await
        .expect("it pauses");
    rig.force("b").await;
    worker.let_go("b");
    assert_eq!(results(&rig.finished().await), Results::Success);
    let state = rig.master.state().await;
    assert_eq!(
        (state.waiting.len(), state.workers[0].pause_reason.as_deref()),
        (1, Some("lunch"))
    );
    rig.master
        .order_worker("w", WorkerOrder::Unpause, None)
        .await
        .expect("it goes on");
    rig.started().await;
}

#[tokio::test]
async fn a_worker_that_wants_to_leave_is_sent_away_after_its_build() {
    let mut rig = Rig::start(one()).await;
    let worker = Script::attach(&rig.master, "w").await;
    rig.force("b").await;
    rig.log_begins().await;
    worker.wants_to_leave().await;
    rig.force("b").await;
    assert_eq!(rig.master.state().await.waiting[0].text, "shutting down: w");
    worker.let_go("b");
    assert_eq!(results(&rig.finished().await), Results::Success);
    worker.gone().await;
    rig.until("its leave", |event| {
        matches!(event, Event::Worker(WorkerVerb::Disconnected, _)).then_some(())
    })
    .await;
    let _worker = Script::attach(&rig.master, "w").await;
    assert!(
        !rig.master.state().await.workers[0].graceful,
        "attaching again takes it back"
    );
}

#[tokio::test]
async fn a_killed_worker_leaves_at_once_and_its_build_is_made_again() {
    let mut rig = Rig::start(one()).await;
    let worker = Script::attach(&rig.master, "w").await;
    rig.force("b").await;
    rig.log_begins().await;
    rig.master
        .order_worker("w", WorkerOrder::Kill, None)
        .await
        .expect("it is killed");
    assert_eq!(results(&rig.finished().await), Results::Retry);
    worker.gone().await;
    assert_eq!(rig.master.state().await.waiting.len(), 1);
}

#[tokio::test]
async fn a_patient_shutdown_waits_for_the_build() {
    let mut rig = Rig::start(one()).await;
    let worker = Script::attach(&rig.master, "w").await;
    rig.force("b").await;
    rig.log_begins().await;
    let master = rig.master.clone();
    let ending = tokio::spawn(async move { master.shutdown(Shutdown::Finish).await });
    while !rig.master.state().await.shutting_down {
        tokio::task::yield_now().await;
    }
    assert!(
        rig.master.add_change(change("main", "r")).await.is_ok(),
        "a change is still taken in"
    );
    worker.let_go("b");
    assert_eq!(results(&rig.finished().await), Results::Success);
    soon("the end", ending).await.expect("it ends");
    assert!(rig.master.state().await.shutting_down);
    worker.gone().await;
}
