//! Workers of other machines on this master: Buildbot's own and ours, over both protocols, with everything that can go
//! wrong at the door.

mod kinds;
mod trees;

use serde_json::{Value, json};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tests::{Outpost, skip};

/// How long something that must happen may take on a slow machine.
const PATIENCE: Duration = Duration::from_secs(120);

/// Between two looks at what only a question tells.
const LOOK: Duration = Duration::from_millis(50);

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("an address").port()
}

/// Worker `far` with the builder `say`, and the builder `slow` that runs until the file `go` is in its folder.
fn configuration(ports: &str, workers: &str) -> String {
    format!(
        r#"
c = BuildmasterConfig = {{}}
c["workers"] = [{workers}]
c["protocols"] = {{{ports}}}
c["builders"] = [
    util.BuilderConfig(name="say", workernames=[w.name for w in c["workers"]], factory=util.BuildFactory([
        steps.ShellCommand(name="say", command=["sh", "-c", util.Interpolate("echo hello from %(prop:workername)s; pwd")]),
    ])),
    util.BuilderConfig(name="slow", workernames=[w.name for w in c["workers"]], factory=util.BuildFactory([
        steps.ShellCommand(name="wait", command="echo waiting; while ! test -e go; do sleep 0.05; done"),
    ])),
]
c["schedulers"] = [schedulers.ForceScheduler(name="force", builderNames=["say", "slow"])]
"#
    )
}

fn pb(port: u16) -> String {
    format!(r#""pb": {{"port": "tcp:{port}:interface=127.0.0.1"}}"#)
}

const FAR: &str = r#"worker.Worker("far", "sesame")"#;

/// Writes the configuration; a resident that runs follows it.
fn configure(outpost: &Outpost, text: &str) {
    let folder = outpost.home().join("config");
    std::fs::create_dir_all(&folder).expect("a folder");
    std::fs::write(folder.join("master.star"), text).expect("a file");
}

async fn start(text: &str) -> Outpost {
    let mut outpost = Outpost::prepared();
    configure(&outpost, text);
    outpost.run(&["--no-tray"]).await;
    outpost
}

/// The page Workers, when `wanted` holds for it.
async fn page(outpost: &Outpost, what: &str, wanted: impl FnMut(&Value) -> bool) -> Value {
    answer(outpost, "workers", what, wanted).await
}

/// The answer to a command that takes nothing, when `wanted` holds for it.
async fn answer(outpost: &Outpost, command: &str, what: &str, mut wanted: impl FnMut(&Value) -> bool) -> Value {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let answer = outpost.call(command, json!({})).await;
        if wanted(&answer) {
            return answer;
        }
        assert!(Instant::now() < deadline, "{what} did not happen: {answer:#}");
        tokio::time::sleep(LOOK).await;
    }
}

fn connected(page: &Value, name: &str) -> bool {
    let rows = page["workers"].as_array().into_iter().flatten();
    rows.clone().any(|row| row["name"] == name && row["connected"] == true)
}

async fn order(outpost: &Outpost, verb: &str) {
    let page = outpost.call("workers", json!({})).await;
    let worker = &page["workers"][0]["worker"];
    outpost
        .call(
            "order_worker",
            json!({"worker": worker, "verb": verb, "reason": "a test"}),
        )
        .await;
}

/// A worker's program. Ended when it goes out of use.
struct Far {
    child: Child,
    folder: TempDir,
}

