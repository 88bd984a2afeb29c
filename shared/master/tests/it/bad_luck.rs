//! Crashes, and listeners that sleep.

use crate::rig::*;
use master::{Closed, Shutdown};
use model::event::RequestVerb;
use model::{Event, RequestId, Results};

fn one() -> model::config::MasterConfig {
    config(vec![builder(
        "b",
        vec![shell("one", "say x; hang"), shell("two", "say y")],
    )])
}

#[tokio::test]
async fn a_build_that_a_crash_cut_off_is_made_again_once() {
    let mut rig = Rig::start(one()).await;
    let _worker = Script::attach(&rig.master, "w").await;
    let asked = rig.force("b").await;
    let first = rig.started().await;
    rig.log_begins().await;
    let mut rig = rig.crash(one()).await;
    let id = first.id;
    let (build, steps, logs) = rig
        .master
        .store()
        .read(move |c| {
            let steps = store::steps::of_build(c, id)?;
            let logs = store::logs::of_step(c, steps[1].id)?;
            Ok((store::builds::get(c, id)?.expect("the build"), steps, logs))
        })
        .await
        .expect("they are read");
    assert_eq!(
        (build.results, &*build.state_string),
        (Some(Results::Retry), "retry interrupted by a restart")
    );
    assert!(steps.iter().all(|step| step.complete_at.is_some()));
    assert_eq!(steps[1].state_string, "interrupted by a restart (retry)");
    assert!(logs.iter().all(|log| log.complete));
    let waiting: Vec<RequestId> = rig
        .master
        .state()
        .await
        .waiting
        .iter()
        .map(|waiting| waiting.request)
        .collect();
    assert_eq!(waiting, [asked.requests[0].1]);
    let worker = Script::attach(&rig.master, "w").await;
    worker.let_go("b");
    let again = rig.finished().await;
    assert_eq!(
        (again.number, again.request, results(&again)),
        (2, first.request, Results::Success)
    );
    rig.request_is(RequestVerb::Complete, first.request).await;
    let rig = rig.crash(one()).await;
    let state = rig.master.state().await;
    assert!(state.waiting.is_empty() && state.running.is_empty(), "{state:?}");
}

#[tokio::test]
async fn a_set_whose_last_request_was_complete_before_the_crash_is_completed() {
    let mut rig = Rig::start(config(vec![builder("b", vec![shell("one", "say x")])])).await;
    let asked = rig.force("b").await;
    rig.request_is(RequestVerb::New, asked.requests[0].1).await;
    let request = asked.requests[0].1;
    let write = rig
        .master
        .store()
        .write(move |c| store::build_requests::complete(c, &[request], Results::Failure, model::Time(0)));
    write.await.expect("it is written");
    let rig = rig.crash(config(vec![builder("b", vec![shell("one", "say x")])])).await;
    let set = rig
        .master
        .store()
        .read(move |c| store::build_sets::get(c, asked.set))
        .await
        .expect("it is read");
    assert_eq!(set.and_then(|set| set.results), Some(Results::Failure));
}

#[tokio::test]
async fn a_listener_that_sleeps_is_let_go_and_told_so() {
    let rig = Rig::start(config(vec![builder("b", vec![shell("one", "say x")])])).await;
    let mut sleepy = rig.master.subscribe();
    for _ in 0..90 {
        rig.master
            .add_changes((0..100).map(|n| change("main", &n.to_string())).collect())
            .await
            .expect("taken in");
    }
    let first = soon("the end", sleepy.next()).await;
    assert!(
        matches!(first, Err(Closed::TooSlow { missed }) if missed > 0),
        "{first:?}"
    );
    assert_eq!(soon("the end", sleepy.next()).await.err(), Some(Closed::Stopped));
}

