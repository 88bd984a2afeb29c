//! A real master that runs for the length of a test, and builds on workers of ours.

use super::{PATIENCE, free_port};
use serde_json::{Value as Json, json};
use std::fmt::Write as _;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio::process::{Child, Command};

/// What every configuration begins with.
const BEGIN: &str = r#"
import os
from buildbot.plugins import schedulers, steps, util, worker
from buildbot.process import buildstep, remotecommand, results

PORT = int(os.environ["TEST_PORT"])
c = BuildmasterConfig = {}
c["buildbotNetUsageData"] = None
c["buildbotURL"] = "http://127.0.0.1:%s/" % os.environ["TEST_WEB_PORT"]
c["www"] = {"port": "tcp:%s:interface=127.0.0.1" % os.environ["TEST_WEB_PORT"]}
c["protocols"] = {"pb": {"port": "tcp:%d:interface=127.0.0.1" % PORT}}
c["workers"] = [worker.Worker("one", "s3cret")]
c["builders"] = []
# Besides the form, which every configuration has.
schedulers_here = []


def sh(name, script, **options):
    return steps.ShellCommand(name=name, command=["/bin/sh", "-c", script], logEnviron=False, **options)


def builder(name, *its_steps, **options):
    options.setdefault("workernames", ["one"])
    factory = util.BuildFactory(list(its_steps))
    c["builders"].append(util.BuilderConfig(name=name, factory=factory, **options))

"#;

const END: &str = r#"
c["schedulers"] = [schedulers.ForceScheduler(name="force", builderNames=[b.name for b in c["builders"]])]
c["schedulers"] += schedulers_here
"#;

pub struct Master {
    child: Child,
    base: String,
    /// Where its workers find it.
    pub port: u16,
    /// Its folder.
    pub folder: TempDir,
}

/// A build that is over.
#[derive(Debug)]
pub struct Built {
    pub id: i64,
    pub results: i64,
    pub steps: Vec<Step>,
}

#[derive(Debug)]
pub struct Step {
    pub name: String,
    pub results: i64,
    pub state: String,
    logs: Vec<(String, String)>,
}

impl Step {
    /// The lines of a log, each after a letter for its stream where the log has some.
    pub fn log(&self, name: &str) -> &str {
        let found = self.logs.iter().find(|(slug, _)| slug == name);
        found.map_or("", |(_, text)| text)
    }

    /// What it printed.
    pub fn stdout(&self) -> String {
        self.stream('o')
    }

    pub fn stderr(&self) -> String {
        self.stream('e')
    }

    pub fn header(&self) -> String {
        self.stream('h')
    }

    fn stream(&self, letter: char) -> String {
        let lines = self.log("stdio").lines().filter_map(|line| line.strip_prefix(letter));
        lines.map(|line| format!("{line}\n")).collect()
    }
}

impl Built {
    pub fn step(&self, name: &str) -> &Step {
        let found = self.steps.iter().find(|step| step.name == name);
        found.unwrap_or_else(|| panic!("no step {name}: {self:#?}"))
    }
}

impl Master {
    /// Starts one with this configuration between the usual beginning and end, and waits until it runs.
    pub async fn start(environment: &Path, configuration: &str) -> Master {
        // What asks it here brings no cryptography of its own. Another test may have been first.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let folder = TempDir::new().expect("a temporary folder");
        let basedir = folder.path().join("master");
        let program = environment.join("bin/buildbot");
        let made = Command::new(&program)
            .args(["create-master", "-q"])
            .arg(&basedir)
            .stdout(Stdio::null())
            .status()
            .await;
        assert!(made.expect("buildbot runs").success());
        let text = format!("{BEGIN}{configuration}{END}");
        std::fs::write(basedir.join("master.cfg"), text).expect("a configuration");
        let (port, web) = (free_port(), free_port());
        let child = Command::new(&program)
            .args(["start", "--nodaemon"])
            .arg(&basedir)
            .env("TEST_PORT", port.to_string())
            .env("TEST_WEB_PORT", web.to_string())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .expect("buildbot runs");
        let master = Master {
            child,
            base: format!("http://127.0.0.1:{web}/api/v2"),
            port,
            folder,
        };
        let running = || master.log().contains("BuildMaster is running");
        let deadline = Instant::now() + PATIENCE;
        while !running() {
            assert!(Instant::now() < deadline, "no master:\n{}", master.log());
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        master
    }

    /// What it has written to its log until now.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("master/twistd.log")).unwrap_or_default()
    }

    /// Asks, again when the answer is cut off: a busy master does that now and then.
    async fn get(&self, path: &str) -> Json {
        let url = format!("{}/{path}", self.base);
        let mut failed = None;
        for _ in 0..5 {
            let answer = match reqwest::get(&url).await {
                Ok(answer) => answer.text().await,
                Err(error) => Err(error),
            };
            match answer {
                Ok(text) => return serde_json::from_str(&text).unwrap_or_else(|_| panic!("{url}: {text}")),
                Err(error) => failed = Some(error),
            }
        }
        panic!("{url}: {failed:?}")
    }

