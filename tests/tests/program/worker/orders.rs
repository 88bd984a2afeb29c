//! What this machine asks of a worker that builds.

use super::{Folder, attach, write};
use tests::{Buildbot, survivors};

/// A build that waits at the gate.
async fn gated(buildbot: &Buildbot, name: &str) {
    let builder = format!("gate-{name}");
    buildbot.force(&builder).await;
    buildbot.printed(&builder, 1, "waiting").await;
}

#[tokio::test]
async fn who_is_asked_to_leave_finishes_its_build_first() {
    let Some(buildbot) = Buildbot::start().await else {
        return;
    };
    let by_signal = Folder::made(&buildbot.address(), "w1", &["--allow-shutdown", "signal"]);
    let by_file = Folder::made(&buildbot.address(), "w2", &["--allow-shutdown", "file"]);
    attach(&by_signal, &buildbot, "w1").await;
    attach(&by_file, &buildbot, "w2").await;
    gated(&buildbot, "w1").await;
    gated(&buildbot, "w2").await;
    let pids = [&by_signal, &by_file].map(|folder| folder.pid().expect("it runs"));
    by_signal.signal("HUP");
    write(&by_file.path().join("shutdown.stamp"), "");
    for name in ["w1", "w2"] {
        let asked = |answer: &serde_json::Value| answer["workers"][0]["graceful"] == true;
        buildbot
            .until("the master knows", &format!("workers/{name}"), asked)
            .await;
    }
    buildbot.open_gate();
    assert_eq!(buildbot.built("gate-w1", 1).await, 0);
    assert_eq!(buildbot.built("gate-w2", 1).await, 0);
    by_signal.until_gone(pids[0]).await;
    by_file.until_gone(pids[1]).await;
}

#[tokio::test]
async fn a_stop_ends_what_runs_and_the_master_repeats_it() {
    let Some(buildbot) = Buildbot::start().await else {
        return;
    };
    let folder = Folder::made(&buildbot.address(), "w1", &[]);
    attach(&folder, &buildbot, "w1").await;
    gated(&buildbot, "w1").await;
    folder.ok("stop", &[]);
    assert_eq!(survivors(&folder.path()), Vec::<String>::new());
    assert_eq!(buildbot.built("gate-w1", 1).await, 5, "the build is to be repeated");
    buildbot.printed("gate-w1", 1, "the worker was stopped").await;

    buildbot.open_gate();
    attach(&folder, &buildbot, "w1").await;
    assert_eq!(buildbot.built("gate-w1", 2).await, 0);
}
