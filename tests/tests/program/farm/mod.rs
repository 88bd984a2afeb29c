//! Many workers, many builds, and a network that breaks: every build ends once, nothing is left behind.

mod relay;

use relay::{Held, Relay};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};
use tests::{Outpost, survivors};

const WORKERS: usize = 10;

/// How many builds. `OUTPOST_TEST_BUILDS` asks for more or fewer.
const BUILDS: usize = 2000;

/// So many are ordered before the first of them has ended.
const AHEAD: usize = 60;

/// How long all of it may take on a slow machine.
const PATIENCE: Duration = Duration::from_secs(600);

/// What each end holds of the other while nothing runs: the worker the master's perspective; the master the worker
/// itself, and its side of the one builder.
const AT_REST: Held = Held {
    by_worker: 1,
    by_master: 2,
};

fn configuration(port: u16) -> String {
    format!(
        r#"
c = BuildmasterConfig = {{}}
names = ["w%d" % n for n in range({WORKERS})]
c["workers"] = [worker.Worker(name, "secret") for name in names]
c["protocols"] = {{"pb": {{"port": "tcp:{port}:interface=127.0.0.1"}}}}
c["builders"] = [util.BuilderConfig(name = "busy", workernames = names, collapseRequests = False, factory = util.BuildFactory([
    steps.ShellCommand(name = "leaves", command = "sleep 4321 & sleep 0.02; echo done", logEnviron = False),
]))]
c["schedulers"] = [schedulers.ForceScheduler(name = "force", builderNames = ["busy"])]
"#
    )
}

fn worker(outpost: &Outpost, folder: &Path, name: &str, master: &str) -> Child {
    let folder = folder.join(name);
    let folder = folder.to_str().expect("text");
    outpost.ok(&["worker", "create", "--maxdelay=1", folder, master, name, "secret"]);
    let started = outpost
        .command()
        .args(["worker", "start", "--nodaemon", folder])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    started.expect("the worker starts")
}

async fn force(outpost: &Outpost) -> i64 {
    let answer = outpost
        .control("forceschedulers/force", "force", "1", json!({"builderid": "1"}))
        .await;
    let requests = answer["result"][1].as_object().expect("requests");
    requests.values().next().and_then(Value::as_i64).expect("a request")
}

async fn unfinished(outpost: &Outpost) -> usize {
    let waiting = outpost.rest("buildrequests?complete=false&limit=10000").await;
    waiting["buildrequests"].as_array().expect("a list").len()
}

/// Orders all builds while connections are cut, and waits until none is left.
async fn build_all(outpost: &Outpost, relay: &Relay, builds: usize) -> (Vec<i64>, usize) {
    // A fixed sequence of moments: a failure can be repeated.
    let mut moment: u64 = 0x2545_f491_4f6c_dd1d;
    let (mut requests, mut cuts) = (Vec::new(), 0);
    let deadline = Instant::now() + PATIENCE;
    let (mut left, mut next_cut) = (0, 0);
    while requests.len() < builds || left > 0 {
        for _ in left..AHEAD.min(left + builds - requests.len()) {
            requests.push(force(outpost).await);
        }
        moment ^= moment << 13;
        moment ^= moment >> 7;
        moment ^= moment << 17;
        // The moments of the cuts are what the test varies, not something that it waits for; but they come as fast as
        // builds do, so that a slow machine gets on too.
        tokio::time::sleep(Duration::from_millis(moment % 40)).await;
        left = unfinished(outpost).await;
        let finished = requests.len() - left;
        if finished >= next_cut && relay.cut(moment >> 8) {
            cuts += 1;
            next_cut = finished + usize::try_from((moment >> 32) % 20).expect("small");
        }
        assert!(
            Instant::now() < deadline,
            "{left} of {} requests are not finished",
            requests.len()
        );
    }
    (requests, cuts)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_build_ends_once_although_connections_are_cut() {
    let builds = std::env::var("OUTPOST_TEST_BUILDS").ok().and_then(|n| n.parse().ok());
    let builds = builds.unwrap_or(BUILDS);
    let port = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
    let port = port.expect("a port").port();
    let mut outpost = Outpost::prepared();
    std::fs::create_dir_all(outpost.home().join("config")).expect("a folder");
    std::fs::write(outpost.home().join("config/master.star"), configuration(port)).expect("a configuration");
    outpost.run(&["--no-tray"]).await;
    let relay = Relay::start(port).await;
    let folder = tempfile::tempdir().expect("a folder");
    let mut workers: Vec<Child> = (0..WORKERS)
        .map(|n| worker(&outpost, folder.path(), &format!("w{n}"), &relay.address.to_string()))
        .collect();

    let (requests, cuts) = build_all(&outpost, &relay, builds).await;

    let all = outpost.rest("builds?limit=100000").await;
    let mut ends: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
    for build in all["builds"].as_array().expect("builds") {
        assert_eq!(build["complete"], true, "{build}");
        let request = build["buildrequestid"].as_i64().expect("its request");
        ends.entry(request)
            .or_default()
            .push(build["results"].as_i64().expect("results"));
    }
    let retried: usize = ends.values().map(|results| results.len() - 1).sum();
    println!("{builds} builds, {cuts} cuts, {retried} builds made again");
    assert_eq!(
        ends.keys().copied().collect::<Vec<_>>(),
        requests,
        "each request was built, no other"
    );
    for (request, results) in &ends {
        let (last, before) = results.split_last().expect("a build");
        assert_eq!(*last, 0, "request {request}: {results:?}");
        assert!(
            before.iter().all(|result| *result == 5),
            "request {request}: {results:?}"
        );
    }
    assert!(retried > 0, "cuts hit builds");

    let deadline = Instant::now() + Duration::from_secs(60);
    while relay.held() != [AT_REST; WORKERS] {
        assert!(
            Instant::now() < deadline,
            "what is held of the other end: {:?}",
            relay.held()
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(survivors(folder.path()), Vec::<String>::new(), "what commands started");
    for worker in &mut workers {
        worker.kill().expect("killed");
        worker.wait().expect("its end");
    }
}
