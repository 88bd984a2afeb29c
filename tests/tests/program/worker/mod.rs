//! `outpost worker`: a worker in a folder of its own, on a real Buildbot master.

mod builds;
mod folders;
mod orders;
mod refused;

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tests::Buildbot;

/// How long something that must happen may take on a slow machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// A worker's folder and the commands about it. Killed when it goes out of use.
struct Folder {
    above: TempDir,
}

impl Folder {
    fn new() -> Folder {
        Folder {
            above: TempDir::new().expect("a temporary folder"),
        }
    }

    /// One that was made for worker `name` of a master.
    fn made(master: &str, name: &str, options: &[&str]) -> Folder {
        let folder = Folder::new();
        let password = format!("pass-{name}");
        let words = [&[master, name, &password], options].concat();
        folder.ok("create", &words);
        folder
    }

    fn path(&self) -> PathBuf {
        self.above.path().join("worker")
    }

    /// `outpost worker WORD FOLDER …`
    fn worker(&self, word: &str, options: &[&str]) -> Output {
        let mut command = Command::new(tests::program());
        command.args(["worker", word]).arg(self.path()).args(options);
        command.stdin(Stdio::null()).output().expect("the program starts")
    }

    /// The same, which must go well; what it said.
    fn ok(&self, word: &str, options: &[&str]) -> String {
        let output = self.worker(word, options);
        let said = said(&output);
        assert!(
            output.status.success(),
            "worker {word} {options:?}: {}\n{said}\n{}",
            output.status,
            self.log()
        );
        said
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.path().join("worker.log")).unwrap_or_default()
    }

    /// The process that serves here.
    fn pid(&self) -> Option<u32> {
        let names = ["worker.pid", "twistd.pid"];
        let texts = names
            .iter()
            .filter_map(|name| std::fs::read_to_string(self.path().join(name)).ok());
        texts.filter_map(|text| text.trim().parse().ok()).next()
    }

    fn signal(&self, name: &str) {
        let pid = self.pid().expect("it runs").to_string();
        let sent = Command::new("kill").args(["-s", name, &pid]).status();
        assert!(sent.expect("kill runs").success());
    }

    /// Waits until its process is gone.
    async fn until_gone(&self, pid: u32) {
        let deadline = Instant::now() + PATIENCE;
        while lives(pid) {
            assert!(Instant::now() < deadline, "the worker did not end:\n{}", self.log());
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if self.pid().is_some() {
            self.worker("stop", &[]);
        }
    }
}

fn lives(pid: u32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"));
    stat.is_ok_and(|stat| !stat.contains(") Z "))
}

fn said(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    text(&output.stdout) + &text(&output.stderr)
}

/// A build of `hello-…` goes well.
async fn builds_hello(buildbot: &Buildbot, name: &str, number: u32) {
    let builder = format!("hello-{name}");
    buildbot.force(&builder).await;
    assert_eq!(buildbot.built(&builder, number).await, 0, "{builder}/{number}");
    buildbot.printed(&builder, number, "hello from").await;
}

/// Starts a folder's worker and waits until the master has it.
async fn attach(folder: &Folder, buildbot: &Buildbot, name: &str) -> serde_json::Value {
    let said = folder.ok("start", &[]);
    assert!(said.contains(&format!("'{name}' is attached")), "{said}");
    buildbot.worker(name, true).await
}

fn write(path: &Path, text: &str) {
    std::fs::write(path, text).expect("a file");
}
