//! Repositories made by the real `git`, and a watch whose reports are waited for.

use model::config::{Branches, GitPoller, Location};
use model::{Json, NewChange};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{LazyLock, Once};
use std::time::Duration;
use tempfile::TempDir;
use tokio::sync::mpsc::Receiver;
use tokio::time::timeout;
use vcs::git::{Batch, Mode, Report, Surroundings, Watch, WatchHandle};

/// Nothing takes this long unless it will never come.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// The tests' own `git`.
pub fn git_program() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/git")
}

/// A folder of its own for a test, with nothing of the person's configuration in sight.
pub fn folder() -> TempDir {
    static ISOLATED: Once = Once::new();
    ISOLATED.call_once(|| {
        for level in [
            git2::ConfigLevel::Global,
            git2::ConfigLevel::XDG,
            git2::ConfigLevel::System,
        ] {
            // SAFETY: called once, before any repository is opened by these tests.
            unsafe { git2::opts::set_search_path(level, "/nonexistent") }.expect("search path");
        }
    });
    TempDir::new().expect("temporary folder")
}

/// Runs git in `folder` and returns what it printed.
pub fn git(folder: &Path, arguments: &[&str]) -> String {
    git_with(folder, arguments, b"")
}

/// The same, with input.
pub fn git_with(folder: &Path, arguments: &[&str], input: &[u8]) -> String {
    let mut child = Command::new(git_program())
        .args(["-c", "user.name=Ann Example", "-c", "user.email=ann@example.org"])
        .args([
            "-c",
            "init.defaultBranch=main",
            "-c",
            "commit.gpgSign=false",
            "-c",
            "gc.autoDetach=false",
        ])
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("git");
    child.stdin.take().expect("stdin").write_all(input).expect("input");
    let output = child.wait_with_output().expect("git's end");
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "git {arguments:?}: {complaints}");
    String::from_utf8_lossy(&output.stdout).trim_end().to_owned()
}

/// The formats of a repository that this git can make besides the usual one, as `git init` is told them: all of them are
/// refused by libgit2. Reference tables came with git 2.45.
pub fn other_formats() -> Vec<(&'static str, &'static str)> {
    static REFTABLE: LazyLock<bool> = LazyLock::new(|| {
        let scratch = folder();
        let made = Command::new(git_program())
            .args(["init", "-q", "--ref-format=reftable", "thing"])
            .current_dir(scratch.path())
            .output()
            .expect("git");
        made.status.success()
    });
    let mut formats = vec![("sha256", "--object-format=sha256")];
    if *REFTABLE {
        formats.push(("reftable", "--ref-format=reftable"));
    }
    formats
}

/// A new repository at `folder/name`, on branch `main`, without a commit.
pub fn repository(folder: &Path, name: &str) -> PathBuf {
    let path = folder.join(name);
    git(folder, &["init", "-q", path.to_str().expect("UTF-8")]);
    path
}

/// A commit that writes `subject` into a file named after it; returns its hash.
pub fn commit(repository: &Path, subject: &str) -> String {
    let file = subject.replace(' ', "-");
    std::fs::write(repository.join(&file), subject).expect("file");
    git(repository, &["add", "--", &file]);
    git(repository, &["commit", "-q", "--allow-empty", "-m", subject]);
    git(repository, &["rev-parse", "HEAD"])
}

/// A source for `repourl`.
pub fn source(repourl: impl AsRef<Path>, branches: Branches) -> GitPoller {
    GitPoller {
        repourl: repourl.as_ref().to_str().expect("UTF-8").to_owned(),
        branches,
        poll_interval: 600.0,
        poll_at_launch: true,
        category: Some("cat".to_owned()),
        project: "proj".to_owned(),
        codebase: "code".to_owned(),
        build_at_first_sight: false,
        location: Location::default(),
    }
}

