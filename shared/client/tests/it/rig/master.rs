//! A real master that runs for the length of a test, with workers of its own.

use super::{Generation, PATIENCE, environment, free_port, http, until};
use client::Http;
use client::rest::{Build, Builder, ForceScheduler};
use client::{Credentials, Forced};
use model::{BuildId, BuilderId, RequestId};
use serde_json::json;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio::process::{Child, Command};

/// How a master is set up.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// `password` (alice: `secret`, who may do everything; bob: `hunter2`) or `remote`.
    pub auth: Option<&'static str>,
    /// Only alice may even read.
    pub closed: bool,
    /// How long a sign-in lasts.
    pub cookie_seconds: Option<u32>,
}

pub struct Master {
    environment: PathBuf,
    options: Options,
    port: u16,
    child: Option<Child>,
    folder: TempDir,
}

impl Master {
    /// Starts one, or says that none of that generation is installed.
    pub async fn start(generation: Generation, options: Options) -> Option<Master> {
        let environment = environment(generation)?;
        let folder = TempDir::new().expect("a temporary folder");
        let mut master = Master {
            environment,
            options,
            port: free_port(),
            child: None,
            folder,
        };
        let made = Command::new(master.program())
            .args(["create-master", "-q"])
            .arg(master.basedir())
            .stdout(Stdio::null())
            .status()
            .await;
        assert!(made.expect("buildbot runs").success());
        std::fs::write(master.basedir().join("master.cfg"), include_str!("config.py")).expect("a configuration");
        master.run().await;
        Some(master)
    }

    /// Runs it, also again, and waits until it answers.
    pub async fn run(&mut self) {
        // What it said when it ran before would be taken for what it says now.
        let _ = std::fs::remove_file(self.basedir().join("twistd.log"));
        let options = json!({
            "port": self.port,
            "url": self.url(),
            "auth": self.options.auth,
            "closed": self.options.closed,
            "cookie_seconds": self.options.cookie_seconds,
        });
        let child = Command::new(self.program())
            .args(["start", "--nodaemon"])
            .arg(self.basedir())
            .env("TEST_OPTIONS", options.to_string())
            .env("TEST_FOLDER", self.folder.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .expect("buildbot runs");
        self.child = Some(child);
        let deadline = Instant::now() + PATIENCE;
        while !self.log().contains("BuildMaster is running") || !self.log().contains("Worker local attached to") {
            let failed = self.log().contains("Configuration Errors");
            assert!(!failed && Instant::now() < deadline, "no master:\n{}", self.log());
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Ends it as a machine's failure would.
    pub async fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().await.expect("it ends");
        }
    }

    /// Ends it as its operator would, and waits until it has ended.
    pub async fn stop(&mut self) {
        self.signal("-TERM").await;
        self.ended().await;
    }

    /// Waits until it has ended.
    pub async fn ended(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.wait().await.expect("it ends");
        }
    }

    /// Sends it a signal, for example `-STOP`.
    pub async fn signal(&self, name: &str) {
        let id = self.child.as_ref().and_then(Child::id).expect("it runs");
        let sent = Command::new("kill").args([name, &id.to_string()]).status().await;
        assert!(sent.expect("kill runs").success());
    }

    fn program(&self) -> PathBuf {
        self.environment.join("bin/buildbot")
    }

    fn basedir(&self) -> PathBuf {
        self.folder.path().join("master")
    }

    /// What it has written to its log until now.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.basedir().join("twistd.log")).unwrap_or_default()
    }

    /// Where its pages are.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}/", self.port)
    }

    /// Its port of HTTP.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// HTTP with it, as nobody.
    pub fn http(&self) -> Http {
        http(&self.url())
    }

    /// HTTP with it, as alice, who may do everything.
    pub async fn http_of_alice(&self) -> Http {
        let http = self.http();
        http.sign_in(&password("alice", "secret")).await.expect("alice may in");
        http
    }

    /// Makes a file that builders look at: `go`, `broken`.
    pub fn place(&self, name: &str) {
        std::fs::write(self.folder.path().join(name), "").expect("a file");
    }

    /// The folder where those files are.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }
}

/// User and password.
pub fn password(user: &str, password: &str) -> Credentials {
    Credentials::Password {
        user: user.to_owned(),
        password: password.to_owned(),
    }
}

/// The id of a builder.
pub async fn builder(http: &Http, name: &str) -> BuilderId {
    let builders: Vec<Builder> = http.rows("builders?limit=100", "builders").await.expect("builders");
    let found = builders.iter().find(|builder| builder.name == name);
    found.unwrap_or_else(|| panic!("no builder '{name}'")).id
}

/// One of a builder's forms.
pub async fn form(http: &Http, builder: BuilderId, name: &str) -> ForceScheduler {
    let forms = http.forms(builder).await.expect("forms");
    let found = forms.iter().find(|form| form.name == name);
    found.unwrap_or_else(|| panic!("no form '{name}': {forms:?}")).clone()
}

/// Asks for a build with nothing filled in.
pub async fn force(http: &Http, name: &str) -> Forced {
    let builder = builder(http, name).await;
    let form = form(http, builder, "force").await;
    http.force(&form, builder, &BTreeMap::new())
        .await
        .expect("it is forced")
}

/// The build of a request, once it has begun.
pub async fn begun(http: &Http, request: RequestId) -> BuildId {
    until("a build begins", async || {
        let path = format!("buildrequests/{request}/builds?limit=1");
        let builds: Vec<Build> = http.rows(&path, "builds").await.expect("builds");
        builds.first().map(|build| build.id)
    })
    .await
}

/// The build, once it is over.
pub async fn finished(http: &Http, build: BuildId) -> Build {
    until("a build is over", async || {
        let found: Build = http.row(&format!("builds/{build}"), "builds").await.expect("the build");
        found.complete.then_some(found)
    })
    .await
}

/// Forces a build and waits until it is over.
pub async fn built(http: &Http, name: &str) -> Build {
    let forced = force(http, name).await;
    let request = *forced.requests.values().next().expect("a request");
    let build = begun(http, request).await;
    finished(http, build).await
}

/// Tells a master of a change, as a push would.
pub async fn change(http: &Http, author: &str, revision: &str) {
    let query = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("author", author)
        .append_pair("revision", revision)
        .append_pair("comments", "a change")
        .append_pair("branch", "main")
        .finish();
    let told = http
        .text(&format!("change_hook/base?{query}"), 4096)
        .await
        .expect("it is told");
    assert!(told.contains("change found"), "{told}");
}
