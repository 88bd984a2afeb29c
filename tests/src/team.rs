//! A team's Buildbot master that runs for one test, with builders that do what the test says.

use crate::skip;
use serde_json::{Value, json};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// A Buildbot on a busy machine takes its time.
const PATIENCE: Duration = Duration::from_secs(120);

/// Between two looks at what only a question tells.
const LOOK: Duration = Duration::from_millis(50);

/// Builders: `widget` and `gadget` build each commit, and with `slow/mac (10.15)` those of the branch `three`; it and
/// [`HOSTILE`] build what is forced, `form` has a form with every kind of field. All but the last do what [`Team::set`]
/// says.
const CONFIG: &str = include_str!("team.cfg");

/// The name of a builder that wants to be more than a name.
pub const HOSTILE: &str = "\u{1b}[2J<b>\"hostile\"\u{202e} & 名";

/// A running master.
pub struct Team {
    environment: PathBuf,
    folder: TempDir,
    child: Option<Child>,
    port: u16,
}

/// Which Buildbot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Release {
    /// 4.3.
    New,
    /// 3.11.
    Old,
}

impl Team {
    /// Starts one where everybody may do everything, or says that none is installed.
    pub async fn start(release: Release) -> Option<Team> {
        Team::configured(release, None).await
    }

    /// Starts one where only `ann` may do things, and `bob` may sign in too; sessions end after so many seconds.
    pub async fn with_users(seconds: u32) -> Option<Team> {
        Team::configured(Release::New, Some(seconds)).await
    }

    async fn configured(release: Release, session: Option<u32>) -> Option<Team> {
        // What asks it here takes its cryptography from the process. Another test may have been first.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let (variable, link, what) = match release {
            Release::New => ("OUTPOST_TEST_BUILDBOT", "buildbot", "4.3"),
            Release::Old => ("OUTPOST_TEST_BUILDBOT_OLD", "buildbot-old", "3.11"),
        };
        let usual = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/tools").join(link);
        let environment = std::env::var_os(variable).map_or(usual, PathBuf::from);
        if !environment.join("bin/buildbot").exists() {
            skip(&format!(
                "set {variable} to a virtual environment with Buildbot {what} and its worker"
            ));
            return None;
        }
        let mut team = Team {
            environment,
            folder: TempDir::new().expect("a temporary folder"),
            child: None,
            port: free_port(),
        };
        team.configure(session);
        team.run().await;
        Some(team)
    }

    fn configure(&self, session: Option<u32>) {
        let basedir = self.basedir();
        let made = self.buildbot().args(["create-master", "-q"]).arg(&basedir).status();
        assert!(made.expect("buildbot runs").success());
        let config = CONFIG
            .replace("@PORT@", &self.port.to_string())
            .replace("@FOLDER@", &self.folder.path().display().to_string())
            .replace("@AUTH@", if session.is_some() { "True" } else { "False" })
            .replace("@SECONDS@", &session.unwrap_or(3600).to_string());
        std::fs::write(basedir.join("master.cfg"), config).expect("a configuration");
    }

    /// Starts it, also again, and waits until it builds.
    pub async fn run(&mut self) {
        let child = self
            .buildbot()
            .args(["start", "--nodaemon"])
            .arg(self.basedir())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        self.child = Some(child.expect("buildbot runs"));
        let is_there = |answer: &Value| {
            answer["workers"][0]["connected_to"]
                .as_array()
                .is_some_and(|all| !all.is_empty())
        };
        self.until("its worker is there", "workers?limit=10", is_there).await;
    }

    /// Ends it without a word.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().expect("it can be killed");
            child.wait().expect("it ends");
        }
    }

    /// Ends it as its administrator would, and waits.
    pub fn stop(&mut self) {
        let Some(mut child) = self.child.take() else { return };
        let asked = Command::new("kill").args(["-TERM", &child.id().to_string()]).status();
        assert!(asked.expect("kill runs").success());
        child.wait().expect("it ends");
    }

    fn buildbot(&self) -> Command {
        let mut command = Command::new(self.environment.join("bin/buildbot"));
        command.stdin(Stdio::null());
        command
    }

    fn basedir(&self) -> PathBuf {
        self.folder.path().join("master")
    }

    /// Address of its pages.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}/", self.port)
    }

    /// Where it serves them.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// What a builder's builds do from now on: `red` makes them fail, `wait` holds them up.
    pub fn set(&self, builder: &str, word: &str, on: bool) {
        let file = self.folder.path().join(format!("{builder}.{word}"));
        if on {
            std::fs::write(file, "").expect("a file");
        } else {
            std::fs::remove_file(file).expect("it was on");
        }
    }

    /// A commit on the branch that is built.
    pub async fn commit(&self, author: &str, comments: &str) {
        self.commit_on("main", author, comments).await;
    }

    /// A commit on a branch.
    pub async fn commit_on(&self, branch: &str, author: &str, comments: &str) {
        let address = format!("{}change_hook/base", self.url());
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        let revision = format!("{:040x}", now.expect("after 1970").as_nanos());
        let form = [
            ("author", author),
            ("comments", comments),
            ("branch", branch),
            ("revision", &revision),
        ];
        let body: Vec<String> = form
            .iter()
            .map(|(name, value)| format!("{name}={}", encoded(value)))
            .collect();
        let answer = reqwest::Client::new()
            .post(address)
            .header("Content-Type", "application/x-www-form-urlencoded")
            .body(body.join("&"))
            .send()
            .await;
        assert_eq!(answer.expect("an answer").status(), 200);
    }

    /// Asks for a build of a builder without a form.
    pub async fn force(&self, builder: &str) {
        let address = format!("{}api/v2/forceschedulers/force", self.url());
        let params = json!({"builderid": self.builder(builder).await.to_string()});
        let call = json!({"jsonrpc": "2.0", "method": "force", "id": 1, "params": params});
        let answer = reqwest::Client::new().post(address).json(&call).send().await;
        let answer: Value = answer.expect("an answer").json().await.expect("JSON");
        assert!(answer["error"].is_null(), "{answer:#}");
    }

    /// The `builderid` of a builder.
    pub async fn builder(&self, name: &str) -> i64 {
        let answer = self.read("builders?limit=100").await;
        let builders = answer["builders"].as_array().cloned().unwrap_or_default();
        let found = builders.iter().find(|row| row["name"] == name);
        found.and_then(|row| row["builderid"].as_i64()).expect("such a builder")
    }

    /// Waits until a builder's build of that number is over.
    pub async fn built(&self, builder: &str, number: i64) -> Value {
        let path = format!("builders/{}/builds/{number}", self.builder(builder).await);
        let over = |answer: &Value| answer["builds"][0]["complete"] == true;
        let mut answer = self.until(&format!("{builder}/{number} is over"), &path, over).await;
        answer["builds"][0].take()
    }

    /// Reads a path of its REST API.
    pub async fn read(&self, path: &str) -> Value {
        self.until("it answers", path, Value::is_object).await
    }

    /// None while it does not answer, and when a busy one cuts its answer off.
    async fn rest(&self, path: &str) -> Option<Value> {
        let answer = reqwest::get(format!("{}api/v2/{path}", self.url())).await.ok()?;
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
}

impl Drop for Team {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Text as it stands in a form.
fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02x}")).collect()
}

/// One that is free now; that it stays so until it is taken is likely.
fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("an address").port()
}
