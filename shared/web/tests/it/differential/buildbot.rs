//! A Buildbot that runs for the length of the test.

use super::data;
use super::scenario::{Peer, PeerChange};
use std::net::TcpListener;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio::process::{Child, Command};

pub struct Buildbot {
    child: Child,
    base: String,
    folder: TempDir,
}

impl Buildbot {
    /// Makes a master with SQLite and a local worker, starts it, and waits until it runs and its worker is attached.
    pub async fn start(environment: &Path) -> Buildbot {
        let program = environment.join("bin/buildbot");
        let folder = TempDir::new().expect("a temporary folder");
        let basedir = folder.path().join("master");
        let made = Command::new(&program)
            .args(["create-master", "-q"])
            .arg(&basedir)
            .status()
            .await;
        assert!(made.expect("buildbot runs").success());
        std::fs::copy(data("master.cfg"), basedir.join("master.cfg")).expect("a configuration");
        // The port is free now; that it stays so until the Buildbot takes it is likely, and seen below if not.
        let port = {
            let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
            listener.local_addr().expect("an address").port()
        };
        let child = Command::new(&program)
            .args(["start", "--nodaemon"])
            .arg(&basedir)
            .env("SCENARIO_PORT", port.to_string())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .expect("buildbot runs");
        let buildbot = Buildbot {
            child,
            base: format!("http://127.0.0.1:{port}"),
            folder,
        };
        buildbot.attached().await;
        buildbot
    }

    async fn attached(&self) {
        let deadline = Instant::now() + Duration::from_secs(60);
        let url = format!("{}/api/v2/workers/local", self.base);
        let log = self.folder.path().join("master/twistd.log");
        let runs = || std::fs::read_to_string(&log).is_ok_and(|text| text.contains("BuildMaster is running"));
        loop {
            if let Ok(answer) = reqwest::get(&url).await
                && runs()
                && answer
                    .text()
                    .await
                    .is_ok_and(|text| text.contains("\"connected_to\": [\n"))
            {
                return;
            }
            assert!(Instant::now() < deadline, "the Buildbot did not start within a minute");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// Ends it, as its own `stop` does, and waits for that.
    pub async fn stop(mut self) {
        let pid = self.child.id().expect("it runs").to_string();
        let told = Command::new("kill").args(["-TERM", &pid]).status().await;
        assert!(told.expect("kill runs").success());
        self.child.wait().await.expect("it ends");
    }
}

impl Peer for Buildbot {
    fn base(&self) -> &str {
        &self.base
    }

    async fn add_change(&self, change: PeerChange) {
        let form = [
            ("author", change.author),
            ("comments", change.comments),
            ("revision", change.revision),
            ("branch", change.branch),
            ("files", "[\"a.c\"]"),
            ("when_timestamp", "1700000000"),
        ];
        let url = format!("{}/change_hook/base", self.base);
        let body = form.map(|(name, value)| format!("{name}={}", encoded(value))).join("&");
        let request = crate::asking::builder()
            .build()
            .expect("a client")
            .post(url)
            .header("content-type", "application/x-www-form-urlencoded");
        let answer = request.body(body).send().await.expect("an answer");
        assert_eq!(answer.status(), 200);
    }
}

fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02x}")).collect()
}
