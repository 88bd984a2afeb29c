//! Facts about a repository, for setting up a project and for telling who its person is.

use super::command::Git;
use super::error::GitError;
use super::places;
use super::reader::{Reader, Refs};
use serde::Serialize;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Longest time that the person's `git` is given for one question.
const PATIENCE: Duration = Duration::from_secs(30);

/// A repository as found on disk.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Repository {
    /// The work tree's top; of a bare repository the repository itself. Good as a `repourl`.
    pub path: PathBuf,
    /// For people: the folder's name, of a linked worktree that of the main repository, without `.git`.
    pub name: String,
    /// With or without a work tree.
    pub kind: Kind,
    /// Its own git folder.
    pub git_dir: PathBuf,
    /// The git folder that its worktrees share; the same as `git_dir` except in a linked worktree.
    pub common_dir: PathBuf,
    /// What is checked out.
    pub head: Head,
    /// The branch to follow if nobody says otherwise; `None` where that cannot be told.
    pub default_branch: Option<String>,
    /// Plain names, sorted.
    pub branches: Vec<String>,
    /// Whether it has no commit.
    pub is_empty: bool,
    /// Why it can be read through the person's `git` only; `None` if libgit2 reads it.
    pub needs_git: Option<String>,
}

/// With or without a work tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// The usual kind.
    WorkTree,
    /// A further work tree of a repository (`git worktree add`).
    LinkedWorkTree,
    /// Without work tree.
    Bare,
}

/// What is checked out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Head {
    /// The branch, born or not; `None` while detached.
    pub branch: Option<String>,
    /// Full hash; `None` without a commit.
    pub commit: Option<String>,
}

/// Who commits in a repository, by git's configuration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Identity {
    /// `user.name`; empty if not set.
    pub name: String,
    /// `user.email`; empty if not set.
    pub mail: String,
}

/// The repository that `path` is in.
pub fn discover(path: &Path) -> Result<Repository, GitError> {
    let reader = open_around(path)?;
    let refs = reader.refs(std::iter::empty())?;
    let (git_dir, common_dir, top) = match &reader {
        Reader::Library(library) => {
            let repository = &library.repository;
            let top = repository.workdir().map(tidy);
            (tidy(repository.path()), tidy(repository.commondir()), top)
        }
        Reader::Porcelain(porcelain) => {
            let (git, common, top) = porcelain.folders()?;
            (tidy(&git), tidy(&common), top.as_deref().map(tidy))
        }
    };
    let kind = match &top {
        None => Kind::Bare,
        Some(_) if git_dir != common_dir => Kind::LinkedWorkTree,
        Some(_) => Kind::WorkTree,
    };
    let path = top.unwrap_or_else(|| git_dir.clone());
    let head = head_of(&reader, &refs)?;
    Ok(Repository {
        name: display_name(&path, &common_dir, kind),
        kind,
        default_branch: refs.default_branch(None),
        is_empty: refs.branches.is_empty() && head.commit.is_none(),
        branches: refs.branches.into_keys().collect(),
        needs_git: match reader {
            Reader::Library(_) => None,
            Reader::Porcelain(porcelain) => Some(porcelain.refusal),
        },
        path,
        git_dir,
        common_dir,
        head,
    })
}

/// The default branch of the repository that `path` is in; `None` where that cannot be told.
pub fn default_branch(path: &Path) -> Result<Option<String>, GitError> {
    Ok(open_around(path)?.refs(std::iter::empty())?.default_branch(None))
}

/// The branches of the repository that `path` is in: plain names, sorted.
pub fn branches(path: &Path) -> Result<Vec<String>, GitError> {
    let refs = open_around(path)?.refs(std::iter::empty())?;
    Ok(refs.branches.into_keys().collect())
}

/// What is checked out at `path`.
pub fn head(path: &Path) -> Result<Head, GitError> {
    let reader = open_around(path)?;
    let refs = reader.refs(std::iter::empty())?;
    head_of(&reader, &refs)
}

/// Who commits in the repository that `path` is in, or anywhere if it is in none; `None` if git was never told.
pub fn identity(path: &Path) -> Option<Identity> {
    let setting = |name: &str| match open_around(path) {
        Ok(Reader::Library(library)) => library.setting(name),
        Ok(Reader::Porcelain(porcelain)) => porcelain.setting(name),
        Err(_) => git2::Config::open_default()
            .and_then(|config| config.get_string(name))
            .ok(),
    };
    let identity = Identity {
        name: setting("user.name").unwrap_or_default(),
        mail: setting("user.email").unwrap_or_default(),
    };
    (!identity.name.is_empty() || !identity.mail.is_empty()).then_some(identity)
}

fn open_around(path: &Path) -> Result<Reader, GitError> {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let is_repository = |folder: &&Path| places::folders(folder).is_some();
    match path.ancestors().find(is_repository) {
        Some(folder) => Reader::open(folder, &Git::new("git".into(), PATIENCE)),
        None => Err(GitError::NotARepository { path }),
    }
}

fn head_of(reader: &Reader, refs: &Refs) -> Result<Head, GitError> {
    let commit = match (&refs.head, reader) {
        (Some(branch), _) => refs.branches.get(branch).cloned(),
        (None, Reader::Library(library)) => library.detached_head(),
        (None, Reader::Porcelain(porcelain)) => porcelain.detached_head(),
    };
    Ok(Head {
        branch: refs.head.clone(),
        commit,
    })
}

fn display_name(path: &Path, common_dir: &Path, kind: Kind) -> String {
    let is_git_folder = common_dir.file_name().is_some_and(|name| name == ".git");
    let named = match (kind, common_dir.parent()) {
        (Kind::WorkTree, _) => path,
        (_, Some(parent)) if is_git_folder => parent,
        _ => common_dir,
    };
    let name = named.file_name().unwrap_or(named.as_os_str()).to_string_lossy();
    name.strip_suffix(".git").unwrap_or(&name).to_owned()
}

/// Without a slash at the end and without links, so that equal folders compare equal.
fn tidy(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.components().collect())
}
