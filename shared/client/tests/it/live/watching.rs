//! A build that somebody watches.

use super::sim::Sim;
use super::{eventually, live, until};
use crate::picture::model::Act;
use client::picture::News;
use model::BuildId;
use serde_json::{Value, json};

fn step(id: i64, complete: bool) -> Value {
    json!({"stepid": id, "number": id, "name": format!("s{id}"), "buildid": 1, "started_at": 1, "complete": complete,
        "results": complete.then_some(0), "state_string": "x"})
}

fn log(step: i64, lines: i64, complete: bool) -> Value {
    json!({"logid": step + 100, "stepid": step, "name": "stdio", "slug": "stdio", "type": "s", "num_lines": lines,
        "complete": complete})
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn its_steps_and_logs_are_told_until_nobody_watches() {
    let sim = Sim::start().await;
    sim.act(&Act::Ask(1));
    sim.act(&Act::Start);
    sim.answer(
        "builds/1/steps",
        json!({"steps": [step(1, true), step(2, false)], "meta": {}}),
    );
    sim.answer("steps/2/logs", json!({"logs": [log(2, 5, false)], "meta": {}}));
    sim.answer("steps/3/logs", json!({"logs": [log(3, 1, false)], "meta": {}}));
    let (joined, mut news) = sim.join(None);
    live(&joined).await;
    assert!(
        sim.paths().iter().all(|path| !path.contains("steps")),
        "{:?}",
        sim.paths()
    );

    let watch = joined.watch_build(BuildId(1));
    let second = joined.watch_build(BuildId(1));
    let grew = |lines: i64| move |news: &News| matches!(news, News::LogGrew(_, log) if log.num_lines == lines);
    until(&mut news, "the log is read", grew(5)).await;
    sim.tell("steps/2/logs/stdio/append", &log(2, 9, false));
    until(&mut news, "the log grows", grew(9)).await;
    // An older word of it, and the end.
    sim.tell("steps/2/logs/stdio/append", &log(2, 7, false));
    sim.tell("steps/2/logs/stdio/finished", &log(2, 9, true));
    let told = until(
        &mut news,
        "it is over",
        |news| matches!(news, News::LogGrew(_, log) if log.complete),
    )
    .await;
    assert_eq!(told.len(), 1, "{told:?}");

    sim.tell("builds/1/steps/2/finished", &step(2, true));
    sim.tell("builds/1/steps/3/new", &step(3, false));
    until(&mut news, "the next step's log is read", grew(1)).await;
    assert!(
        sim.paths().contains("steps/3/logs/*/*") && !sim.paths().contains("steps/2/logs/*/*"),
        "{:?}",
        sim.paths()
    );
    let steps = joined.with(|picture| picture.watched(BuildId(1)).map(|watched| watched.steps.len()));
    assert_eq!(steps, Some(3));

    drop(watch);
    sim.tell("steps/3/logs/stdio/append", &log(3, 2, false));
    until(&mut news, "the other one still watches", grew(2)).await;
    // After another connection, too.
    sim.answer(
        "builds/1/steps",
        json!({"steps": [step(1, true), step(2, true), step(3, false)], "meta": {}}),
    );
    sim.answer("steps/3/logs", json!({"logs": [log(3, 4, false)], "meta": {}}));
    joined.reconnect_now();
    until(&mut news, "it is watched again", grew(4)).await;
    drop(second);
    eventually("nothing of it is wanted", || {
        sim.paths().iter().all(|path| !path.contains("steps"))
    })
    .await;
    assert!(joined.with(|picture| picture.watched(BuildId(1)).is_none()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_one_can_only_ask_it_is_looked_at() {
    let sim = Sim::start().await;
    sim.manners(|manners| (manners.socket, manners.stream) = (Some(404), Some(404)));
    sim.act(&Act::Ask(1));
    sim.act(&Act::Start);
    sim.answer("builds/1/steps", json!({"steps": [step(1, false)], "meta": {}}));
    sim.answer("steps/1/logs", json!({"logs": [log(1, 3, false)], "meta": {}}));
    let (joined, mut news) = sim.join(None);
    let _watch = joined.watch_build(BuildId(1));
    until(
        &mut news,
        "the log is read",
        |news| matches!(news, News::LogGrew(_, log) if log.num_lines == 3),
    )
    .await;
}