impl Far {
    /// Buildbot's own worker; none where it is not installed.
    fn of_buildbot(port: u16, password: &str, options: &[&str]) -> Option<Far> {
        let usual = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/tools/buildbot");
        let environment = std::env::var_os("OUTPOST_TEST_BUILDBOT").map_or(usual, PathBuf::from);
        let program = environment.join("bin/buildbot-worker");
        if !program.exists() {
            skip("set OUTPOST_TEST_BUILDBOT to a virtual environment with Buildbot 4.3 and its worker");
            return None;
        }
        let folder = tempfile::tempdir().expect("a folder");
        let made = Command::new(&program)
            .args(["create-worker", "-q"])
            .args(options)
            .arg(folder.path())
            .args([&format!("127.0.0.1:{port}"), "far", password])
            .status();
        assert!(made.expect("buildbot-worker runs").success());
        let child = Command::new(&program)
            .args(["start", "--nodaemon"])
            .arg(folder.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        Some(Far {
            child: child.expect("buildbot-worker starts"),
            folder,
        })
    }

    /// Ours.
    fn of_outpost(outpost: &Outpost, address: &str, password: &str) -> Far {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("worker");
        let path = path.to_str().expect("text");
        outpost.ok(&["worker", "create", "--maxdelay=1", path, address, "far", password]);
        let child = outpost
            .command()
            .args(["worker", "start", "--nodaemon", path])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        Far {
            child: child.expect("the worker starts"),
            folder,
        }
    }

    fn has_ended(&mut self) -> bool {
        self.child.try_wait().expect("a child").is_some()
    }

    /// What the slow builder waits for; `below` is its basedir in its folder.
    fn let_go(&self, below: &str) {
        let build = self.folder.path().join(below).join("slow/build");
        std::fs::write(build.join("go"), "").expect("a file");
    }
}

impl Drop for Far {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

async fn says_hello(outpost: &Outpost, number: i64) {
    outpost.ok(&["force", "say"]);
    let build = outpost.built("say", number).await;
    assert_eq!(build["results"], 0, "{build:#}");
    let log = outpost.ok(&["log", &format!("say/{number}"), "--step", "say"]);
    assert!(log.contains("hello from far"), "{log}");
}

#[tokio::test]
async fn buildbots_worker_comes_builds_rests_and_is_sent_away() {
    let port = free_port();
    let outpost = start(&configuration(&pb(port), FAR)).await;
    let listens = json!(format!("127.0.0.1:{port}"));
    page(&outpost, "the port", |page| page["ports"][0]["listens"] == listens).await;
    let Some(mut far) = Far::of_buildbot(port, "sesame", &[]) else {
        return;
    };
    let there = page(&outpost, "its arrival", |page| connected(page, "far")).await;
    let row = &there["workers"][0];
    assert_eq!(
        (&row["version"], &row["protocol"], &row["words"]),
        (&json!("4.3.0"), &json!("pb"), &json!("idle"))
    );
    assert!(
        row["address"]
            .as_str()
            .is_some_and(|address| address.starts_with("127.0.0.1:")),
        "{row:#}"
    );
    says_hello(&outpost, 1).await;

    order(&outpost, "pause").await;
    outpost.ok(&["force", "say"]);
    outpost
        .until("the request waits for the paused worker", |o| {
            o["waiting"][0]["waits_for"]
                .as_str()
                .is_some_and(|why| why.contains("paused"))
        })
        .await;
    order(&outpost, "unpause").await;
    assert_eq!(outpost.built("say", 2).await["results"], 0);

    outpost.ok(&["force", "slow"]);
    outpost
        .until("the slow build", |o| o["running"][0]["step"] == "wait")
        .await;
    order(&outpost, "stop").await;
    page(&outpost, "its wish to leave", |page| {
        page["workers"][0]["condition"] == "leaving"
    })
    .await;
    page(&outpost, "its command", |_| {
        far.folder.path().join("slow/build").is_dir()
    })
    .await;
    far.let_go("");
    assert_eq!(outpost.built("slow", 1).await["results"], 0);
    page(&outpost, "its leave", |page| page["workers"][0]["condition"] == "away").await;
    page(&outpost, "the end of its program", |_| far.has_ended()).await;
}

#[tokio::test]
async fn a_worker_that_dies_costs_no_build() {
    let port = free_port();
    let outpost = start(&configuration(&pb(port), FAR)).await;
    let Some(far) = Far::of_buildbot(port, "sesame", &[]) else {
        return;
    };
    page(&outpost, "its arrival", |page| connected(page, "far")).await;
    outpost.ok(&["force", "slow"]);
    outpost
        .until("the slow build", |o| o["running"][0]["step"] == "wait")
        .await;
    drop(far);
    assert_eq!(outpost.built("slow", 1).await["results"], 5, "it is tried again");
    page(&outpost, "its leave", |page| page["workers"][0]["condition"] == "away").await;
    let again = Far::of_buildbot(port, "sesame", &[]).expect("it was there before");
    outpost
        .until("the second try", |o| o["running"][0]["step"] == "wait")
        .await;
    page(&outpost, "its command", |_| {
        again.folder.path().join("slow/build").is_dir()
    })
    .await;
    again.let_go("");
    assert_eq!(outpost.built("slow", 2).await["results"], 0);
}

#[tokio::test]
async fn buildbots_worker_over_msgpack() {
    let port = free_port();
    let ports = format!(r#""msgpack_experimental_v7": {{"port": "tcp:{port}:interface=127.0.0.1"}}"#);
    let outpost = start(&configuration(&ports, FAR)).await;
    page(&outpost, "the port", |page| page["ports"][0]["listens"].is_string()).await;
    let Some(_far) = Far::of_buildbot(port, "sesame", &["--protocol=msgpack_experimental_v7"]) else {
        return;
    };
    let there = page(&outpost, "its arrival", |page| connected(page, "far")).await;
    assert_eq!(there["workers"][0]["protocol"], "msgpack_experimental_v7");
    says_hello(&outpost, 1).await;
}

#[tokio::test]
async fn our_worker_on_our_ports() {
    let (one, other) = (free_port(), free_port());
    let ports = format!(
        r#"{}, "msgpack_experimental_v7": {{"port": "tcp:{other}:interface=127.0.0.1"}}"#,
        pb(one)
    );
    let outpost = start(&configuration(&ports, FAR)).await;
    page(&outpost, "the ports", |page| {
        page["ports"][0]["listens"].is_string() && page["ports"][1]["listens"].is_string()
    })
    .await;
    let mut number = 0;
    for address in [format!("127.0.0.1:{one}"), format!("ws://127.0.0.1:{other}")] {
        let far = Far::of_outpost(&outpost, &address, "sesame");
        page(&outpost, "its arrival", |page| connected(page, "far")).await;
        number += 1;
        says_hello(&outpost, number).await;
        drop(far);
        page(&outpost, "its leave", |page| !connected(page, "far")).await;
    }
}

#[tokio::test]
async fn who_is_turned_away_is_named_with_the_reason() {
    let port = free_port();
    let outpost = start(&configuration(&pb(port), FAR)).await;
    page(&outpost, "the port", |page| page["ports"][0]["listens"].is_string()).await;
    let wrong = Far::of_outpost(&outpost, &format!("127.0.0.1:{port}"), "open");
    let refused = page(&outpost, "the refusal", |page| page["refused"][0]["name"] == "far").await;
    let row = &refused["refused"][0];
    assert_eq!(
        (&row["from"], &row["reason"]),
        (&json!("127.0.0.1"), &json!("wrong password"))
    );
    let said = outpost.ok(&["workers"]);
    assert!(
        said.contains("Turned away: 'far' from 127.0.0.1") && said.contains("not connected"),
        "{said}"
    );
    outpost
        .until("the trouble on the first page", |o| {
            o["troubles"].as_array().is_some_and(|all| {
                all.iter()
                    .any(|one| one["about"] == "login" && one["message"] == "'far' from 127.0.0.1: wrong password")
            })
        })
        .await;
    drop(wrong);

    let right = Far::of_outpost(&outpost, &format!("127.0.0.1:{port}"), "sesame");
    let there = page(&outpost, "its arrival", |page| connected(page, "far")).await;
    assert_eq!(there["refused"], json!([]), "that is over");
    let _second = Far::of_outpost(&outpost, &format!("127.0.0.1:{port}"), "sesame");
    let refused = page(&outpost, "the second's refusal", |page| {
        page["refused"][0]["name"] == "far"
    })
    .await;
    let reason = refused["refused"][0]["reason"].as_str().unwrap_or_default().to_owned();
    assert!(reason.contains("duplicate"), "{reason}");
    assert!(connected(&refused, "far"), "the first stays");
    drop(right);
}

#[tokio::test]
async fn ports_follow_the_configuration_and_builds_go_on() {
    let (first, second) = (free_port(), free_port());
    let outpost = start(&configuration(&pb(first), FAR)).await;
    let far = Far::of_outpost(&outpost, &format!("127.0.0.1:{first}"), "sesame");
    page(&outpost, "its arrival", |page| connected(page, "far")).await;
    outpost.ok(&["force", "slow"]);
    outpost
        .until("the slow build", |o| o["running"][0]["step"] == "wait")
        .await;

    let taken = TcpListener::bind(("127.0.0.1", second)).expect("it is free");
    configure(&outpost, &configuration(&pb(second), FAR));
    let busy = page(&outpost, "the trouble", |page| page["ports"][0]["error"].is_string()).await;
    assert!(
        busy["ports"][0]["error"]
            .as_str()
            .is_some_and(|why| why.contains("another program")),
        "{busy:#}"
    );
    assert!(connected(&busy, "far"), "who is there stays");
    assert!(
        TcpListener::bind(("127.0.0.1", first)).is_ok(),
        "the old port is closed"
    );
    drop(taken);
    page(&outpost, "the port", |page| page["ports"][0]["listens"].is_string()).await;

    page(&outpost, "its command", |_| {
        far.folder.path().join("worker/slow/build").is_dir()
    })
    .await;
    far.let_go("worker");
    assert_eq!(outpost.built("slow", 1).await["results"], 0, "the build went on");

    // Where the worker looks for its master.
    configure(&outpost, &configuration(&pb(first), r#"worker.LocalWorker("near")"#));
    page(&outpost, "its leave", |page| {
        page["workers"]
            .as_array()
            .is_some_and(|all| all.len() == 1 && all[0]["name"] == "near")
    })
    .await;
    page(&outpost, "its refusal", |page| page["refused"][0]["name"] == "far").await;
}

#[tokio::test]
async fn a_worker_that_stays_away_gives_a_notice_until_it_comes() {
    let port = free_port();
    let outpost = start(&configuration(&pb(port), FAR)).await;
    let mut ear = outpost.listen(&["workers/*/*"]).await;
    let asked = r#"worker.Worker("far", "sesame", notify_on_missing="ann@example.org", missing_timeout=1)"#;
    configure(&outpost, &configuration(&pb(port), asked));
    let body = ear.event("/missing").await;
    assert_eq!(
        (&body["name"], &body["notify"]),
        (&json!("far"), &json!(["ann@example.org"])),
        "{body:#}"
    );
    page(&outpost, "its absence", |page| {
        page["workers"][0]["condition"] == "missing"
    })
    .await;
    let told = |page: &Value| {
        let first = &page["notices"][0];
        let is_it = first["title"] == "Worker far is missing" && first["path"] == "/workers/1";
        is_it.then(|| first["at"].clone())
    };
    let first = answer(&outpost, "notices", "the notice", |page| told(page).is_some()).await;
    let far = Far::of_outpost(&outpost, &format!("127.0.0.1:{port}"), "sesame");
    page(&outpost, "its arrival", |page| {
        page["workers"][0]["condition"] == "idle"
    })
    .await;
    let now = outpost.call("notices", json!({})).await;
    assert_eq!(now["notices"], first["notices"], "that it came is no notice");
    // It was back, so that its next absence is news.
    drop(far);
    ear.event("/missing").await;
    answer(&outpost, "notices", "the second notice", |page| {
        told(page).is_some_and(|at| Some(at) != told(&first))
    })
    .await;
}

#[tokio::test]
async fn a_new_worker_is_told_what_to_write_and_what_to_type() {
    let port = free_port();
    let outpost = start(&configuration(&pb(port), r#"worker.LocalWorker("near")"#)).await;
    page(&outpost, "the port", |page| page["ports"][0]["listens"].is_string()).await;
    let said = outpost.ok(&["workers", "add", "far", "--json"]);
    let invitation: Value = serde_json::from_str(&said).expect("JSON");
    let line = invitation["lines"][0].as_str().expect("a line").to_owned();
    assert!(
        line.starts_with(r#"c["workers"].append(worker.Worker("far", "#),
        "{line}"
    );
    let password = invitation["password"].as_str().expect("a password").to_owned();
    let command = invitation["ways"][0]["commands"][0]
        .as_str()
        .expect("a command")
        .to_owned();
    assert!(
        command.contains(&format!("127.0.0.1:{port} far {password}")),
        "{command}"
    );

    let text = configuration(&pb(port), r#"worker.LocalWorker("near")"#);
    configure(
        &outpost,
        &text.replace("c[\"protocols\"]", &format!("{line}\nc[\"protocols\"]")),
    );
    page(&outpost, "the new worker", |page| page["workers"][1]["name"] == "far").await;
    let _far = Far::of_outpost(&outpost, &format!("127.0.0.1:{port}"), &password);
    page(&outpost, "its arrival", |page| connected(page, "far")).await;
    let again = outpost.cli(&["workers", "add", "far"]);
    assert!(!again.status.success(), "the name is taken");
    let unknown = outpost.cli(&["workers", "pause", "fra"]);
    assert_eq!(unknown.status.code(), Some(4));
    assert!(String::from_utf8_lossy(&unknown.stderr).contains("near, far"));
}
