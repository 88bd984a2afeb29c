//! The same scenario on a Buildbot and on ours, recorded by one client and compared.
//!
//! The Buildbot is the one in the virtual environment that `OUTPOST_TEST_BUILDBOT` names; without it the test says so
//! and passes. Times, paths and names are made alike first ([`normal`]); then answers and events must be equal, but
//! for the differences listed in [`listed`], each with its reason. A difference that is not listed fails the test,
//! and so does a row of the list that no longer differs.

mod buildbot;
mod compare;
mod listed;
mod normal;
mod ours;
mod recorder;
mod scenario;

use std::path::{Path, PathBuf};

/// A file of the scenario.
fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/data/differential")
        .join(name)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_buildbot_and_ours_tell_the_same_story() {
    let Some(environment) = std::env::var_os("OUTPOST_TEST_BUILDBOT") else {
        println!("SKIPPED: set OUTPOST_TEST_BUILDBOT to a virtual environment with Buildbot 4.3 to compare with it");
        return;
    };
    let theirs = {
        let peer = buildbot::Buildbot::start(Path::new(&environment)).await;
        let recorded = scenario::play(&peer).await;
        peer.stop().await;
        recorded
    };
    let ours = {
        let peer = ours::Ours::start().await;
        scenario::play(&peer).await
    };
    let differences = compare::differences(&theirs, &ours);
    let problems = listed::judge(&differences);
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
}