    /// Gives an order, such as `stop` to `builds/1`.
    pub async fn order(&self, path: &str, method: &str, params: Json) -> Json {
        let body = json!({"id": 1, "jsonrpc": "2.0", "method": method, "params": params});
        let url = format!("{}/{path}", self.base);
        let request = reqwest::Client::new()
            .post(&url)
            .header("content-type", "application/json");
        let answer = request.body(body.to_string()).send().await.expect("an answer");
        let text = answer.text().await.expect("an answer");
        let answer: Json = serde_json::from_str(&text).unwrap_or_else(|_| panic!("{url}: {text}"));
        assert_eq!(answer["error"], Json::Null, "{url}: {text}");
        answer["result"].clone()
    }

    /// Asks for a build and gives its request.
    pub async fn force(&self, builder: &str) -> i64 {
        let found = self.get(&format!("builders?name={builder}")).await;
        let id = found["builders"][0]["builderid"].as_i64().expect("a builder");
        let result = self
            .order("forceschedulers/force", "force", json!({"builderid": id}))
            .await;
        result[1][id.to_string()].as_i64().expect("a request")
    }

    /// Waits until `path` gives something that will do.
    pub async fn until<T>(&self, path: &str, enough: impl Fn(&Json) -> Option<T>) -> T {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let json = self.get(path).await;
            if let Some(found) = enough(&json) {
                return found;
            }
            let tail = || self.log().lines().rev().take(40).collect::<Vec<_>>().join("\n");
            assert!(Instant::now() < deadline, "{path}: {json:#}\n{}", tail());
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Waits until a worker is attached, or is not.
    pub async fn attached(&self, worker: &str, attached: bool) {
        let connected = |json: &Json| {
            let masters = json["workers"][0]["connected_to"].as_array()?;
            (masters.is_empty() != attached).then_some(())
        };
        self.until(&format!("workers?name={worker}"), connected).await;
    }

    /// The number of a request's n-th build, once it has begun.
    pub async fn build_of(&self, request: i64, n: usize) -> i64 {
        let path = format!("buildrequests/{request}/builds?order=buildid");
        self.until(&path, |json| json["builds"][n]["buildid"].as_i64()).await
    }

    /// Waits until a build's step has printed this.
    pub async fn printed(&self, build: i64, step: &str, text: &str) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let steps = self.steps(build).await;
            let printed = |found: &Step| found.name == step && found.stdout().contains(text);
            if steps.iter().any(printed) {
                return;
            }
            assert!(Instant::now() < deadline, "{step} does not print {text:?}: {steps:?}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Waits for a build's end.
    pub async fn finished(&self, build: i64) -> Built {
        let complete = |json: &Json| {
            json["builds"][0]["complete"]
                .as_bool()?
                .then(|| json["builds"][0].clone())
        };
        let found = self.until(&format!("builds/{build}"), complete).await;
        Built {
            id: build,
            results: found["results"].as_i64().expect("results"),
            steps: self.steps(build).await,
        }
    }

    /// Builds once, to the end.
    pub async fn build(&self, builder: &str) -> Built {
        let request = self.force(builder).await;
        self.finished(self.build_of(request, 0).await).await
    }

    async fn steps(&self, build: i64) -> Vec<Step> {
        let mut steps = Vec::new();
        let found = self.get(&format!("builds/{build}/steps")).await;
        for step in found["steps"].as_array().expect("steps") {
            let found = self.get(&format!("steps/{}/logs", step["stepid"])).await;
            let mut logs = Vec::new();
            for log in found["logs"].as_array().expect("logs") {
                let content = self.get(&format!("logs/{}/contents", log["logid"])).await;
                let mut text = String::new();
                for chunk in content["logchunks"].as_array().expect("chunks") {
                    write!(text, "{}", chunk["content"].as_str().unwrap_or_default()).expect("text");
                }
                logs.push((log["slug"].as_str().expect("a name").to_owned(), text));
            }
            steps.push(Step {
                name: step["name"].as_str().expect("a name").to_owned(),
                results: step["results"].as_i64().unwrap_or(-1),
                state: step["state_string"].as_str().unwrap_or_default().to_owned(),
                logs,
            });
        }
        steps
    }

    /// Ends it, and waits for that.
    pub async fn stop(mut self) {
        let pid = self.child.id().expect("it runs").to_string();
        let told = Command::new("kill").args(["-TERM", &pid]).status().await;
        assert!(told.expect("kill runs").success());
        let ended = tokio::time::timeout(PATIENCE, self.child.wait()).await;
        ended.expect("it ends").expect("it ends");
    }
}
