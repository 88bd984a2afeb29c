//! While nothing happens, the resident sleeps.

use std::time::Duration;
use tests::{Outpost, Repository, wake_ups};

/// How long it is looked at.
const LOOK: Duration = Duration::from_secs(20);

#[tokio::test]
async fn twenty_idle_repositories_wake_nobody() {
    let outpost = Outpost::start().await;
    let mut repositories = Vec::new();
    for number in 0..20 {
        let repository = Repository::new(&format!("app{number}"));
        repository.write("test", "#!/bin/sh\n");
        repository.commit("first");
        outpost.ok(&["init", "--yes", "--no-build", repository.path().to_str().expect("text")]);
        repositories.push(repository);
    }
    // What the last configuration set going comes to rest; a poll would never. What was learned is kept in ten seconds.
    let mut before = wake_ups(outpost.pid());
    for round in 0.. {
        tokio::time::sleep(Duration::from_secs(11)).await;
        let now = wake_ups(outpost.pid());
        if now == before {
            break;
        }
        assert!(round < 20, "it does not come to rest: {:?}", now.since(&before));
        before = now;
    }
    tokio::time::sleep(LOOK).await;
    let woken = wake_ups(outpost.pid()).since(&before);
    assert!(
        woken.values().sum::<u64>() < 2,
        "threads that woke up in {LOOK:?}, and how often: {woken:?}"
    );

    repositories[7].commit("second");
    assert_eq!(
        outpost.built("app7", 1).await["results"],
        0,
        "and yet it hears of a commit"
    );
}
