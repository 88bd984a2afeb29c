//! Masters that want to be asked little: bare lists refused, few requests a minute, no events.

use super::{builder, join, master, until_it_is, until_over};
use serde_json::Value;
use std::time::Duration;
use tests::Outpost;
use tests::farm::{Knobs, MadeUp};

#[tokio::test(flavor = "multi_thread")]
async fn five_hundred_builders_behind_a_strict_proxy() {
    let strict = Knobs {
        refuses_bare_lists: true,
        requests_per_minute: Some(30),
        ..Knobs::default()
    };
    let made = MadeUp::start("Strict", 500, strict).await;
    let outpost = Outpost::start().await;
    join(&outpost, &made.url()).await;
    let all = |overview: &Value| master(overview, "team")["builders"] == 500;
    outpost.until("all builders are known", all).await;
    for _ in 0..50 {
        let build = made.begin(17, None);
        made.end(build, 0);
    }
    until_over(&outpost, "team", "builder 17", 51).await;
    let asked = made.asked();
    assert_eq!(asked.refused, 0, "it is never asked too much: {asked:?}");
    assert_eq!(made.listeners(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_asked_while_nothing_happens() {
    let made = MadeUp::start("Quiet", 20, Knobs::default()).await;
    let outpost = Outpost::start().await;
    join(&outpost, &made.url()).await;
    // What is read in the background after joining comes to rest.
    let mut before = made.asked();
    loop {
        tokio::time::sleep(Duration::from_secs(5)).await;
        let now = made.asked();
        if now.requests == before.requests {
            break;
        }
        assert!(now.requests < 100, "it does not come to rest: {now:?}");
        before = now;
    }
    tokio::time::sleep(Duration::from_secs(20)).await;
    assert_eq!(made.asked().requests, before.requests);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_events_it_is_asked_now_and_then_and_that_is_said() {
    let deaf = Knobs {
        no_events: true,
        ..Knobs::default()
    };
    let made = MadeUp::start("Deaf", 5, deaf).await;
    let outpost = Outpost::start().await;
    outpost.ok(&["join", &made.url(), "--name", "team"]);
    until_it_is(&outpost, "team", "polling").await;
    let build = made.begin(3, None);
    made.end(build, 2);
    let red = |overview: &Value| builder(overview, "team", "builder 3")["last"][0]["results"] == 2;
    outpost.until("the red build is seen", red).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_master_holds_nobody_up() {
    let slow = Knobs {
        latency: Duration::from_secs(3),
        ..Knobs::default()
    };
    let slow = MadeUp::start("Slow", 5, slow).await;
    let quick = MadeUp::start("Quick", 5, Knobs::default()).await;
    let mut outpost = Outpost::start().await;
    outpost.ok(&["join", &slow.url(), "--name", "slow"]);
    super::join_as(&outpost, &quick.url(), "quick").await;
    outpost.quit();
    outpost.run(&["--no-tray"]).await;
    until_it_is(&outpost, "quick", "live").await;
    let overview = outpost.overview().await;
    assert_ne!(master(&overview, "slow")["condition"], "live", "it is not waited for");
    until_it_is(&outpost, "slow", "live").await;
}
