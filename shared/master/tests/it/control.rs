//! Orders of people.

use crate::rig::*;
use master::{ControlError, ForceRequest};
use model::event::RequestVerb;
use model::{BuildId, Event, Results};
use serde_json::json;

fn hanging() -> model::config::MasterConfig {
    config(vec![builder(
        "b",
        vec![
            shell("one", "hang"),
            shell("two", "say never"),
            shell_with("three", "say always", |common, _| common.always_run = true),
        ],
    )])
}

#[tokio::test]
async fn a_stopped_build_is_cancelled_and_what_always_runs_does() {
    let mut rig = Rig::start(hanging()).await;
    let _worker = Script::attach(&rig.master, "w").await;
    rig.force("b").await;
    let build = rig.started().await;
    rig.log_begins().await;
    rig.master
        .stop_build(build.id, Some("enough".to_owned()))
        .await
        .expect("it is stopped");
    let build = rig.finished().await;
    assert_eq!(
        (results(&build), &*build.state_string),
        (Results::Cancelled, "cancelled (enough) 'hang' (cancelled)")
    );
    let steps = rig.told_steps(build.id).await;
    assert_eq!(
        steps[1],
        (
            "one".to_owned(),
            Some(Results::Cancelled),
            "'hang' (cancelled)".to_owned()
        )
    );
    assert_eq!(
        steps[2],
        ("three".to_owned(), Some(Results::Success), "'say always'".to_owned())
    );
    assert_eq!(steps.len(), 3);
    assert_eq!(rig.log(build.id, "one", "cancelled").await, "enough\n");
    let again = rig.master.stop_build(build.id, None).await;
    assert!(matches!(again, Err(ControlError::Over { .. })), "{again:?}");
    assert!(matches!(
        rig.master.stop_build(BuildId(99), None).await,
        Err(ControlError::Over { .. })
    ));
}

#[tokio::test]
async fn cancelling_the_request_of_a_running_build_stops_it() {
    let mut rig = Rig::start(hanging()).await;
    let _worker = Script::attach(&rig.master, "w").await;
    let asked = rig.force("b").await;
    rig.log_begins().await;
    rig.master
        .cancel_request(asked.requests[0].1, None)
        .await
        .expect("it is cancelled");
    let build = rig.finished().await;
    assert_eq!(build.state_string, "cancelled (no reason) 'hang' (cancelled)");
    rig.request_is(RequestVerb::Complete, asked.requests[0].1).await;
    let results = rig.until("the set's end", |event| match event {
        Event::BuildSetComplete(set) => Some(set.results),
        _ => None,
    });
    assert_eq!(results.await, Some(Results::Cancelled));
}

#[tokio::test]
async fn a_rebuild_asks_for_the_same_and_remembers_the_first() {
    let mut rig = Rig::start(config(vec![builder("b", vec![shell("one", "rc 1")])])).await;
    let _worker = Script::attach(&rig.master, "w").await;
    let patch = json!({"who": "me", "branch": "topic", "patch_body": "--- a\n", "patch_author": "Ann"});
    let first = rig.force_with("b", patch).await;
    let build = rig.finished().await;
    let second = rig.master.rebuild(build.id).await.expect("it is asked for");
    let again = rig.finished().await;
    assert_eq!((again.number, results(&again)), (2, Results::Failure));
    let sets = [first.set, second.set].map(|id| {
        let store = rig.master.store().clone();
        async move {
            let read = store.read(move |c| Ok((store::build_sets::get(c, id)?, store::build_sets::properties(c, id)?)));
            let (set, properties) = read.await.expect("sets are read");
            (set.expect("the set is there"), properties)
        }
    });
    let [first, second] = sets;
    let ((first, first_properties), (second, second_properties)) = (first.await, second.await);
    assert_eq!(first.source_stamps, second.source_stamps);
    assert!(second.source_stamps[0].patch_id.is_some());
    assert_eq!(first_properties, second_properties);
    assert_eq!((&*second.reason, second.rebuilt_build), ("rebuild", Some(build.id)));
    let unknown = rig.master.rebuild(BuildId(99)).await;
    assert!(matches!(unknown, Err(ControlError::Unknown { .. })), "{unknown:?}");
}

#[tokio::test]
async fn a_force_is_refused_with_all_reasons() {
    let rig = Rig::start(hanging()).await;
    let force = async |scheduler: &str, params: serde_json::Value| {
        let params = params.as_object().cloned().unwrap_or_default();
        rig.master
            .force(ForceRequest {
                scheduler: scheduler.to_owned(),
                owner: String::new(),
                params,
            })
            .await
    };
    let refused = force("force", json!({"priority": "abc"})).await;
    let Err(ControlError::Form(problems)) = refused else {
        panic!("{refused:?}")
    };
    assert_eq!(problems["priority"], "invalid literal for int() with base 10: 'abc'");
    assert!(matches!(
        force("nosuch", json!({})).await,
        Err(ControlError::Unknown { .. })
    ));
    assert!(matches!(
        force("force", json!({"builderid": 99})).await,
        Err(ControlError::Unknown { .. })
    ));
    assert!(matches!(
        force("force", json!({"builderNames": ["x"]})).await,
        Err(ControlError::NoBuilder { .. })
    ));
    let id = rig.master.catalog().schedulers[0].id;
    rig.master
        .set_scheduler_enabled(id, false)
        .await
        .expect("it is switched off");
    assert!(matches!(
        force("force", json!({})).await,
        Err(ControlError::Disabled(_))
    ));
    rig.master
        .set_scheduler_enabled(id, true)
        .await
        .expect("it is switched on");
    let asked = force("force", json!({})).await.expect("it is accepted");
    assert_eq!(asked.requests.len(), 1);
}

#[tokio::test]
async fn a_forced_set_says_who_and_why() {
    let rig = Rig::start(hanging()).await;
    let set = rig
        .force_with("b", json!({"reason": "to see", "priority": 3}))
        .await
        .set;
    let read = rig.master.store().read(move |c| {
        Ok((
            store::build_sets::get(c, set)?,
            store::build_requests::of_build_set(c, set)?,
        ))
    });
    let (set, requests) = read.await.expect("they are read");
    assert_eq!(set.expect("the set").reason, "A build was forced by 'ada': to see");
    assert_eq!(requests[0].priority, 3);
}
