//! A git repository made for a test, apart from the user's configuration.

use crate::Outpost;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

/// The author whom tests mean by "me".
pub const ME: &str = "Mia Me <mia@example.org>";

/// A repository in a temporary folder.
pub struct Repository {
    folder: TempDir,
    name: String,
}

impl Repository {
    /// An empty one whose folder has that name; its configuration says that "me" commits.
    pub fn new(name: &str) -> Repository {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let repository = Repository {
            folder,
            name: name.to_owned(),
        };
        std::fs::create_dir(repository.path()).expect("a folder");
        repository.git(&["init", "--quiet", "--initial-branch=main"]);
        repository.git(&["config", "user.name", "Mia Me"]);
        repository.git(&["config", "user.email", "mia@example.org"]);
        repository
    }

    /// One whose first commit has the files of a folder.
    pub fn of_folder(name: &str, source: &Path) -> Repository {
        let repository = Repository::new(name);
        copy(source, &repository.path());
        repository.commit("first commit");
        repository
    }

    /// One whose only file is an executable `test`, made a project by `init` alone and built once.
    pub fn project(outpost: &Outpost, name: &str, test: &str) -> Repository {
        let repository = Repository::new(name);
        repository.write("test", test);
        repository.commit("first");
        outpost.ok(&["init", "--yes", repository.path().to_str().expect("text")]);
        repository
    }

    /// Its work tree.
    pub fn path(&self) -> PathBuf {
        self.folder.path().join(&self.name)
    }

    /// Writes a file; a text that begins with `#!` makes it executable.
    pub fn write(&self, file: &str, text: &str) {
        let path = self.path().join(file);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("folders");
        std::fs::write(&path, text).expect("a file");
        if text.starts_with("#!") {
            use std::os::unix::fs::PermissionsExt;
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).expect("a mode");
        }
    }

    /// Commits everything as me; gives the revision.
    pub fn commit(&self, message: &str) -> String {
        self.commit_as(ME, message)
    }

    /// Commits everything as somebody.
    pub fn commit_as(&self, author: &str, message: &str) -> String {
        self.git(&["add", "--all"]);
        self.git(&[
            "commit",
            "--quiet",
            "--allow-empty",
            "--author",
            author,
            "--message",
            message,
        ]);
        self.git(&["rev-parse", "HEAD"])
    }

    /// Runs git in it and gives what it printed.
    pub fn git(&self, arguments: &[&str]) -> String {
        let output = Command::new("git")
            .arg("-C")
            .arg(self.path())
            .args(arguments)
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .output()
            .expect("git starts");
        assert!(
            output.status.success(),
            "git {arguments:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }
}

fn copy(source: &Path, target: &Path) {
    std::fs::create_dir_all(target).expect("a folder");
    for entry in std::fs::read_dir(source).expect("a folder").flatten() {
        let (from, to) = (entry.path(), target.join(entry.file_name()));
        if from.is_dir() {
            copy(&from, &to);
        } else {
            std::fs::copy(&from, &to).expect("a copy");
        }
    }
}
