//! What happens is told in the order in which a real master tells it.

use crate::rig::*;
use master::Shutdown;
use model::event::{ControlTarget, StepVerb};
use model::{Event, NewBuildSet, NewSourceStamp, Properties};
use std::collections::BTreeMap;

/// The recorded events of one build of a real master, each once, as words that ours can be compared with.
fn recorded() -> Vec<String> {
    let mut words = Vec::new();
    for line in include_str!("../data/full-build-success.jsonl").lines() {
        let line: serde_json::Value = serde_json::from_str(line).expect("a recorded line is JSON");
        let frame = match &line["frame"] {
            serde_json::Value::String(text) => serde_json::from_str(text).unwrap_or_default(),
            other => other.clone(),
        };
        let Some(key) = frame["k"].as_str() else { continue };
        let path: Vec<&str> = key.split('/').collect();
        let body = &frame["m"];
        // The build that the recorded one triggered: one step, which runs for more than a second.
        let word = match path.as_slice() {
            ["buildsets", "4", verb] => format!("buildset {verb}"),
            ["buildrequests", "4", verb] => format!("request {verb}"),
            ["builds", "4", "steps", _, verb] => format!("step {} {verb}: {}", body["number"], text(body)),
            ["builds", "4", "properties", "update"] => "properties".to_owned(),
            ["builds", "4", verb] => format!("build {verb}: {}", text(body)),
            ["steps", "20", "logs", "stdio", verb] => format!("log {verb}"),
            _ => continue,
        };
        words.push(word);
    }
    words
}

fn text(body: &serde_json::Value) -> String {
    body["state_string"]
        .as_str()
        .unwrap_or_default()
        .replace("linux-b", "w")
        .replace("'echo packing; ...'", "'hang'")
}

fn word(event: &Event, numbers: &BTreeMap<i64, i64>) -> Option<String> {
    Some(match event {
        Event::BuildSetNew(_) => "buildset new".to_owned(),
        Event::BuildSetComplete(_) => "buildset complete".to_owned(),
        Event::Request(verb, _) => format!("request {}", verb.word()),
        Event::Build(verb, build) => format!("build {}: {}", verb.word(), build.state_string),
        Event::BuildProperties(..) => "properties".to_owned(),
        Event::Step(verb, step) => format!("step {} {}: {}", step.number, verb.word(), step.state_string),
        Event::Log(verb, log) => {
            assert!(
                numbers.contains_key(&log.step.0),
                "a log belongs to a step that was told"
            );
            format!("log {}", verb.word())
        }
        _ => return None,
    })
}

/// How often a log is told to have grown depends on the time.
fn without_appends(words: Vec<String>) -> Vec<String> {
    words.into_iter().filter(|word| word != "log append").collect()
}

#[tokio::test]
async fn a_build_is_told_in_the_recorded_order() {
    let mut rig = Rig::start(config(vec![builder("package", vec![shell("tar", "hang")])])).await;
    let worker = Script::attach(&rig.master, "w").await;
    let id = rig.master.catalog().builders[0].id;
    // A set that a scheduler makes, so that nobody owns the build: as recorded.
    let set = NewBuildSet {
        scheduler: "package-trigger".to_owned(),
        source_stamps: vec![NewSourceStamp::default()],
        reason: String::new(),
        external_id: None,
        properties: Properties::default(),
        builders: vec![id],
        priority: 0,
        rebuilt_build: None,
        changes: Vec::new(),
    };
    rig.master.add_build_set(set).await.expect("the set is accepted");
    let mut events = rig.all_until("the log", |event| matches!(event, Event::Log(..))).await;
    // Only now does the clock stand where the step began.
    rig.clock.advance(1);
    events.extend(
        rig.all_until(
            "the update",
            |event| matches!(event, Event::Step(StepVerb::Updated, step) if step.state_string == "running"),
        )
        .await,
    );
    worker.let_go("package");
    events.extend(
        rig.all_until("the set's end", |event| matches!(event, Event::BuildSetComplete(_)))
            .await,
    );
    let mut numbers = BTreeMap::new();
    let mut ours = Vec::new();
    for event in &events {
        if let Event::Step(_, step) = event {
            numbers.insert(step.id.0, step.number);
        }
        ours.extend(word(event, &numbers));
    }
    let recorded = without_appends(recorded());
    assert!(recorded.len() > 25, "the recording was read: {recorded:?}");
    assert_eq!(without_appends(ours), recorded);
}