#[tokio::test]
async fn an_impatient_shutdown_gives_the_request_back_for_the_next_start() {
    let mut rig = Rig::start(one()).await;
    let _worker = Script::attach(&rig.master, "w").await;
    rig.force("b").await;
    rig.log_begins().await;
    rig.shut_down(Shutdown::Stop).await;
    let mut rig = rig.crash(one()).await;
    assert_eq!(rig.master.state().await.waiting.len(), 1);
    let worker = Script::attach(&rig.master, "w").await;
    worker.let_go("b");
    let build = rig.finished().await;
    assert_eq!((build.number, results(&build)), (2, Results::Success));
    rig.until("the set's end", |event| {
        matches!(event, Event::BuildSetComplete(_)).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_hundred_builds_are_each_made_once() {
    let mut names = Vec::new();
    for n in 0..10 {
        names.push(builder(
            &format!("b{n}"),
            vec![shell("one", "say x"), shell("two", "rc 1")],
        ));
    }
    let mut config = config(names);
    config.collapse = model::config::Collapse::Never;
    let mut rig = Rig::start(config).await;
    let _worker = Script::attach(&rig.master, "w").await;
    for round in 0..10 {
        for n in 0..10 {
            rig.force_with(&format!("b{n}"), serde_json::json!({"who": round}))
                .await;
        }
    }
    let mut finished = 0;
    while finished < 100 {
        let build = rig.finished().await;
        assert_eq!(results(&build), Results::Failure);
        finished += 1;
    }
    let (builds, complete) = rig
        .master
        .store()
        .read(|c| {
            let builds: i64 = c.query_row("SELECT count(*) FROM builds", [], |row| row.get(0))?;
            let complete: i64 = c.query_row("SELECT count(*) FROM build_requests WHERE results = 2", [], |row| {
                row.get(0)
            })?;
            Ok((builds, complete))
        })
        .await
        .expect("they are counted");
    assert_eq!((builds, complete), (100, 100));
}

/// Lets the database grow by so many pages at most; none lifts the limit.
async fn room(rig: &Rig, pages: Option<i64>) {
    let write = rig.master.store().write(move |c| {
        let now: i64 = c.query_row("PRAGMA page_count", [], |row| row.get(0))?;
        let most = pages.map_or(1 << 30, |pages| now + pages);
        c.query_row(&format!("PRAGMA max_page_count = {most}"), [], |_| Ok(()))
    });
    write.await.expect("the limit is set");
}

#[tokio::test]
async fn a_full_disk_is_told_and_what_was_asked_for_is_built_when_there_is_room() {
    let mut rig = Rig::start(one()).await;
    let worker = Script::attach(&rig.master, "w").await;
    rig.force("b").await;
    rig.log_begins().await;
    room(&rig, Some(0)).await;
    // Until even the last page is full.
    let refused = loop {
        let asked = rig.master.force(master::ForceRequest {
            scheduler: "force".to_owned(),
            owner: "x".repeat(10_000),
            params: Default::default(),
        });
        if let Err(error) = asked.await {
            break error.to_string();
        }
    };
    assert!(refused.contains("no room on the disk"), "{refused}");
    let waiting = rig.master.state().await.waiting.len();
    assert!(
        rig.master
            .state()
            .await
            .problem
            .is_some_and(|problem| problem.contains("no room"))
    );
    worker.let_go("b");
    while rig.master.state().await.running.is_empty() {
        tokio::task::yield_now().await;
    }
    room(&rig, None).await;
    let mut finished = 0;
    while finished < 1 + waiting {
        // What could not be written is tried again after a while.
        rig.clock.advance(3);
        worker.let_go("b");
        finished += usize::from(
            rig.events
                .try_next()
                .expect("events go on")
                .is_some_and(|event| matches!(&*event, Event::Build(model::event::BuildVerb::Finished, _))),
        );
        tokio::time::sleep(std::time::Duration::from_millis(1)).await;
    }
    assert!(rig.master.store().check().await.expect("it is checked").is_empty());
}

#[tokio::test]
async fn listeners_learn_that_the_master_has_ended() {
    let rig = Rig::start(one()).await;
    let mut listener = rig.master.subscribe();
    rig.shut_down(Shutdown::Finish).await;
    let last = soon("the end", async {
        loop {
            if let Err(closed) = listener.next().await {
                return closed;
            }
        }
    });
    assert_eq!(last.await, Closed::Stopped);
    assert_eq!(
        soon("the end", rig.master.subscribe().next()).await.err(),
        Some(Closed::Stopped)
    );
}
