//! Reading a repository through libgit2.

use super::commit::{self, Commit};
use super::error::GitError;
use super::reader::{Refs, Walk};
use git2::{ErrorCode, Oid, Sort};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

const HEADS: &str = "refs/heads/";
const ORIGIN: &str = "refs/remotes/origin/";

/// A repository that libgit2 can read.
pub(crate) struct Library {
    /// Open, with fresh caches.
    pub(crate) repository: git2::Repository,
    path: PathBuf,
}

impl Library {
    /// Opens the repository at exactly `path`.
    pub(crate) fn open(path: &Path) -> Result<Library, git2::Error> {
        Ok(Library {
            repository: git2::Repository::open(path)?,
            path: path.to_owned(),
        })
    }

    pub(crate) fn refs<'a>(&self, known: impl Iterator<Item = &'a str>) -> Result<Refs, GitError> {
        let mut refs = Refs {
            head: self.symbolic("HEAD", HEADS),
            origin_head: self.symbolic("refs/remotes/origin/HEAD", ORIGIN),
            init_default: self.setting("init.defaultBranch"),
            bare: self.repository.is_bare(),
            ..Refs::default()
        };
        let heads = self
            .repository
            .references_glob("refs/heads/*")
            .map_err(|error| self.corrupt(error))?;
        for reference in heads {
            // The iterator itself passes over what it cannot read; see `broken` below.
            let reference = reference.map_err(|error| self.corrupt(error))?;
            let name = String::from_utf8_lossy(reference.name_bytes());
            let name = name.strip_prefix(HEADS).unwrap_or(&name).to_owned();
            match reference.resolve().map(|direct| direct.target()) {
                Ok(Some(target)) => refs.branches.insert(name, target.to_string()),
                Ok(None) => None,
                Err(error) => refs.broken.insert(name, error.message().to_owned()),
            };
        }
        for name in known
            .filter(|name| !refs.branches.contains_key(*name))
            .collect::<Vec<_>>()
        {
            if let Err(error) = self.repository.refname_to_id(&format!("{HEADS}{name}"))
                && error.code() != ErrorCode::NotFound
            {
                refs.broken.insert(name.to_owned(), error.message().to_owned());
            }
        }
        Ok(refs)
    }

    /// Where the symbolic reference `name` points, without `prefix`.
    fn symbolic(&self, name: &str, prefix: &str) -> Option<String> {
        let reference = self.repository.find_reference(name).ok()?;
        let target = String::from_utf8_lossy(reference.symbolic_target_bytes()?).into_owned();
        target.strip_prefix(prefix).map(str::to_owned)
    }

    /// The commit that `HEAD` itself names.
    pub(crate) fn detached_head(&self) -> Option<String> {
        self.repository.refname_to_id("HEAD").ok().map(|oid| oid.to_string())
    }

    /// A value of the repository's configuration, with the person's own beneath it.
    pub(crate) fn setting(&self, name: &str) -> Option<String> {
        let config = self.repository.config().ok()?.snapshot().ok()?;
        let value = config.get_bytes(name).ok()?;
        Some(String::from_utf8_lossy(value).into_owned()).filter(|value| !value.is_empty())
    }

    pub(crate) fn present(&self, revisions: &[String]) -> Vec<String> {
        let exists =
            |revision: &&String| Oid::from_str(revision).is_ok_and(|oid| self.repository.find_commit(oid).is_ok());
        revisions.iter().filter(exists).cloned().collect()
    }

    pub(crate) fn walk(&self, tip: &str, hidden: &[String], limit: usize) -> Result<Walk, GitError> {
        self.try_walk(tip, hidden, limit).map_err(|error| self.corrupt(error))
    }

    fn try_walk(&self, tip: &str, hidden: &[String], limit: usize) -> Result<Walk, git2::Error> {
        let mut newest_first = self.repository.revwalk()?;
        newest_first.set_sorting(Sort::TOPOLOGICAL | Sort::TIME)?;
        newest_first.push(Oid::from_str(tip)?)?;
        for revision in hidden {
            newest_first.hide(Oid::from_str(revision)?)?;
        }
        let mut walk = Walk::default();
        for oid in newest_first {
            match walk.commits.len() < limit {
                true => walk.commits.push(oid?.to_string()),
                false => walk.left_out += 1,
            }
        }
        walk.commits.reverse();
        Ok(walk)
    }

    pub(crate) fn is_ancestor(&self, old: &str, new: &str) -> Result<bool, GitError> {
        let descends = || {
            let (old, new) = (Oid::from_str(old)?, Oid::from_str(new)?);
            Ok(old == new || self.repository.graph_descendant_of(new, old)?)
        };
        descends().map_err(|error| self.corrupt(error))
    }

    pub(crate) fn commit(&self, revision: &str) -> Result<Commit, GitError> {
        self.try_commit(revision).map_err(|error| self.corrupt(error))
    }

    fn try_commit(&self, revision: &str) -> Result<Commit, git2::Error> {
        let object = self.repository.find_commit(Oid::from_str(revision)?)?;
        let parent = match object.parent_count() {
            0 => None,
            _ => Some(object.parent(0)?.tree()?),
        };
        // Renames are not looked for, so that they show as both names.
        let diff = self
            .repository
            .diff_tree_to_tree(parent.as_ref(), Some(&object.tree()?), None)?;
        let names: BTreeSet<&[u8]> = diff
            .deltas()
            .flat_map(|delta| [delta.old_file().path_bytes(), delta.new_file().path_bytes()])
            .flatten()
            .collect();
        let files = names
            .into_iter()
            .map(|name| String::from_utf8_lossy(name).into_owned())
            .collect();
        Ok(commit::parse(
            revision.to_owned(),
            object.raw_header_bytes(),
            object.message_raw_bytes(),
            files,
        ))
    }

    fn corrupt(&self, error: git2::Error) -> GitError {
        GitError::Corrupt {
            path: self.path.clone(),
            reason: error.message().to_owned(),
        }
    }
}
