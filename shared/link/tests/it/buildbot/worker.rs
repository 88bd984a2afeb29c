//! A real worker that runs for the length of a test, on masters of ours.

use super::PATIENCE;
use std::path::Path;
use std::process::Stdio;
use tempfile::TempDir;
use tokio::process::{Child, Command};

pub struct Worker {
    child: Child,
    folder: TempDir,
}

impl Worker {
    /// Makes one with these options and starts it, with the environment of the recorded one.
    pub async fn start(environment: &Path, address: &str, name: &str, password: &str, options: &[&str]) -> Worker {
        let folder = TempDir::new().expect("a temporary folder");
        let program = environment.join("bin/buildbot-worker");
        let made = Command::new(&program)
            .args(["create-worker", "-q"])
            .args(options)
            .arg(folder.path().join("worker"))
            .args([address, name, password])
            .stdout(Stdio::null())
            .status()
            .await;
        assert!(made.expect("buildbot-worker runs").success());
        let child = Command::new(&program)
            .args(["start", "--nodaemon"])
            .arg(folder.path().join("worker"))
            .env_clear()
            .envs([("PATH", "/usr/bin:/bin"), ("HOME", "/srv/bb/home"), ("LANG", "C.UTF-8")])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .expect("buildbot-worker runs");
        Worker { child, folder }
    }

    /// Its folder.
    pub fn basedir(&self) -> std::path::PathBuf {
        self.folder.path().join("worker")
    }

    /// What it has written to its log until now.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.basedir().join("twistd.log")).unwrap_or_default()
    }

    /// Sends it a signal.
    pub async fn signal(&self, signal: &str) {
        let pid = self.child.id().expect("it runs").to_string();
        let told = Command::new("kill").args([signal, &pid]).status().await;
        assert!(told.expect("kill runs").success());
    }

    /// Waits until it has ended by itself.
    pub async fn ended(mut self) {
        let ended = tokio::time::timeout(PATIENCE, self.child.wait()).await;
        assert!(ended.is_ok(), "it does not end:\n{}", self.log());
    }

    /// Ends it, and waits for that.
    pub async fn stop(self) {
        self.signal("-TERM").await;
        self.ended().await;
    }
}
