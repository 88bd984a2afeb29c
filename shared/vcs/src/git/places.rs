//! Where in a repository something happens when its branches change.
//!
//! Found by looking at files, not by opening the repository: a damaged one is listened to as well, to see it repaired.

use super::notifications::{Names, Place};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The folders to listen to for the repository at `path` (absolute): its branches in every format, its `HEAD`, and
/// whether it, or the main repository of a linked worktree, is moved or deleted. If it is not there, where its return
/// would show.
///
/// Commits in *other* linked worktrees show in the common folder's branches; nothing needs listening to for them.
pub(crate) fn of(path: &Path) -> BTreeMap<PathBuf, Place> {
    let mut places = Places(BTreeMap::new());
    let Some((git, common)) = folders(path) else {
        places.of_the_missing(path);
        return places.0;
    };
    places.of_moving(path);
    let is_git_folder = common.file_name().is_some_and(|name| name == ".git");
    places.of_moving(common.parent().filter(|_| is_git_folder).unwrap_or(&common));
    if git != common {
        places.add(&git, &["HEAD", "commondir", "reftable"], true);
        places.add_all(&git.join("reftable"));
    }
    places.add(&common, &["HEAD", "packed-refs", "refs", "reftable", "config"], true);
    places.add_all(&common.join("reftable"));
    places.add(&common.join("refs"), &["heads"], true);
    places.add_tree(&common.join("refs").join("heads"));
    places.0
}

/// The repository's own git folder and the common one (the same, except in a linked worktree).
pub(crate) fn folders(path: &Path) -> Option<(PathBuf, PathBuf)> {
    let inner = path.join(".git");
    let git = if inner.is_dir() {
        inner
    } else if let Ok(text) = std::fs::read_to_string(&inner) {
        path.join(text.strip_prefix("gitdir:")?.trim())
    } else {
        path.to_owned()
    };
    let is_there = |name: &str| git.join(name).exists();
    let looks_right = is_there("HEAD") && (is_there("objects") || is_there("commondir"));
    let common = match std::fs::read_to_string(git.join("commondir")) {
        Ok(text) => git.join(text.trim()),
        Err(_) => git.clone(),
    };
    // Without `..` in it, so that a folder and what is below it compare.
    let common = common.canonicalize().unwrap_or(common);
    let git = git.canonicalize().unwrap_or(git);
    looks_right.then_some((git, common))
}

struct Places(BTreeMap<PathBuf, Place>);

impl Places {
    fn add(&mut self, folder: &Path, names: &[&str], needed: bool) {
        let place = self.0.entry(folder.to_owned()).or_insert(Place {
            names: Names::Only(vec![]),
            needed,
        });
        place.needed |= needed;
        if let Names::Only(present) = &mut place.names {
            present.extend(names.iter().map(Into::into));
        }
    }

    fn add_all(&mut self, folder: &Path) {
        let place = Place {
            names: Names::All,
            needed: true,
        };
        self.0.insert(folder.to_owned(), place);
    }

    fn add_tree(&mut self, folder: &Path) {
        self.add_all(folder);
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                self.add_tree(&entry.path());
            }
        }
    }

    /// The folder above, in which it shows that `path` is moved or deleted.
    fn of_moving(&mut self, path: &Path) {
        if let (Some(parent), Some(name)) = (path.parent(), path.file_name().and_then(|name| name.to_str())) {
            self.add(parent, &[name], false);
        }
    }

    fn of_the_missing(&mut self, path: &Path) {
        self.of_moving(path);
        if path.is_dir() {
            self.add(path, &[".git", "HEAD", "objects"], false);
            self.add(&path.join(".git"), &["HEAD", "objects"], false);
            return;
        }
        let mut missing = path;
        while let Some(parent) = missing.parent().filter(|_| !missing.exists()) {
            self.of_moving(missing);
            missing = parent;
        }
    }
}