#[tokio::test]
async fn cancelling_a_waiting_request_is_told_as_recorded() {
    let mut rig = Rig::start(config(vec![builder("b", vec![shell("one", "say x")])])).await;
    let asked = rig.force("b").await;
    rig.master
        .cancel_request(asked.requests[0].1, Some("not needed".to_owned()))
        .await
        .expect("it is cancelled");
    let events = rig
        .all_until("the last word", |event| matches!(event, Event::RequestCancel(_)))
        .await;
    let words: Vec<String> = events
        .iter()
        .filter_map(|event| match event {
            Event::Control(control) => {
                assert_eq!(control.target, ControlTarget::Request(asked.requests[0].1));
                Some(format!(
                    "control {} {}",
                    control.verb,
                    control.reason.as_deref().unwrap_or_default()
                ))
            }
            Event::RequestCancel(_) => Some("request cancel".to_owned()),
            Event::Request(verb, request) => Some(format!(
                "request {} {:?} {}",
                verb.word(),
                request.results.map(u8::from),
                request.claimed_at.is_some()
            )),
            other => word(other, &BTreeMap::new()),
        })
        .collect();
    assert_eq!(
        words,
        [
            "buildset new",
            "request new None false",
            "control cancel not needed",
            "request complete Some(6) true",
            "buildset complete",
            "request cancel"
        ]
    );
}

#[tokio::test]
async fn collapsing_is_told_before_the_newer_request() {
    let mut rig = Rig::start(config(vec![builder("b", vec![shell("one", "say x")])])).await;
    let old = rig.force("b").await;
    let new = rig.force("b").await;
    let newest = new.requests[0].1;
    let events = rig
        .all_until(
            "the newer request",
            |event| matches!(event, Event::Request(_, request) if request.id == newest),
        )
        .await;
    let words: Vec<String> = events
        .iter()
        .filter_map(|event| match event {
            Event::Request(verb, request) => {
                let which = if request.id == old.requests[0].1 { "old" } else { "new" };
                Some(format!(
                    "{which} request {} {:?}",
                    verb.word(),
                    request.results.map(u8::from)
                ))
            }
            Event::BuildSetComplete(set) => Some(format!("buildset complete {:?}", set.results.map(u8::from))),
            other => word(other, &BTreeMap::new()),
        })
        .collect();
    assert_eq!(
        words,
        [
            "buildset new",
            "old request new None",
            "old request claimed None",
            "old request complete Some(3)",
            "buildset complete Some(0)",
            "buildset new",
            "new request new None"
        ]
    );
}

#[tokio::test]
async fn the_end_of_a_master_is_told_as_recorded() {
    let mut rig = Rig::start(config(vec![builder("b", vec![shell("one", "hang")])])).await;
    let _worker = Script::attach(&rig.master, "w").await;
    rig.force("b").await;
    rig.log_begins().await;
    rig.shut_down(Shutdown::Stop).await;
    let events = rig
        .all_until("the end", |event| matches!(event, Event::Worker(..)))
        .await;
    let words: Vec<String> = events
        .iter()
        .filter_map(|event| match event {
            Event::Builder(verb, _) => Some(format!("builder {}", verb.word())),
            Event::Master(verb, _) => Some(format!("master {}", verb.word())),
            Event::Worker(verb, _) => Some(format!("worker {}", verb.word())),
            Event::Build(verb, build) => Some(format!("build {}: {}", verb.word(), build.state_string)),
            Event::Request(verb, _) => Some(format!("request {}", verb.word())),
            _ => None,
        })
        .collect();
    let text = "cancelled (Master Shutdown) 'hang' (cancelled)";
    assert_eq!(
        words,
        [
            format!("build update: {text}"),
            format!("build update: {text}"),
            format!("build finished: {text}"),
            "request unclaimed".to_owned(),
            "builder stopped".to_owned(),
            "master stopped".to_owned(),
            "worker disconnected".to_owned(),
        ]
    );
}
