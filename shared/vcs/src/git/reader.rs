//! One repository, read either by libgit2 or by the person's own `git`; the rest of the crate does not care which.

use super::command::Git;
use super::commit::Commit;
use super::error::GitError;
use super::library::Library;
use super::porcelain::Porcelain;
use std::collections::BTreeMap;
use std::path::Path;

/// The branches of a repository at one moment.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Refs {
    /// Plain name to full hash.
    pub(crate) branches: BTreeMap<String, String>,
    /// Branches that are there but cannot be read, with the reason.
    pub(crate) broken: BTreeMap<String, String>,
    /// The branch that `HEAD` names, born or not.
    pub(crate) head: Option<String>,
    /// The branch that the repository this one was cloned from calls its own.
    pub(crate) origin_head: Option<String>,
    /// `init.defaultBranch`.
    pub(crate) init_default: Option<String>,
    /// Without a work tree, so that `HEAD` names the default branch.
    pub(crate) bare: bool,
}

impl Refs {
    /// The repository's own default branch.
    ///
    /// In this order: where `origin/HEAD` points; `HEAD` of a bare repository; the one `remembered` from before;
    /// `init.defaultBranch`; `main`; `master`; what is checked out; the only one there is.
    pub(crate) fn default_branch(&self, remembered: Option<&str>) -> Option<String> {
        let exists = |name: &str| self.branches.contains_key(name) || self.broken.contains_key(name);
        let bare_head = self.head.as_deref().filter(|_| self.bare);
        let candidates = [
            self.origin_head.as_deref(),
            bare_head,
            remembered,
            self.init_default.as_deref(),
            Some("main"),
            Some("master"),
        ];
        let only = || self.branches.keys().next().filter(|_| self.branches.len() == 1);
        let found = candidates.into_iter().flatten().find(|name| exists(name));
        let found = found.or(self.head.as_deref()).or_else(|| only().map(String::as_str));
        found.map(str::to_owned)
    }
}

/// Commits found by [`Graph::walk`].
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Walk {
    /// Full hashes, parents before children.
    pub(crate) commits: Vec<String>,
    /// How many older ones were left out.
    pub(crate) left_out: usize,
}

/// The questions that finding new commits needs answered.
pub(crate) trait Graph {
    /// Those of `revisions` that exist as commits.
    fn present(&self, revisions: &[String]) -> Result<Vec<String>, GitError>;
    /// What can be reached from `tip` and not from any of `hidden` (which exist); the newest `limit` of it.
    fn walk(&self, tip: &str, hidden: &[String], limit: usize) -> Result<Walk, GitError>;
    /// Whether `old` can be reached from `new`.
    fn is_ancestor(&self, old: &str, new: &str) -> Result<bool, GitError>;
}

/// An open repository.
pub(crate) enum Reader {
    /// Read in this process.
    Library(Library),
    /// Read by commands.
    Porcelain(Box<Porcelain>),
}

impl Reader {
    /// Opens the repository at exactly `path`: its work tree's top, its git folder, or a bare repository.
    pub(crate) fn open(path: &Path, git: &Git) -> Result<Reader, GitError> {
        match Library::open(path) {
            Ok(library) => Ok(Reader::Library(library)),
            Err(refusal) => Ok(Reader::Porcelain(Box::new(Porcelain::open(path, git, refusal)?))),
        }
    }

    /// The branches now. Those of `known` that are there but damaged come as broken, never as missing.
    pub(crate) fn refs<'a>(&self, known: impl Iterator<Item = &'a str>) -> Result<Refs, GitError> {
        match self {
            Reader::Library(library) => library.refs(known),
            Reader::Porcelain(porcelain) => porcelain.refs(known),
        }
    }

    /// What is in these commits, in the same order.
    pub(crate) fn commits(&self, revisions: &[String]) -> Result<Vec<Commit>, GitError> {
        match self {
            Reader::Library(library) => revisions.iter().map(|revision| library.commit(revision)).collect(),
            Reader::Porcelain(porcelain) => porcelain.commits(revisions),
        }
    }
}

impl Graph for Reader {
    fn present(&self, revisions: &[String]) -> Result<Vec<String>, GitError> {
        match self {
            Reader::Library(library) => Ok(library.present(revisions)),
            Reader::Porcelain(porcelain) => porcelain.present(revisions),
        }
    }

    fn walk(&self, tip: &str, hidden: &[String], limit: usize) -> Result<Walk, GitError> {
        match self {
            Reader::Library(library) => library.walk(tip, hidden, limit),
            Reader::Porcelain(porcelain) => porcelain.walk(tip, hidden, limit),
        }
    }

    fn is_ancestor(&self, old: &str, new: &str) -> Result<bool, GitError> {
        match self {
            Reader::Library(library) => library.is_ancestor(old, new),
            Reader::Porcelain(porcelain) => porcelain.is_ancestor(old, new),
        }
    }
}
