//! A real master that takes tries by every way.

use client::{Allowance, Base, Http, Proxying, Trust};
use serde_json::{Value as Json, json};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio::process::{Child, Command};

/// A Buildbot on a busy machine takes its time.
pub const PATIENCE: Duration = Duration::from_secs(180);

pub struct Master {
    _child: Child,
    pub pb: u16,
    web: u16,
    pub folder: TempDir,
    pub environment: PathBuf,
}

impl Master {
    /// Starts one, or says that none is installed.
    pub async fn start() -> Option<Master> {
        let usual = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/tools/buildbot");
        let environment = std::env::var_os("OUTPOST_TEST_BUILDBOT").map_or(usual, PathBuf::from);
        let program = environment.join("bin/buildbot");
        if !program.exists() {
            println!("SKIPPED: set OUTPOST_TEST_BUILDBOT to a virtual environment with Buildbot 4.3 and its worker");
            return None;
        }
        client::provide_cryptography();
        let folder = TempDir::new().expect("a temporary folder");
        let basedir = folder.path().join("master");
        let made = Command::new(&program)
            .args(["create-master", "-q"])
            .arg(&basedir)
            .stdout(Stdio::null())
            .status()
            .await;
        assert!(made.expect("buildbot runs").success());
        std::fs::write(basedir.join("master.cfg"), include_str!("config.py")).expect("a configuration");
        std::fs::create_dir(basedir.join("jobs")).expect("a folder");
        let (pb, web) = (free_port(), free_port());
        let child = Command::new(&program)
            .args(["start", "--nodaemon"])
            .arg(&basedir)
            .env("TEST_OPTIONS", json!({"pb": pb, "web": web}).to_string())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .expect("buildbot runs");
        let master = Master {
            _child: child,
            pb,
            web,
            folder,
            environment,
        };
        let deadline = Instant::now() + PATIENCE;
        while !master.log().contains("BuildMaster is running") {
            let failed = master.log().contains("Configuration Errors");
            assert!(!failed && Instant::now() < deadline, "no master:\n{}", master.log());
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Some(master)
    }

    pub fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("master/twistd.log")).unwrap_or_default()
    }

    pub fn jobdir(&self) -> PathBuf {
        self.folder.path().join("master/jobs")
    }

    pub fn http(&self) -> Http {
        let plenty = Allowance {
            burst: 10_000,
            per_minute: 60_000,
            person_burst: 10_000,
            person_per_minute: 60_000,
        };
        let trust = Trust {
            proxy: Proxying::Direct,
            ..Trust::default()
        };
        let base = Base::parse(&format!("http://127.0.0.1:{}/", self.web)).expect("a base");
        Http::with_allowance(base, &trust, plenty).expect("HTTP")
    }

    /// The rows of a path, once there are some.
    pub async fn rows(&self, path: &str, name: &str) -> Vec<Json> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let rows: Vec<Json> = self.http().rows(path, name).await.unwrap_or_default();
            if !rows.is_empty() {
                return rows;
            }
            assert!(Instant::now() < deadline, "nothing at {path}:\n{}", self.log());
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// The source stamp of the only build set there is.
    pub async fn only_stamp(&self) -> (Json, Json) {
        let sets = self.rows("buildsets", "buildsets").await;
        assert_eq!(sets.len(), 1, "{sets:?}");
        (sets[0].clone(), sets[0]["sourcestamps"][0].clone())
    }
}

/// A port that is free now; that it stays so until it is taken is likely.
pub fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("an address").port()
}

/// A job for these builders.
pub fn job(builders: &[&str]) -> wire::try_job::TryJob {
    wire::try_job::TryJob {
        id: "1700000000.5-14".to_owned(),
        branch: Some("main".to_owned()),
        base_revision: Some("abc123".to_owned()),
        patch: Some(wire::try_job::TryPatch {
            level: 1,
            body: "--- a/f.txt\n+++ b/f.txt\n@@ -1 +1 @@\n-ü\n+ö\n"
                .as_bytes()
                .to_vec()
                .into(),
        }),
        repository: "https://example.org/r.git".to_owned(),
        project: "proj".to_owned(),
        who: "Ann <ann@example.org>".to_owned(),
        comment: "does it build?".to_owned(),
        builders: builders.iter().map(|name| (*name).to_owned()).collect(),
        properties: Default::default(),
    }
}
