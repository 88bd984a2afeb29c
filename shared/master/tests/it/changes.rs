//! What changes cause, and when.

use crate::rig::*;
use master::Decision;
use model::config::{ChangeFilter, Importance, SchedulerKind, TextFilter, TreeScheduler};
use model::event::RequestVerb;
use model::{ChangeId, Event, RequestId};

fn quiet(seconds: f64) -> TreeScheduler {
    TreeScheduler {
        tree_stable_timer: Some(seconds),
        ..TreeScheduler::default()
    }
}

fn with(tree: TreeScheduler) -> model::config::MasterConfig {
    with_tree(config(vec![builder("b", vec![shell("one", "say x")])]), "tree", tree)
}

async fn changes_of(rig: &Rig, build: model::BuildId) -> Vec<ChangeId> {
    let read = rig.master.store().read(move |c| store::changes::for_build(c, build));
    read.await
        .expect("changes are read")
        .iter()
        .map(|change| change.id)
        .collect()
}

/// Waits until the engine has taken in what was told to it.
async fn timers(rig: &Rig, count: usize) -> Vec<master::state::Timer> {
    soon("the timer", async {
        loop {
            let timers = rig.master.state().await.timers;
            if timers.iter().map(|timer| timer.changes.len()).sum::<usize>() == count {
                return timers;
            }
            tokio::task::yield_now().await;
        }
    })
    .await
}

#[tokio::test]
async fn commits_close_together_are_built_once_after_the_last() {
    let mut rig = Rig::start(with(quiet(10.0))).await;
    let _worker = Script::attach(&rig.master, "w").await;
    for (seconds, revision) in [(0, "r1"), (5, "r2"), (4, "r3")] {
        rig.clock.advance(seconds);
        rig.master
            .add_change(change("main", revision))
            .await
            .expect("it is taken in");
    }
    let timers = timers(&rig, 3).await;
    let now = master::Clock::now(&*rig.clock);
    assert_eq!(timers[0].fires_at.map(|at| at.since(now)), Some(10_000));
    rig.clock.advance(9);
    assert!(rig.master.state().await.running.is_empty());
    assert_eq!(rig.master.state().await.timers.len(), 1, "a second too early");
    rig.clock.advance(1);
    let build = rig.finished().await;
    assert_eq!(
        changes_of(&rig, build.id).await,
        [ChangeId(1), ChangeId(2), ChangeId(3)]
    );
    let properties = rig.properties(build.id).await;
    assert_eq!(properties.text("revision"), Some("r3"));
    assert_eq!(
        properties.get("owners"),
        Some(&serde_json::json!(["Ada <ada@example.org>"]))
    );
    assert_eq!(properties.text("scheduler"), Some("tree"));
}

#[tokio::test]
async fn a_countdown_survives_a_crash() {
    let rig = Rig::start(with(quiet(10.0))).await;
    rig.master
        .add_change(change("main", "r1"))
        .await
        .expect("it is taken in");
    timers(&rig, 1).await;
    let mut rig = rig.crash(with(quiet(10.0))).await;
    let _worker = Script::attach(&rig.master, "w").await;
    timers(&rig, 1).await;
    rig.clock.advance(10);
    let build = rig.finished().await;
    assert_eq!(changes_of(&rig, build.id).await, [ChangeId(1)]);
}

#[tokio::test]
async fn a_change_that_no_scheduler_had_seen_before_a_crash_is_decided_after_it() {
    let rig = Rig::start(with(TreeScheduler::default())).await;
    // Stored behind the engine's back: as if it had died right after storing it.
    let write = rig
        .master
        .store()
        .write(|c| store::changes::insert(c, &change("main", "r1"), None, model::Time(0)));
    write.await.expect("it is stored");
    let mut rig = rig.crash(with(TreeScheduler::default())).await;
    let _worker = Script::attach(&rig.master, "w").await;
    let build = rig.finished().await;
    assert_eq!(changes_of(&rig, build.id).await, [ChangeId(1)]);
    let rig = rig.crash(with(TreeScheduler::default())).await;
    assert!(rig.master.state().await.waiting.is_empty(), "and only once");
}

#[tokio::test]
async fn the_past_is_not_built_by_a_new_scheduler() {
    let rig = Rig::start(config(vec![builder("b", vec![shell("one", "say x")])])).await;
    rig.master
        .add_change(change("main", "r1"))
        .await
        .expect("it is taken in");
    let mut rig = rig.crash(with(TreeScheduler::default())).await;
    rig.master
        .add_change(change("main", "r2"))
        .await
        .expect("it is taken in");
    rig.request_is(RequestVerb::New, RequestId(1)).await;
    let _worker = Script::attach(&rig.master, "w").await;
    let build = rig.finished().await;
    assert_eq!(changes_of(&rig, build.id).await, [ChangeId(2)]);
}

