//! The files of a repository's newest commit, looked at without checking them out.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A file larger than this is not read: what tells of a build system is small.
const MOST_BYTES: usize = 1024 * 1024;

/// The committed files of a repository.
#[derive(Debug)]
pub struct Tree {
    repository: PathBuf,
    revision: String,
    /// Path to whether it is executable.
    files: BTreeMap<String, bool>,
    contents: BTreeMap<String, String>,
}

impl Tree {
    /// The tree of `revision` in the repository at `path`, or why it cannot be read.
    pub fn of_commit(path: &Path, revision: &str) -> Result<Tree, String> {
        let listing = git(path, &["ls-tree", "-r", "-z", "--full-tree", revision])?;
        let mut files = BTreeMap::new();
        for row in String::from_utf8_lossy(&listing)
            .split('\0')
            .filter(|row| !row.is_empty())
        {
            if let Some((facts, name)) = row.split_once('\t') {
                files.insert(name.to_owned(), facts.starts_with("100755"));
            }
        }
        Ok(Tree {
            repository: path.to_owned(),
            revision: revision.to_owned(),
            files,
            contents: BTreeMap::new(),
        })
    }

    /// A tree of given files, to recognise things in without a repository.
    pub fn of_files<'a>(files: impl IntoIterator<Item = (&'a str, bool, &'a str)>) -> Tree {
        let mut tree = Tree {
            repository: PathBuf::new(),
            revision: String::new(),
            files: BTreeMap::new(),
            contents: BTreeMap::new(),
        };
        for (name, executable, text) in files {
            tree.files.insert(name.to_owned(), executable);
            tree.contents.insert(name.to_owned(), text.to_owned());
        }
        tree
    }

    /// Whether it has the file.
    pub fn has(&self, name: &str) -> bool {
        self.files.contains_key(name)
    }

    /// Whether it has the file, and it is executable.
    pub fn has_executable(&self, name: &str) -> bool {
        self.files.get(name).copied().unwrap_or(false)
    }

    /// The first of these files that it has.
    pub fn first<'a>(&self, names: &[&'a str]) -> Option<&'a str> {
        names.iter().copied().find(|name| self.has(name))
    }

    /// The files of its top folder.
    pub fn top(&self) -> impl Iterator<Item = &str> {
        self.files.keys().map(String::as_str).filter(|name| !name.contains('/'))
    }

    /// All files.
    pub fn files(&self) -> impl Iterator<Item = &str> {
        self.files.keys().map(String::as_str)
    }

    /// The file's text; empty when it is absent, large or no text.
    pub fn text(&self, name: &str) -> String {
        if let Some(text) = self.contents.get(name) {
            return text.clone();
        }
        if !self.has(name) {
            return String::new();
        }
        let object = format!("{}:{name}", self.revision);
        match git(&self.repository, &["cat-file", "blob", &object]) {
            Ok(bytes) if bytes.len() <= MOST_BYTES => String::from_utf8(bytes).unwrap_or_default(),
            _ => String::new(),
        }
    }
}

fn git(path: &Path, arguments: &[&str]) -> Result<Vec<u8>, String> {
    let output = Command::new("git")
        .arg("-C")
        .arg(path)
        .args(arguments)
        .env("GIT_OPTIONAL_LOCKS", "0")
        .output()
        .map_err(|error| format!("git cannot be started: {error}. Install git."))?;
    if output.status.success() {
        Ok(output.stdout)
    } else {
        Err(String::from_utf8_lossy(&output.stderr).trim().to_owned())
    }
}
