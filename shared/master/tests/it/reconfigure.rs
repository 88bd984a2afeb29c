//! Another configuration takes over.

use crate::rig::*;
use master::Changed;
use model::event::{BuilderVerb, RequestVerb};
use model::{Event, Results};
use wire::worker::MasterCall;

fn with(builders: &[(&str, &str)]) -> model::config::MasterConfig {
    let builders = builders
        .iter()
        .map(|(name, command)| builder(name, vec![shell("one", command), shell("two", "say x")]));
    config(builders.collect())
}

#[tokio::test]
async fn a_running_build_keeps_its_steps_and_the_next_gets_the_new_ones() {
    let mut rig = Rig::start(with(&[("b", "hang")])).await;
    let worker = Script::attach(&rig.master, "w").await;
    rig.force("b").await;
    rig.log_begins().await;
    let mut changed = with(&[("b", "say new")]);
    changed.builders[0].steps.pop();
    let diff = rig.master.reconfigure(changed).await.expect("it is taken over");
    assert_eq!(
        diff.builders,
        Changed {
            changed: vec!["b".to_owned()],
            ..Changed::default()
        }
    );
    worker.let_go("b");
    let first = rig.finished().await;
    assert_eq!(rig.steps(first.id).await.len(), 3, "the old steps");
    let second = rig.build("b").await;
    let steps = rig.told_steps(second.id).await;
    assert_eq!((steps.len(), &*steps[1].2), (2, "'say new'"));
}

#[tokio::test]
async fn requests_of_a_removed_builder_wait_and_say_so() {
    let mut rig = Rig::start(with(&[("a", "say x"), ("b", "say x")])).await;
    let asked = rig.force("b").await;
    let diff = rig
        .master
        .reconfigure(with(&[("a", "say x"), ("c", "say x")]))
        .await
        .expect("it is taken over");
    assert_eq!(
        (diff.builders.added, diff.builders.removed),
        (vec!["c".to_owned()], vec!["b".to_owned()])
    );
    let told = rig
        .all_until("the removal", |event| {
            matches!(event, Event::Builder(BuilderVerb::Stopped, _))
        })
        .await;
    let verbs: Vec<String> = told
        .iter()
        .filter_map(|event| match event {
            Event::Builder(verb, row) => Some(format!("{} {} {}", row.name, verb.word(), row.configured)),
            _ => None,
        })
        .collect();
    assert_eq!(verbs, ["c started true", "b stopped false"]);
    let mut worker = Script::attach(&rig.master, "w").await;
    assert_eq!(
        rig.master.state().await.waiting[0].text,
        "its builder is no longer in the configuration"
    );
    rig.master
        .reconfigure(with(&[("a", "say x"), ("b", "say x")]))
        .await
        .expect("it is taken over");
    rig.request_is(RequestVerb::Complete, asked.requests[0].1).await;
    let told = loop {
        if let MasterCall::SetBuilderList { builders } = worker.call().await
            && builders.iter().any(|(name, _)| name == "b")
        {
            break builders;
        }
    };
    assert_eq!(told.len(), 2, "the worker was told its new builders: {told:?}");
}

#[tokio::test]
async fn a_description_that_changes_is_told() {
    let mut rig = Rig::start(with(&[("a", "say x")])).await;
    let mut changed = with(&[("a", "say x")]);
    changed.builders[0].description = Some("the one".to_owned());
    rig.master.reconfigure(changed).await.expect("it is taken over");
    let told = rig.until("the update", |event| match event {
        Event::Builder(BuilderVerb::Update, row) => Some(row.description.clone()),
        _ => None,
    });
    assert_eq!(told.await.as_deref(), Some("the one"));
}

#[tokio::test]
async fn a_builder_is_told_when_its_configuration_is_in_force() {
    let rig = Rig::start(with(&[("a", "say x")])).await;
    let mut events = rig.master.subscribe();
    let master = rig.master.clone();
    let hears = tokio::spawn(async move {
        loop {
            let event = events.next().await.expect("an event");
            if let Event::Builder(BuilderVerb::Started, row) = &*event {
                return master.config().builders.iter().any(|builder| builder.name == row.name);
            }
        }
    });
    let both = with(&[("a", "say x"), ("b", "say x")]);
    rig.master.reconfigure(both).await.expect("it is taken over");
    assert!(
        hears.await.expect("no panic"),
        "the configuration has the builder that was told"
    );
}

#[tokio::test]
async fn a_worker_that_is_gone_from_the_configuration_leaves_after_its_build() {
    let mut rig = Rig::start(with(&[("a", "hang")])).await;
    let worker = Script::attach(&rig.master, "w").await;
    rig.force("a").await;
    rig.log_begins().await;
    let mut other = with(&[("a", "hang")]);
    other.workers[0].name = "w2".to_owned();
    other.builders[0].workers = vec!["w2".to_owned()];
    rig.master.reconfigure(other).await.expect("it is taken over");
    worker.let_go("a");
    assert_eq!(results(&rig.finished().await), Results::Success);
    worker.gone().await;
}

#[tokio::test]
async fn a_scheduler_that_comes_later_builds_only_what_comes_after_it() {
    let mut rig = Rig::start(with(&[("a", "say x")])).await;
    rig.master
        .add_change(change("main", "r1"))
        .await
        .expect("it is taken in");
    let tree = || with_tree(with(&[("a", "say x")]), "tree", Default::default());
    rig.master.reconfigure(tree()).await.expect("it is taken over");
    rig.master
        .add_change(change("main", "r2"))
        .await
        .expect("it is taken in");
    rig.request_is(RequestVerb::New, model::RequestId(1)).await;
    let rig = rig.crash(tree()).await;
    let waiting = rig.master.state().await.waiting;
    assert_eq!(waiting.len(), 1, "{waiting:?}");
}
