//! Streams of real masters, and what REST said of the same builds afterwards.

use super::{rows, tell};
use client::live::sse;
use client::picture::{Event, Finished, News, Picture, Snapshot};
use client::rest;
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::PathBuf;

fn data(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(path)
}

fn text(path: &str) -> String {
    std::fs::read_to_string(data(path)).expect(path)
}

fn answer(path: &str, plural: &str) -> Value {
    let answer: Value = serde_json::from_str(&text(path)).expect("JSON");
    answer[plural].clone()
}

/// The events of a recording: keys and bodies, in order.
fn stream(name: &str) -> Vec<(String, Value)> {
    let text = text(&format!("ws/{name}.jsonl"));
    let lines = text
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
    let frames = lines.filter(|line| line["dir"] == "s2c" && line["frame"]["k"].is_string());
    let event = |line: Value| {
        (
            line["frame"]["k"].as_str().expect("a key").to_owned(),
            line["frame"]["m"].clone(),
        )
    };
    frames.map(event).collect()
}

/// A picture of what a master is made of, without builds.
fn farm(folder: &str) -> Picture {
    let mut picture = Picture::default();
    let answer = |plural: &str| answer(&format!("{folder}/{plural}.json"), plural);
    let snapshot = Snapshot {
        builders: rows(&answer("builders")),
        workers: rows(&answer("workers")),
        masters: rows(&answer("masters")),
        projects: rows(&answer("projects")),
        ..Snapshot::default()
    };
    picture.replace(snapshot);
    picture
}

/// The same with these builds, as REST gave them.
fn read(folder: &str, builds: Vec<rest::Build>) -> Picture {
    let mut picture = farm(folder);
    for build in builds {
        picture.apply(Event::Build(Box::new(build)), &mut Vec::new());
    }
    picture
}

/// All builds that are over, without what their properties say.
fn bare(picture: &Picture) -> Vec<Finished> {
    let finished = picture.builders().flat_map(|builder| builder.finished());
    let mut bare: Vec<Finished> = finished.cloned().collect();
    bare.iter_mut().for_each(|build| build.about = Default::default());
    bare
}

fn ids(news: &[News]) -> Vec<i64> {
    let finished = news.iter().filter_map(|news| match news {
        News::BuildFinished(build) => Some(build.build.0),
        _ => None,
    });
    finished.collect()
}

#[test]
fn a_stream_makes_the_same_picture_as_reading_afterwards() {
    for (name, folder, builds, over) in [
        ("full-build-success", "rest", "rest/builds.json", vec![4, 3]),
        ("change-to-build", "rest", "rest/builds.json", vec![5]),
        ("statuses-mixed", "rest", "rest/builds.json", (6..=15).collect()),
        ("old", "old", "old/builds.json", vec![1]),
    ] {
        let mut heard = farm(folder);
        let mut news = Vec::new();
        for (key, body) in stream(name) {
            news.extend(tell(&mut heard, &key, &body));
        }
        let told = ids(&news);
        let once: BTreeSet<i64> = told.iter().copied().collect();
        assert_eq!(told.len(), once.len(), "{name}: each is told once");
        assert_eq!(once, over.iter().copied().collect(), "{name}");
        assert_eq!(heard.running().len(), 0, "{name}");

        let builds: Vec<rest::Build> = rows(&answer(builds, "builds"));
        let read = read(
            folder,
            builds.into_iter().filter(|build| once.contains(&build.id.0)).collect(),
        );
        assert_eq!(bare(&heard), bare(&read), "{name}");
    }
}

#[test]
fn properties_that_come_apart_are_those_that_are_read_with_the_build() {
    for (name, folder, build, id) in [
        ("full-build-success", "rest", "rest/build-3.json", 3),
        ("old", "old", "old/build-1.json", 1),
    ] {
        let mut heard = farm(folder);
        for (key, body) in stream(name) {
            tell(&mut heard, &key, &body);
        }
        let read = read(folder, rows(&answer(build, "builds")));
        let about = |picture: &Picture| {
            let mut finished = picture.builders().flat_map(|builder| builder.finished());
            finished
                .find(|build| build.build.0 == id)
                .map(|build| (*build.about).clone())
        };
        assert!(about(&read).is_some_and(|about| !about.owners.is_empty()), "{name}");
        assert_eq!(about(&heard), about(&read), "{name}");
    }
}

#[test]
fn what_a_shutdown_ends_is_over_and_nothing_else_is_told_of_builds() {
    let mut picture = farm("rest");
    let mut news = Vec::new();
    for (key, body) in stream("master-shutdown") {
        news.extend(tell(&mut picture, &key, &body));
    }
    assert_eq!(ids(&news), [29, 27]);
    let interrupted: Vec<rest::Build> = rows(&answer("rest/build-interrupted-by-shutdown.json", "builds"));
    let row = &interrupted[0];
    let unit_tests = picture.builder_named("unit-tests").expect("a builder");
    let heard = unit_tests.finished().next().expect("a build");
    assert_eq!(
        (heard.build, heard.results, Some(heard.complete_at)),
        (row.id, row.results, row.complete_at)
    );
}

#[test]
fn changes_of_a_stream_are_those_that_are_read() {
    let mut heard = farm("rest");
    for (key, body) in stream("change-to-build").into_iter().chain(stream("statuses-mixed")) {
        tell(&mut heard, &key, &body);
    }
    let mut read = farm("rest");
    for body in answer("rest/changes.json", "changes").as_array().expect("a list") {
        tell(&mut read, "changes/1/new", body);
    }
    let known: Vec<_> = heard.changes().cloned().collect();
    assert!(!known.is_empty());
    for change in known {
        assert!(read.changes().any(|other| *other == change), "{change:?}");
    }
}

#[test]
fn a_recorded_event_stream_is_heard() {
    let text = text("sse/listen-builds.txt");
    let body = &text[text.find("event: handshake").expect("a beginning")..];
    let mut picture = farm("rest");
    let mut news = Vec::new();
    let messages = sse::Parser::default().push(body.as_bytes()).expect("small");
    assert_eq!(messages[0].event, "handshake");
    for message in &messages[1..] {
        let told: Value = serde_json::from_str(&message.data).expect("JSON");
        let key: Vec<String> = serde_json::from_value(told["key"].clone()).expect("a key");
        news.extend(tell(&mut picture, &key.join("/"), &told["message"]));
    }
    assert_eq!(ids(&news), [24]);
    let words: Vec<bool> = news.iter().map(|news| matches!(news, News::BuildStarted(_))).collect();
    assert_eq!(words.iter().filter(|started| **started).count(), 1);
    assert!(words[0]);
}

#[test]
fn steps_and_logs_are_kept_of_watched_builds_only() {
    let mut picture = farm("rest");
    for (key, body) in stream("full-build-success") {
        for news in tell(&mut picture, &key, &body) {
            assert!(!matches!(news, News::StepChanged(_) | News::LogGrew(..)), "{news:?}");
        }
    }
}
