//! Commands that do not want to end.

use std::time::{Duration, Instant};
use tests::{Outpost, Repository, survivors};

#[tokio::test]
async fn one_that_ignores_signals_is_stopped_all_the_same() {
    let outpost = Outpost::start().await;
    let test = "#!/bin/sh\n[ -e slow ] || exit 0\ntrap '' HUP INT TERM\necho deaf\nwhile :; do sleep 1; done\n";
    let repository = Repository::project(&outpost, "app", test);
    repository.write("slow", "");
    repository.commit("slow");
    outpost
        .until("the command is deaf", |o| o["running"][0]["step"] == "test")
        .await;
    let mut told = false;
    while !told {
        told = outpost
            .cli(&["log", "app/2", "--step", "test"])
            .stdout
            .windows(4)
            .any(|word| word == b"deaf");
    }
    outpost.ok(&["stop", "app/2"]);
    assert_eq!(outpost.built("app", 2).await["results"], 6);
    assert_eq!(survivors(&outpost.builds()), Vec::<String>::new());
}

#[tokio::test]
async fn grandchildren_that_hold_the_pipes_neither_delay_the_build_nor_survive_it() {
    let outpost = Outpost::start().await;
    let test = "#!/bin/sh\nsetsid sleep 600 &\n(sleep 600 &)\necho done\n";
    let started = Instant::now();
    let _repository = Repository::project(&outpost, "app", test);
    assert_eq!(outpost.built("app", 1).await["results"], 0);
    assert!(started.elapsed() < Duration::from_secs(60), "{:?}", started.elapsed());
    assert!(outpost.ok(&["log", "app/1", "--step", "test"]).contains("done"));
    assert_eq!(survivors(&outpost.builds()), Vec::<String>::new());
}
