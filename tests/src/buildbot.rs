//! A Buildbot master that runs for one test.

use crate::skip;
use serde_json::{Value, json};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio::net::TcpStream;

/// A Buildbot on a busy machine takes its time.
const PATIENCE: Duration = Duration::from_secs(120);

/// Between two looks at what only a question tells.
const LOOK: Duration = Duration::from_millis(50);

/// `HELLO` says hello; `GATE` runs until [`Buildbot::open_gate`].
const CONFIG: &str = r#"
from buildbot.plugins import *
c = BuildmasterConfig = {}
c['workers'] = [worker.Worker(name, 'pass-' + name) for name in ('w1', 'w2', 'w3')]
c['protocols'] = {'pb': {'port': '@PB@'}, 'msgpack_experimental_v7': {'port': @MSGPACK@}}
def factory(command):
    return util.BuildFactory([steps.ShellCommand(name='run', command=['sh', '-c', util.Interpolate(command)])])
hello = factory('echo hello from $PWD; test "$(umask)" = 0022 && echo masked; echo %(worker:numcpus)s processors')
gate = factory('echo waiting; while test -d @FOLDER@ && ! test -e @FOLDER@/go; do sleep 0.05; done')
names = ['w1', 'w2', 'w3']
c['builders'] = [util.BuilderConfig(name='hello-' + n, workernames=[n], factory=hello) for n in names]
c['builders'] += [util.BuilderConfig(name='gate-' + n, workernames=[n], factory=gate) for n in names]
c['schedulers'] = [schedulers.ForceScheduler(name='force', builderNames=[b.name for b in c['builders']])]
c['www'] = {'port': 'tcp:@WWW@:interface=127.0.0.1'}
c['db'] = {'db_url': 'sqlite:///state.sqlite'}
c['buildbotNetUsageData'] = None
c['buildbotURL'] = 'http://127.0.0.1:@WWW@/'
"#;

/// A master with the workers `w1` to `w3`, whose passwords are `pass-w1` and so on, and for each of them the builders
/// `hello-w1`, which says hello, and `gate-w1`, which waits for [`Buildbot::open_gate`].
pub struct Buildbot {
    environment: PathBuf,
    folder: TempDir,
    child: Option<Child>,
    pb: u16,
    msgpack: u16,
    www: u16,
}

impl Buildbot {
    /// Starts one, or says that none is installed.
    pub async fn start() -> Option<Buildbot> {
        Buildbot::start_on(|port| format!("tcp:{port}:interface=127.0.0.1")).await
    }

    /// Starts one whose Perspective Broker listens on the endpoint that belongs to a port.
    pub async fn start_on(endpoint: impl Fn(u16) -> String) -> Option<Buildbot> {
        // What asks it here takes its cryptography from the process. Another test may have been first.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let usual = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/tools/buildbot");
        let environment = std::env::var_os("OUTPOST_TEST_BUILDBOT").map_or(usual, PathBuf::from);
        if !environment.join("bin/buildbot").exists() || !environment.join("bin/buildbot-worker").exists() {
            skip("set OUTPOST_TEST_BUILDBOT to a virtual environment with Buildbot 4.3 and its worker");
            return None;
        }
        let mut buildbot = Buildbot {
            environment,
            folder: TempDir::new().expect("a temporary folder"),
            child: None,
            pb: free_port(),
            msgpack: free_port(),
            www: free_port(),
        };
        buildbot.configure(&endpoint(buildbot.pb));
        buildbot.run().await;
        Some(buildbot)
    }

    fn configure(&self, endpoint: &str) {
        let basedir = self.basedir();
        let made = self
            .program("buildbot")
            .args(["create-master", "-q"])
            .arg(&basedir)
            .status();
        assert!(made.expect("buildbot runs").success());
        let config = CONFIG
            .replace("@PB@", endpoint)
            .replace("@MSGPACK@", &self.msgpack.to_string())
            .replace("@WWW@", &self.www.to_string())
            .replace("@FOLDER@", &self.folder.path().display().to_string());
        std::fs::write(basedir.join("master.cfg"), config).expect("a configuration");
    }

