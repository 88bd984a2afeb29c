//! A team's Buildbot master that takes tries by every way and builds them with its Git step.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tests::Repository;

/// A Buildbot on a busy machine takes its time.
const PATIENCE: Duration = Duration::from_secs(180);

pub struct Buildbot {
    environment: PathBuf,
    /// What it is run with besides.
    variables: &'static [(&'static str, &'static str)],
    folder: TempDir,
    child: Option<Child>,
    pub pb: u16,
    pub web: u16,
}

impl Buildbot {
    /// Starts one that builds this repository, or says that none is installed.
    pub async fn start(repository: &Path) -> Option<Buildbot> {
        let repository = repository.display().to_string();
        let configuration = |pb: u16, web: u16| {
            include_str!("buildbot.cfg")
                .replace("@PB@", &pb.to_string())
                .replace("@WEB@", &web.to_string())
                .replace("@REPOSITORY@", &repository)
        };
        Buildbot::start_with(&[], configuration).await
    }

    /// Starts one with a configuration that is made from the ports for tries and for its pages.
    pub async fn start_with(
        variables: &'static [(&'static str, &'static str)],
        configuration: impl Fn(u16, u16) -> String,
    ) -> Option<Buildbot> {
        let usual = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/tools/buildbot");
        let environment = std::env::var_os("OUTPOST_TEST_BUILDBOT").map_or(usual, PathBuf::from);
        if !environment.join("bin/buildbot").exists() {
            tests::skip("set OUTPOST_TEST_BUILDBOT to a virtual environment with Buildbot 4.3 and its worker");
            return None;
        }
        let mut buildbot = Buildbot {
            environment,
            variables,
            folder: TempDir::new().expect("a temporary folder"),
            child: None,
            pb: free_port(),
            web: free_port(),
        };
        let made = Command::new(buildbot.program())
            .args(["create-master", "-q"])
            .arg(buildbot.basedir())
            .status();
        assert!(made.expect("buildbot runs").success());
        std::fs::create_dir(buildbot.basedir().join("jobs")).expect("a folder");
        let config = configuration(buildbot.pb, buildbot.web);
        std::fs::write(buildbot.basedir().join("master.cfg"), config).expect("a configuration");
        buildbot.run().await;
        Some(buildbot)
    }

    /// Starts it, also again, and waits until it runs.
    pub async fn run(&mut self) {
        // What it said when it ran before would be taken for what it says now.
        let _ = std::fs::remove_file(self.basedir().join("twistd.log"));
        let child = Command::new(self.program())
            .args(["start", "--nodaemon"])
            .arg(self.basedir())
            .envs(self.variables.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        self.child = Some(child.expect("buildbot runs"));
        let deadline = Instant::now() + PATIENCE;
        while !self.log().contains("BuildMaster is running") || !self.log().contains("attached to") {
            let failed = self.log().contains("Configuration Errors");
            assert!(!failed && Instant::now() < deadline, "no master:\n{}", self.log());
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Ends it without a word.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().expect("it can be killed");
            child.wait().expect("it ends");
        }
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.basedir().join("twistd.log")).unwrap_or_default()
    }

    pub fn program(&self) -> PathBuf {
        self.environment.join("bin/buildbot")
    }

    fn basedir(&self) -> PathBuf {
        self.folder.path().join("master")
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}/", self.web)
    }

    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.pb)
    }

    /// Its folder of job files.
    pub fn jobs(&self) -> PathBuf {
        self.basedir().join("jobs")
    }

    /// What its pages answer.
    pub async fn asked(&self, path: &str) -> serde_json::Value {
        let answer = reqwest::get(format!("{}api/v2/{path}", self.url())).await;
        answer.expect("an answer").json().await.expect("JSON")
    }

    /// What its worker built.
    pub fn got(&self, builder: &str) -> PathBuf {
        self.worker_folder(builder).join("got")
    }

    /// Where its worker builds for a builder.
    pub fn worker_folder(&self, builder: &str) -> PathBuf {
        self.basedir().join("workers/local").join(builder)
    }
}

impl Drop for Buildbot {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            // On the way out of a test there is nothing better to do than to try.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("an address").port()
}

/// A repository that follows another one, which a master builds: the clone and the other's path.
pub fn cloned(lay_out: impl FnOnce(&Repository)) -> (Repository, TempDir, PathBuf) {
    let clone = Repository::new("frob");
    lay_out(&clone);
    clone.commit("first");
    let place = TempDir::new().expect("a temporary folder");
    let bare = place.path().join("frob.git");
    let text = bare.to_str().expect("text").to_owned();
    clone.git(&["clone", "--quiet", "--bare", ".", &text]);
    clone.git(&["remote", "add", "origin", &text]);
    clone.git(&["fetch", "--quiet", "origin"]);
    clone.git(&["branch", "--quiet", "--set-upstream-to=origin/main"]);
    (clone, place, bare)
}
