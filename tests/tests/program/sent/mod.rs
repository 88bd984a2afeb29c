//! Changes that are not committed yet, sent to our master by Buildbot's own `try`, over every way in.

mod jobdir;
mod server;
pub mod ssh;

use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::Output;
use std::time::{Duration, Instant};
use tests::{Outpost, Repository, skip};
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

/// How long something that must happen may take on a slow machine.
const PATIENCE: Duration = Duration::from_secs(120);

/// Between two looks at what only a question tells.
const LOOK: Duration = Duration::from_millis(50);

/// Of the file `f` of [`repository`].
const PATCH: &str = "--- a/f\n+++ b/f\n@@ -1 +1 @@\n-old\n+new\n";

/// Which Buildbot sends.
#[derive(Clone, Copy)]
enum Generation {
    /// 4.3
    New,
    /// 3.11
    Old,
}

/// Buildbot's program; none where it is not installed.
fn buildbot(generation: Generation) -> Option<PathBuf> {
    let (variable, usual, what) = match generation {
        Generation::New => ("OUTPOST_TEST_BUILDBOT", "buildbot", "Buildbot 4.3"),
        Generation::Old => ("OUTPOST_TEST_BUILDBOT_OLD", "buildbot-old", "Buildbot 3.11"),
    };
    let usual = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../target/tools")
        .join(usual);
    let program = std::env::var_os(variable)
        .map_or(usual, PathBuf::from)
        .join("bin/buildbot");
    if program.exists() {
        return Some(program);
    }
    skip(&format!("set {variable} to a virtual environment with {what}"));
    None
}

/// What it printed, and how it ended.
#[derive(Debug)]
struct Tried {
    code: Option<i32>,
    text: String,
}

/// A repository whose file `f` says `old`, and its revision.
fn repository() -> (Repository, String) {
    let repository = Repository::new("r");
    repository.write("f", "old\n");
    repository.commit("first");
    let revision = repository.git(&["rev-parse", "HEAD"]).trim().to_owned();
    (repository, revision)
}

/// Runs `buildbot try` with a patch on its standard input, in a folder without options of anybody's.
async fn try_it(program: &Path, base: &str, patch: &str, options: &[&str]) -> Tried {
    let nowhere = tempfile::tempdir().expect("a folder");
    let mut child = Command::new(program)
        .arg("try")
        .args([
            "--vc=git",
            "--diff=-",
            "--patchlevel=1",
            "--branch=main",
            "--baserev",
            base,
        ])
        .args(options)
        .current_dir(nowhere.path())
        .env("HOME", nowhere.path())
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("buildbot runs");
    let mut input = child.stdin.take().expect("its input");
    // It reads none when it only asks for names.
    let _ = input.write_all(patch.as_bytes()).await;
    drop(input);
    let ended = tokio::time::timeout(PATIENCE, child.wait_with_output()).await;
    let Output { status, stdout, stderr } = ended.expect("it does not end").expect("it ends");
    Tried {
        code: status.code(),
        text: String::from_utf8_lossy(&stdout).into_owned() + &String::from_utf8_lossy(&stderr),
    }
}

/// Writes the configuration; a resident that runs follows it.
fn configure(outpost: &Outpost, text: &str) {
    let folder = outpost.home().join("config");
    std::fs::create_dir_all(&folder).expect("a folder");
    std::fs::write(folder.join("master.star"), text).expect("a file");
}

/// Builders that need no repository, `tree` that shows what the repository and the patch make, and these schedulers.
fn configuration(schedulers: &str, repository: &Repository) -> String {
    let repository = repository.path();
    let repository = repository.display();
    format!(
        r#"
c = BuildmasterConfig = {{}}
c["workers"] = [worker.LocalWorker("local", max_builds=3), worker.Worker("far", "sesame")]
def builder(name, command):
    return util.BuilderConfig(name=name, workernames=["local"], factory=util.BuildFactory([
        steps.ShellCommand(name="run", command=["sh", "-c", command], env={{"FRUIT": util.Property("fruit", default="")}})]))
c["builders"] = [
    builder("try-a", "echo fruit is $FRUIT"),
    builder("try-b", "exit 1"),
    builder("gate", "echo waiting; while ! test -e go; do sleep 0.05; done"),
    builder("other", "echo never"),
    util.BuilderConfig(name="tree", workernames=["local"], factory=util.BuildFactory([
        steps.Git(repourl="{repository}", mode="full"),
        steps.ShellCommand(name="show", command="echo f is $(cat f); ! test -e big || echo big has $(wc -c < big)")])),
]
c["schedulers"] = [{schedulers}]
"#
    )
}

/// The answer of the REST API at `path`, once `wanted` holds for it.
async fn until(outpost: &Outpost, path: &str, mut wanted: impl FnMut(&Value) -> bool) -> Value {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let answer = outpost.rest(path).await;
        if wanted(&answer) {
            return answer;
        }
        assert!(Instant::now() < deadline, "{path}: {answer:#}");
        tokio::time::sleep(LOOK).await;
    }
}

/// Waits until there are so many build sets, and gives them.
async fn sets(outpost: &Outpost, count: usize) -> Vec<Value> {
    let enough = |answer: &Value| answer["buildsets"].as_array().is_some_and(|sets| sets.len() >= count);
    let answer = until(outpost, "buildsets?order=bsid", enough).await;
    let sets = answer["buildsets"].as_array().expect("sets").clone();
    assert_eq!(sets.len(), count, "{sets:#?}");
    sets
}

/// What the page Workers says of whoever was turned away.
async fn refused(outpost: &Outpost, reason: &str) -> Value {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let page = outpost.call("workers", json!({})).await;
        let rows = page["refused"].as_array().cloned().unwrap_or_default();
        let told = |row: &&Value| row["reason"].as_str().is_some_and(|text| text.contains(reason));
        if let Some(row) = rows.iter().find(told) {
            return row.clone();
        }
        assert!(
            Instant::now() < deadline,
            "nobody was turned away with '{reason}': {page:#}"
        );
        tokio::time::sleep(LOOK).await;
    }
}