    /// Starts it, also again, and waits until it answers.
    pub async fn run(&mut self) {
        let child = self
            .program("buildbot")
            .args(["start", "--nodaemon"])
            .arg(self.basedir())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        self.child = Some(child.expect("buildbot runs"));
        self.until("the master answers", "builders", |answer| {
            answer["builders"]
                .as_array()
                .is_some_and(|builders| builders.len() == 6)
        })
        .await;
        for port in [self.pb, self.msgpack] {
            let deadline = Instant::now() + PATIENCE;
            while TcpStream::connect(("127.0.0.1", port)).await.is_err() {
                assert!(
                    Instant::now() < deadline,
                    "the master does not listen for workers on port {port}"
                );
                tokio::time::sleep(LOOK).await;
            }
        }
    }

    /// Ends it without a word to its workers.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().expect("it can be killed");
            child.wait().expect("it ends");
        }
    }

    /// One of Buildbot's programs.
    pub fn program(&self, name: &str) -> Command {
        let mut command = Command::new(self.environment.join("bin").join(name));
        command.stdin(Stdio::null());
        command
    }

    fn basedir(&self) -> PathBuf {
        self.folder.path().join("master")
    }

    /// Where workers come by Perspective Broker.
    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.pb)
    }

    /// The port of Perspective Broker.
    pub fn pb(&self) -> u16 {
        self.pb
    }

    /// The port of msgpack.
    pub fn msgpack(&self) -> u16 {
        self.msgpack
    }

    /// Lets the builds of `gate-…` end.
    pub fn open_gate(&self) {
        std::fs::write(self.folder.path().join("go"), "").expect("a file");
    }

    /// Reads a path of its REST API; none while it does not answer.
    pub async fn rest(&self, path: &str) -> Option<Value> {
        let answer = reqwest::get(format!("http://127.0.0.1:{}/api/v2/{path}", self.www))
            .await
            .ok()?;
        answer.json().await.ok()
    }

    /// Waits until a path of its REST API is as wanted.
    pub async fn until(&self, what: &str, path: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let answer = self.rest(path).await.unwrap_or_default();
            if wanted(&answer) {
                return answer;
            }
            assert!(
                Instant::now() < deadline,
                "it did not come to pass that {what}: {answer:#}"
            );
            tokio::time::sleep(LOOK).await;
        }
    }

    /// Waits until a worker is attached, or is not; what the master knows of it.
    pub async fn worker(&self, name: &str, attached: bool) -> Value {
        let word = if attached { "is" } else { "is not" };
        let mut answer = self
            .until(
                &format!("{name} {word} attached"),
                &format!("workers/{name}"),
                |answer| {
                    let connected = answer["workers"][0]["connected_to"].as_array();
                    connected.is_some_and(|masters| masters.is_empty() != attached)
                },
            )
            .await;
        answer["workers"][0].take()
    }

    /// Asks for a build.
    pub async fn force(&self, builder: &str) {
        let address = format!("http://127.0.0.1:{}/api/v2/forceschedulers/force", self.www);
        let params = json!({"builderNames": [builder], "builderid": self.builder(builder).await});
        let call = json!({"jsonrpc": "2.0", "method": "force", "id": 1, "params": params});
        let answer = reqwest::Client::new().post(address).json(&call).send().await;
        let answer: Value = answer.expect("an answer").json().await.expect("JSON");
        assert!(answer["error"].is_null(), "{answer:#}");
    }

    async fn builder(&self, name: &str) -> i64 {
        let answer = self.rest(&format!("builders/{name}")).await.expect("an answer");
        answer["builders"][0]["builderid"].as_i64().expect("a builder")
    }

    /// Waits until a builder's build of that number is over; its result.
    pub async fn built(&self, builder: &str, number: u32) -> i64 {
        let path = format!("builders/{}/builds/{number}", self.builder(builder).await);
        let over = |answer: &Value| answer["builds"][0]["complete"] == true;
        let answer = self.until(&format!("{builder}/{number} is over"), &path, over).await;
        answer["builds"][0]["results"].as_i64().expect("a result")
    }

    /// Waits until a step of a builder's build has printed a text; all that it printed so far.
    pub async fn printed(&self, builder: &str, number: u32, text: &str) -> String {
        let build = format!("builders/{}/builds/{number}", self.builder(builder).await);
        let path = format!("{build}/steps/run/logs/stdio/contents");
        let has = |answer: &Value| {
            answer["logchunks"][0]["content"]
                .as_str()
                .is_some_and(|log| log.contains(text))
        };
        let answer = self
            .until(&format!("{builder}/{number} prints '{text}'"), &path, has)
            .await;
        answer["logchunks"][0]["content"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    }
}

impl Drop for Buildbot {
    fn drop(&mut self) {
        self.kill();
    }
}

/// One that is free now; that it stays so until it is taken is likely.
fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("an address").port()
}
