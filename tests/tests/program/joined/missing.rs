//! Workers of a joined master that stay away.

use super::breaks::notices;
use super::join;
use serde_json::{Value, json};
use tests::Outpost;
use tests::farm::{Knobs, MadeUp};

fn worker(there: bool) -> Value {
    let connected = if there { json!([{"masterid": 1}]) } else { json!([]) };
    json!({"workerid": 1, "name": "worker", "workerinfo": {}, "paused": false, "pause_reason": null, "graceful": false,
        "connected_to": connected, "configured_on": [{"builderid": 1, "masterid": 1}]})
}

fn tell(farm: &MadeUp, verb: &str, body: &Value) {
    farm.tell(&json!({"k": format!("workers/1/{verb}"), "m": body}).to_string());
}

/// Waits until so many notices of a missing worker are there.
async fn until_told(outpost: &Outpost, what: &str, count: usize) -> Vec<Value> {
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(30);
    loop {
        let told = notices(outpost, "is missing").await;
        if told.len() == count {
            return told;
        }
        assert!(std::time::Instant::now() < deadline, "{what}: {told:#?}");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_is_told_to_be_missing_when_its_master_says_so_and_names_somebody() {
    let farm = MadeUp::start("Team", 3, Knobs::default()).await;
    let outpost = Outpost::start().await;
    join(&outpost, &farm.url()).await;
    tell(&farm, "disconnected", &worker(false));
    let mut missing = worker(false);
    missing["last_connection"] = json!("Sat Nov 21 20:22:25 2026");
    missing["notify"] = json!([]);
    tell(&farm, "missing", &missing);
    missing["notify"] = json!(["ops@example.org"]);
    tell(&farm, "missing", &missing);
    tell(&farm, "missing", &missing);
    let told = until_told(&outpost, "it is told", 1).await;
    assert_eq!(told[0]["title"], "Worker worker is missing");
    assert_eq!(told[0]["path"], "/masters/team/workers/1");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_was_back_is_told_again_when_it_is_missing_again() {
    let farm = MadeUp::start("Team", 3, Knobs::default()).await;
    let outpost = Outpost::start().await;
    join(&outpost, &farm.url()).await;
    let mut missing = worker(false);
    missing["notify"] = json!(["ops@example.org"]);
    // A notice takes the place of the one before it.
    let mut last = json!(0);
    for number in 2..=3 {
        tell(&farm, "disconnected", &worker(false));
        tell(&farm, "missing", &missing);
        tell(&farm, "missing", &missing);
        let deadline = std::time::Instant::now() + std::time::Duration::from_secs(30);
        let mut told = until_told(&outpost, "it is told", 1).await;
        while told[0]["at"] == last {
            assert!(std::time::Instant::now() < deadline, "it is not told again: {told:#?}");
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            told = until_told(&outpost, "it is told", 1).await;
        }
        last = told[0]["at"].clone();
        tell(&farm, "connected", &worker(true));
        tell(&farm, "connected", &worker(true));
        let back = |overview: &Value| {
            let mut rows = overview["workers"].as_array().into_iter().flatten();
            rows.any(|row| row["master"] == "team" && row["connected"] == true)
        };
        outpost.until("it is back", back).await;
        // What is told of it is told before a build that comes after it.
        let build = farm.begin(1, None);
        farm.end(build, 0);
        super::breaks::verdict(&outpost, "builder 1", number).await;
        let told = notices(&outpost, "worker").await;
        assert_eq!((told.len(), &told[0]["at"]), (1, &last), "{told:#?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn that_a_master_is_lost_makes_no_worker_missing() {
    let farm = MadeUp::start("Team", 3, Knobs::default()).await;
    let outpost = Outpost::start().await;
    join(&outpost, &farm.url()).await;
    tell(&farm, "disconnected", &worker(false));
    farm.cut();
    super::until_it_is(&outpost, "team", "live").await;
    let build = farm.begin(1, None);
    farm.end(build, 0);
    super::until_over(&outpost, "team", "builder 1", 2).await;
    assert_eq!(notices(&outpost, "is missing").await, Vec::<Value>::new());
}
