//! The uncommitted change of git working copies.

mod base;
mod huge;
mod kinds;
mod meanwhile;
mod push;
mod stored;
mod trouble;
mod untracked;

use crate::rig::{folder, git, git_program, git_with};
use std::collections::BTreeMap;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use tempfile::TempDir;
use vcs::working_copy::{Carrier, Chosen, ChosenFile, Diff, FileKind, TakeError, Taken, Wanted, take};

/// A repository that a master could read, and a clone of it in which somebody works.
pub struct Team {
    pub folder: TempDir,
    pub origin: PathBuf,
    pub work: PathBuf,
}

impl Team {
    /// With one commit, in which are these files.
    pub fn new(files: &[(&str, &str)]) -> Team {
        Team::of_format(files, &[])
    }

    pub fn of_format(files: &[(&str, &str)], format: &[&str]) -> Team {
        let folder = folder();
        let init = [&["init", "-q", "--bare", "-b", "main"], format, &["origin.git"]].concat();
        git(folder.path(), &init);
        let format = format
            .iter()
            .filter(|option| option.starts_with("--ref-format"))
            .copied();
        let clone: Vec<&str> = ["clone", "-q"]
            .into_iter()
            .chain(format)
            .chain(["origin.git", "work"])
            .collect();
        git(folder.path(), &clone);
        let team = Team {
            origin: folder.path().join("origin.git"),
            work: folder.path().join("work"),
            folder,
        };
        for (name, text) in files {
            team.write(name, text);
        }
        team.git(&["add", "-A"]);
        team.git(&["commit", "-q", "--allow-empty", "-m", "first"]);
        team.git(&["push", "-q", "origin", "main"]);
        team.git(&["remote", "set-head", "origin", "main"]);
        team
    }

    pub fn git(&self, arguments: &[&str]) -> String {
        git(&self.work, arguments)
    }

    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        let path = self.work.join(name);
        std::fs::create_dir_all(path.parent().expect("parent")).expect("folder");
        std::fs::write(path, content).expect("file");
    }

    /// A commit of everything.
    pub fn commit(&self, message: &str) -> String {
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "--allow-empty", "-m", message]);
        self.git(&["rev-parse", "HEAD"])
    }

    /// Somebody else pushes a commit.
    pub fn elsewhere(&self, name: &str) -> String {
        let other = self.folder.path().join("other");
        if !other.exists() {
            git(self.folder.path(), &["clone", "-q", "origin.git", "other"]);
        }
        std::fs::write(other.join(name), name).expect("file");
        git(&other, &["add", "-A"]);
        git(&other, &["commit", "-q", "-m", name]);
        git(&other, &["push", "-q", "origin", "HEAD:main"]);
        git(&other, &["rev-parse", "HEAD"])
    }

    pub fn wanted(&self) -> Wanted {
        Wanted {
            folder: self.work.clone(),
            program: Some(git_program()),
            ..Wanted::default()
        }
    }

    pub async fn take(&self) -> Taken {
        self.take_as(self.wanted()).await.expect("a change")
    }

    /// Takes a change, and sees to it that nothing is written meanwhile.
    pub async fn take_as(&self, wanted: Wanted) -> Result<Taken, TakeError> {
        let before = everything(&self.work);
        let taken = take(wanted).await;
        let after = everything(&self.work);
        let changed: Vec<_> = after
            .iter()
            .filter(|(path, state)| before.get(*path) != Some(state))
            .collect();
        assert!(
            changed.is_empty() && before.len() == after.len(),
            "written: {changed:?}"
        );
        taken
    }

    /// What a master's step makes of base and patch: its tree by id, and its files.
    pub fn applied(&self, taken: &Taken, diff: &Diff) -> (String, Files) {
        let clone = TempDir::new_in(self.folder.path()).expect("folder");
        git(
            clone.path(),
            &["clone", "-q", self.origin.to_str().expect("UTF-8"), "built"],
        );
        let built = clone.path().join("built");
        git(&built, &["config", "core.autocrlf", "false"]);
        git(
            &built,
            &["checkout", "-q", taken.base.revision.as_deref().expect("a base")],
        );
        if !diff.body.is_empty() {
            git_with(&built, &["apply", "--index", "-p1"], &diff.body);
        }
        (git(&built, &["write-tree"]), files(&built))
    }

    /// The patch of everything makes exactly the files that are here, by both carriers.
    pub fn reproduces(&self, taken: &Taken, chosen: &Chosen, expected: &Files) {
        for carrier in [Carrier::Git, Carrier::Own] {
            let diff = taken.diff(chosen, carrier).expect("a patch");
            let (tree, built) = self.applied(taken, &diff);
            assert_eq!(
                &built,
                expected,
                "by {carrier:?}:\n{}",
                String::from_utf8_lossy(&diff.body)
            );
            assert_eq!(diff.tree, Some(tree));
        }
    }
}

/// Mode and content by path, without what is git's own.
pub type Files = BTreeMap<PathBuf, (u32, Vec<u8>)>;

/// The files below a folder.
pub fn files(top: &Path) -> Files {
    let state = |path: &Path| {
        let metadata = std::fs::symlink_metadata(path).expect("metadata");
        match std::fs::read_link(path) {
            Ok(target) => (0o120_000, target.into_os_string().into_encoded_bytes()),
            Err(_) => (metadata.mode() & 0o100, std::fs::read(path).expect("file")),
        }
    };
    let outside = |path: &PathBuf| !path.components().any(|part| part.as_os_str() == ".git");
    let found = walk(top).into_iter().filter(outside);
    found
        .map(|path| (path.strip_prefix(top).expect("below").to_owned(), state(&path)))
        .collect()
}

fn walk(folder: &Path) -> Vec<PathBuf> {
    let mut found = vec![];
    for entry in std::fs::read_dir(folder).expect("folder") {
        let path = entry.expect("entry").path();
        if path.is_dir() && !path.is_symlink() {
            found.extend(walk(&path));
        } else {
            found.push(path);
        }
    }
    found
}

/// Size, content, and time and number if they count.
type State = (u64, Vec<u8>, Option<(i64, i64, u64)>);

/// The state of all that is there, git's own included.
fn everything(top: &Path) -> BTreeMap<PathBuf, State> {
    let state = |path: &Path| {
        let seen = std::fs::symlink_metadata(path).expect("metadata");
        let content = if seen.len() < 1 << 20 {
            std::fs::read(path).ok()
        } else {
            None
        };
        // Git notes at an object that it was used; that is no other object.
        let is_object = path.components().any(|part| part.as_os_str() == "objects");
        let times = (!is_object).then(|| (seen.mtime(), seen.mtime_nsec(), seen.ino()));
        (seen.len(), content.unwrap_or_default(), times)
    };
    walk(top).into_iter().map(|path| (path.clone(), state(&path))).collect()
}

/// Paths and kinds.
pub fn kinds(taken: &Taken) -> Vec<(String, FileKind)> {
    let kind = |file: &vcs::working_copy::FileChange| (text(&file.path), file.kind);
    taken.files.iter().map(kind).collect()
}

pub fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The sentences that are said.
pub fn remarks(taken: &Taken) -> Vec<String> {
    taken.remarks.iter().map(|remark| remark.text.clone()).collect()
}

/// One file whole, by its path.
pub fn only(taken: &Taken, path: &str) -> Chosen {
    let file = taken
        .files
        .iter()
        .position(|file| file.path == path.as_bytes())
        .expect("the file");
    Chosen {
        files: Some(vec![ChosenFile { file, hunks: None }]),
        untracked: vec![],
    }
}