/// The usual surroundings, with the tests' own git.
pub fn surroundings(folder: &Path) -> Surroundings {
    Surroundings {
        git: git_program().into(),
        ..Surroundings::new(folder.join("cache"))
    }
}

/// A watch under test.
pub struct Watched {
    pub handle: WatchHandle,
    reports: Receiver<Report>,
    /// As of the last batch.
    pub state: Option<Json>,
    /// Of all batches so far.
    pub notes: Vec<String>,
    fences: u32,
}

impl Watched {
    /// Starts, and waits for the mode that comes first.
    pub async fn start(surroundings: Surroundings, config: GitPoller, state: Option<Json>) -> Watched {
        let mut watched = Watched::begin(surroundings, config, state);
        watched.mode(|mode| *mode != Mode::Starting).await;
        watched
    }

    /// Starts and waits for nothing.
    pub fn begin(surroundings: Surroundings, config: GitPoller, state: Option<Json>) -> Watched {
        let (handle, reports) = Watch::start_in(surroundings, config, state.clone());
        Watched {
            handle,
            reports,
            state,
            notes: vec![],
            fences: 0,
        }
    }

    async fn report(&mut self) -> Report {
        let waited = timeout(PATIENCE, self.reports.recv()).await;
        waited
            .unwrap_or_else(|_| panic!("no report; {:?}", self.handle.status()))
            .expect("a running watch")
    }

    /// The next batch.
    pub async fn batch(&mut self) -> Batch {
        loop {
            if let Report::Batch(batch) = self.report().await {
                self.state = Some(batch.state.clone());
                self.notes.extend(batch.notes.clone());
                return batch;
            }
        }
    }

    /// The next changes.
    pub async fn changes(&mut self) -> Vec<NewChange> {
        loop {
            let batch = self.batch().await;
            if !batch.changes.is_empty() {
                return batch.changes;
            }
        }
    }

    /// Waits for a change of mode to a wanted one; changes meanwhile are a fault.
    pub async fn mode(&mut self, wanted: impl Fn(&Mode) -> bool) -> Mode {
        loop {
            match self.report().await {
                Report::Status(status) if wanted(&status.mode) => return status.mode,
                Report::Status(_) => {}
                Report::Batch(batch) => {
                    assert_eq!(subjects(&batch.changes), Vec::<String>::new());
                    self.state = Some(batch.state);
                    self.notes.extend(batch.notes);
                }
            }
        }
    }

    /// The sentence with which it fails.
    pub async fn failure(&mut self) -> String {
        match self.mode(|mode| matches!(mode, Mode::Failed { .. })).await {
            Mode::Failed { reason } => reason,
            _ => unreachable!("only failures are waited for"),
        }
    }

    /// Everything reported before a marker commit that is made now in `repository`.
    pub async fn before_a_fence(&mut self, repository: &Path) -> Vec<NewChange> {
        self.fences += 1;
        let fence = commit(repository, &format!("fence {}", self.fences));
        self.before(&fence).await
    }

    /// Everything reported before the revision `fence`.
    pub async fn before(&mut self, fence: &str) -> Vec<NewChange> {
        let mut changes = vec![];
        loop {
            changes.extend(self.changes().await);
            if let Some(at) = changes
                .iter()
                .position(|change| change.revision.as_deref() == Some(fence))
            {
                assert_eq!(subjects(&changes[at + 1..]), Vec::<String>::new());
                changes.truncate(at);
                return changes;
            }
        }
    }
}

/// Their messages.
pub fn subjects(changes: &[NewChange]) -> Vec<String> {
    changes.iter().map(|change| change.comments.clone()).collect()
}

/// `branch: message` of each.
pub fn by_branch(changes: &[NewChange]) -> Vec<String> {
    let branch = |change: &NewChange| change.branch.clone().unwrap_or_default();
    changes
        .iter()
        .map(|change| format!("{}: {}", branch(change), change.comments))
        .collect()
}