#[tokio::test]
async fn unimportant_changes_wait_and_unfollowed_ones_say_so() {
    let tree = TreeScheduler {
        important: Importance::Globs(vec!["**/*.c".to_owned()]),
        filter: ChangeFilter {
            branch: TextFilter::exactly(Some("main")),
            ..ChangeFilter::default()
        },
        ..TreeScheduler::default()
    };
    let mut rig = Rig::start(with(tree)).await;
    let _worker = Script::attach(&rig.master, "w").await;
    let mut text = change("main", "r1");
    text.files = vec!["README.txt".to_owned()];
    let unimportant = rig.master.add_change(text).await.expect("it is taken in");
    let elsewhere = rig
        .master
        .add_change(change("topic", "r2"))
        .await
        .expect("it is taken in");
    let verdict = async |rig: &Rig, id| {
        let mut verdicts = rig.master.verdicts(id).await.expect("verdicts");
        assert_eq!(verdicts.len(), 1, "a force scheduler takes no changes");
        verdicts.remove(0)
    };
    let of_elsewhere = verdict(&rig, elsewhere).await;
    assert_eq!(of_elsewhere.decision, Decision::NotFollowed);
    assert_eq!(of_elsewhere.text, "not built: branch 'topic' is not followed");
    assert_eq!(verdict(&rig, unimportant).await.decision, Decision::WaitsForImportant);
    let important = rig
        .master
        .add_change(change("main", "r3"))
        .await
        .expect("it is taken in");
    let build = rig.finished().await;
    assert_eq!(changes_of(&rig, build.id).await, [unimportant, important]);
}

#[tokio::test]
async fn functions_of_the_configuration_are_asked_about_changes() {
    let asked = function(|argument| match argument {
        model::config::FunctionArgument::Change(change) => Ok(serde_json::json!(change.new.comments.contains("r2"))),
        _ => Err("should be given a change".to_owned()),
    });
    let tree = TreeScheduler {
        important: Importance::Asked(asked),
        only_important: true,
        ..TreeScheduler::default()
    };
    let mut rig = Rig::start(with(tree)).await;
    let _worker = Script::attach(&rig.master, "w").await;
    for revision in ["r1", "r2"] {
        rig.master
            .add_change(change("main", revision))
            .await
            .expect("it is taken in");
    }
    let build = rig.finished().await;
    assert_eq!(changes_of(&rig, build.id).await, [ChangeId(2)]);
}

#[tokio::test]
async fn a_scheduler_that_is_off_sees_nothing_and_its_countdown_stands_still() {
    let mut rig = Rig::start(with(quiet(10.0))).await;
    let _worker = Script::attach(&rig.master, "w").await;
    rig.master
        .add_change(change("main", "r1"))
        .await
        .expect("it is taken in");
    timers(&rig, 1).await;
    let id = rig.master.catalog().scheduler("tree").expect("the scheduler").id;
    rig.master.set_scheduler_enabled(id, false).await.expect("it is off");
    rig.clock.advance(100);
    let unseen = rig
        .master
        .add_change(change("main", "r2"))
        .await
        .expect("it is taken in");
    let verdicts = rig.master.verdicts(unseen).await.expect("verdicts");
    assert_eq!(verdicts[0].decision, Decision::Disabled);
    assert_eq!(rig.master.state().await.timers[0].fires_at, None);
    rig.master.set_scheduler_enabled(id, true).await.expect("it is on");
    let build = rig.finished().await;
    assert_eq!(changes_of(&rig, build.id).await, [ChangeId(1)]);
}

#[tokio::test]
async fn a_wall_clock_that_jumps_neither_fires_nor_stalls_a_countdown() {
    let mut rig = Rig::start(with(quiet(10.0))).await;
    let _worker = Script::attach(&rig.master, "w").await;
    rig.master
        .add_change(change("main", "r1"))
        .await
        .expect("it is taken in");
    timers(&rig, 1).await;
    rig.clock.jump(86_400);
    assert_eq!(rig.master.state().await.timers.len(), 1, "a jump fires nothing");
    rig.clock.jump(-10 * 86_400);
    rig.clock.advance(10);
    rig.finished().await;
}

#[tokio::test]
async fn any_branch_counts_down_for_each_branch() {
    let mut config = with(quiet(10.0));
    if let Some(tree) = config.schedulers.iter_mut().find(|scheduler| scheduler.name == "tree") {
        tree.kind = SchedulerKind::AnyBranch(quiet(10.0));
    }
    let mut rig = Rig::start(config).await;
    let _worker = Script::attach(&rig.master, "w").await;
    rig.master
        .add_change(change("main", "r1"))
        .await
        .expect("it is taken in");
    timers(&rig, 1).await;
    rig.clock.advance(5);
    rig.master
        .add_change(change("topic", "r2"))
        .await
        .expect("it is taken in");
    timers(&rig, 2).await;
    rig.clock.advance(5);
    let first = rig.finished().await;
    assert_eq!(rig.properties(first.id).await.text("branch"), Some("main"));
    rig.clock.advance(5);
    let second = rig.finished().await;
    assert_eq!(rig.properties(second.id).await.text("branch"), Some("topic"));
}

#[tokio::test]
async fn a_change_is_stored_before_it_is_told() {
    let mut rig = Rig::start(with(TreeScheduler::default())).await;
    rig.master
        .add_change(change("main", "r1"))
        .await
        .expect("it is taken in");
    let told = rig.until("the change", |event| match event {
        Event::ChangeNew(change) => Some(change.clone()),
        _ => None,
    });
    let told = told.await;
    let id = told.id;
    let stored = rig
        .master
        .store()
        .read(move |c| store::changes::get(c, id))
        .await
        .expect("it is read");
    assert_eq!(stored.as_ref(), Some(&told));
    rig.master
        .add_change(change("main", "r2"))
        .await
        .expect("it is taken in");
    let next = rig.until("the next change", |event| match event {
        Event::ChangeNew(change) => Some(change.clone()),
        _ => None,
    });
    assert_eq!(next.await.parent, Some(id));
}
