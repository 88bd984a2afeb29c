//! The page of a build.

use crate::rig::master::{begun, builder, built, change, finished, force};
use crate::rig::{Generation, Master, Options};
use client::Error;
use client::reading::{Memory, Reading, WhichBuild};
use model::Results;
use std::sync::Arc;

#[tokio::test]
async fn a_build_that_is_over_is_asked_for_once_and_read_without_its_master() {
    for generation in [Generation::New, Generation::Old] {
        let Some(mut master) = Master::start(generation, Options::default()).await else {
            return;
        };
        let http = master.http();
        master.place("broken");
        change(&http, "Ann <ann@example.org>", "abc").await;
        let verdict = builder(&http, "verdict").await;
        let path = format!("builders/{verdict}/builds?limit=1");
        let build = crate::rig::until("it is built", async || {
            let builds: Vec<client::rest::Build> = http.rows(&path, "builds").await.unwrap();
            builds.first().filter(|build| build.complete).map(|build| build.id)
        })
        .await;
        let reading = Reading::new(&http, Arc::new(Memory::default()));
        // The request is over a moment after the build, and only then nothing changes any more.
        let page = crate::rig::until("its request is over", async || {
            let page = reading.build(WhichBuild::Number(verdict, 1)).await.unwrap();
            page.request
                .as_ref()
                .is_some_and(|request| request.complete)
                .then_some(page)
        })
        .await;
        assert_eq!((page.build.id, page.build.results), (build, Some(Results::Failure)));
        assert_eq!(page.changes[0].author, "Ann <ann@example.org>");
        assert!(page.build_set.as_ref().unwrap().reason.contains("on-change"));
        assert_eq!(page.build.properties.text("revision"), Some("abc"));
        let judge = page.steps.iter().find(|step| step.step.name == "judge").unwrap();
        let log = &judge.logs.as_ref().unwrap()[0];
        let line = reading.first_error(log).await.unwrap().unwrap();
        let found = reading.lines(log, line, 1).await.unwrap();
        assert_eq!(found.content, "omain.c:3:1: error: it is broken\n");

        let before = http.requests();
        assert_eq!(reading.build(WhichBuild::Number(verdict, 1)).await.unwrap(), page);
        assert_eq!(reading.log(log.id).await.unwrap().num_lines, log.num_lines);
        reading.lines(log, 0, 100).await.unwrap();
        assert_eq!(
            http.requests() - before,
            1,
            "only the log had not been asked for by itself"
        );
        master.kill().await;
        assert_eq!(reading.build(WhichBuild::Number(verdict, 1)).await.unwrap(), page);
        assert_eq!(reading.log(log.id).await.unwrap(), *log);
        let unseen = reading.build(WhichBuild::Number(verdict, 2)).await;
        assert!(matches!(unseen, Err(Error::Unreachable(_))), "{unseen:?}");
    }
}

#[tokio::test]
async fn a_build_that_runs_is_asked_for_each_time_and_old_when_its_master_is_away() {
    let Some(mut master) = Master::start(Generation::New, Options::default()).await else {
        return;
    };
    let http = master.http();
    let reading = Reading::new(&http, Arc::new(Memory::default()));
    let forced = force(&http, "gate").await;
    let build = begun(&http, *forced.requests.values().next().unwrap()).await;
    let page = crate::rig::until("it waits", async || {
        let page = reading.build(WhichBuild::Id(build)).await.unwrap();
        page.steps.iter().any(|step| step.step.name == "wait").then_some(page)
    })
    .await;
    assert!(!page.build.complete && !page.is_old);
    master.kill().await;
    let page = reading.build(WhichBuild::Id(build)).await.unwrap();
    assert!(page.is_old && !page.build.complete);
    master.run().await;
    let page = reading.build(WhichBuild::Id(build)).await.unwrap();
    assert!(!page.is_old && page.build.complete, "{page:?}");
    assert_eq!(finished(&http, build).await.id, build);
}

#[tokio::test]
async fn what_does_not_exist_is_said_so() {
    let Some(master) = Master::start(Generation::New, Options::default()).await else {
        return;
    };
    let http = master.http();
    let reading = Reading::new(&http, Arc::new(Memory::default()));
    let build = built(&http, "hello").await;
    let none = reading.build(WhichBuild::Number(build.builder, 99)).await;
    assert!(matches!(none, Err(Error::NotFound(_))), "{none:?}");
    let none = reading.log(model::LogId(9999)).await;
    assert!(matches!(none, Err(Error::NotFound(_))), "{none:?}");
}
