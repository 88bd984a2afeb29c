//! Reading a repository through the person's own `git`, for the formats that libgit2 refuses.

use super::command::Git;
use super::commit::{self, Commit};
use super::error::GitError;
use super::places;
use super::reader::{Refs, Walk};
use git2::ErrorCode;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// A repository that `git` can read.
pub(crate) struct Porcelain {
    git: Git,
    path: PathBuf,
    /// What libgit2 said when it refused.
    pub(crate) refusal: String,
    bare: bool,
}

impl Porcelain {
    /// Opens the repository at exactly `path`, which libgit2 refused with `refusal`; tells apart what is wrong where
    /// `git` refuses it too.
    pub(crate) fn open(path: &Path, git: &Git, refusal: git2::Error) -> Result<Porcelain, GitError> {
        if let Err(error) = std::fs::metadata(path) {
            return Err(GitError::Gone {
                path: path.to_owned(),
                reason: error.to_string(),
            });
        }
        if refusal.code() == ErrorCode::Owner {
            return Err(GitError::Owner { path: path.to_owned() });
        }
        if places::folders(path).is_none() {
            return Err(GitError::Gone {
                path: path.to_owned(),
                reason: "there is no git repository in that folder".to_owned(),
            });
        }
        let git = git.of_repository(path, &format!("libgit2 cannot read {}", path.display()));
        match git.text(&["rev-parse", "--is-bare-repository"]) {
            Ok(answer) => Ok(Porcelain {
                git,
                path: path.to_owned(),
                refusal: refusal.message().to_owned(),
                bare: answer.trim() == "true",
            }),
            Err(GitError::Failed { .. }) => Err(GitError::Corrupt {
                path: path.to_owned(),
                reason: refusal.message().to_owned(),
            }),
            Err(other) => Err(other),
        }
    }

    /// The folders of this repository: its own git folder, the common one, and the work tree's top.
    pub(crate) fn folders(&self) -> Result<(PathBuf, PathBuf, Option<PathBuf>), GitError> {
        let folder = |flag: &str| {
            let answer = self.git.text(&["rev-parse", flag])?;
            Ok(self.path.join(answer.trim_end_matches('\n')))
        };
        let top = if self.bare {
            None
        } else {
            folder("--show-toplevel").ok()
        };
        Ok((folder("--absolute-git-dir")?, folder("--git-common-dir")?, top))
    }

    /// The commit that `HEAD` itself names.
    pub(crate) fn detached_head(&self) -> Option<String> {
        let hash = self.git.text(&["rev-parse", "--verify", "-q", "HEAD"]).ok()?;
        Some(hash.trim_end_matches('\n').to_owned())
    }

    /// A value of the configuration.
    pub(crate) fn setting(&self, name: &str) -> Option<String> {
        let value = self.git.text(&["config", "--get", name]).ok()?;
        Some(value.trim_end_matches('\n').to_owned()).filter(|value| !value.is_empty())
    }

    pub(crate) fn refs<'a>(&self, known: impl Iterator<Item = &'a str>) -> Result<Refs, GitError> {
        let format = "--format=%(refname:lstrip=2)%00%(objectname)";
        let answer = self.git.run(&["for-each-ref", format, "refs/heads/"], None)?;
        let branches: BTreeMap<String, String> = String::from_utf8_lossy(&answer.out)
            .lines()
            .filter_map(|line| line.split_once('\0'))
            .map(|(name, hash)| (name.to_owned(), hash.to_owned()))
            .collect();
        let complaints: Vec<&str> = answer.complaints.lines().collect();
        let complaint = |name: &str| {
            let full = format!("refs/heads/{name}");
            complaints
                .iter()
                .find(|line| line.split_whitespace().any(|word| word == full))
        };
        let broken = known
            .filter(|name| !branches.contains_key(*name))
            .filter_map(|name| complaint(name).map(|line| (name.to_owned(), (*line).to_owned())))
            .collect();
        Ok(Refs {
            broken,
            head: self.symbolic("HEAD", "refs/heads/"),
            origin_head: self.symbolic("refs/remotes/origin/HEAD", "refs/remotes/origin/"),
            init_default: self.setting("init.defaultBranch"),
            bare: self.bare,
            branches,
        })
    }

    fn symbolic(&self, name: &str, prefix: &str) -> Option<String> {
        let target = self.git.text(&["symbolic-ref", "-q", name]).ok()?;
        target.trim_end_matches('\n').strip_prefix(prefix).map(str::to_owned)
    }

    pub(crate) fn present(&self, revisions: &[String]) -> Result<Vec<String>, GitError> {
        if revisions.is_empty() {
            return Ok(vec![]);
        }
        let answer = self.git.run(&["cat-file", "--batch-check"], Some(lines(revisions)))?;
        let answer = String::from_utf8_lossy(&answer.out);
        let commits = answer.lines().filter_map(|line| line.split_once(" commit "));
        Ok(commits.map(|(hash, _)| hash.to_owned()).collect())
    }

    pub(crate) fn walk(&self, tip: &str, hidden: &[String], limit: usize) -> Result<Walk, GitError> {
        let mut input = lines(&[tip.to_owned()]);
        for revision in hidden {
            input.extend_from_slice(format!("^{revision}\n").as_bytes());
        }
        let answer = self.git.run(&["rev-list", "--topo-order", "--stdin"], Some(input))?;
        let answer = String::from_utf8_lossy(&answer.out);
        let mut commits: Vec<String> = answer.lines().take(limit).map(str::to_owned).collect();
        let left_out = answer.lines().count() - commits.len();
        commits.reverse();
        Ok(Walk { commits, left_out })
    }

    pub(crate) fn is_ancestor(&self, old: &str, new: &str) -> Result<bool, GitError> {
        let answer = self
            .git
            .run(&["rev-list", "--max-count=1", old, &format!("^{new}"), "--"], None)?;
        Ok(answer.out.is_empty())
    }

    pub(crate) fn commits(&self, revisions: &[String]) -> Result<Vec<Commit>, GitError> {
        if revisions.is_empty() {
            return Ok(vec![]);
        }
        let objects = self.git.run(&["cat-file", "--batch"], Some(lines(revisions)))?.out;
        let mut files = self.files(revisions)?;
        let mut rest = objects.as_slice();
        let mut commits = Vec::with_capacity(revisions.len());
        for revision in revisions {
            let (object, after) = next_object(rest).ok_or_else(|| self.unclear("cat-file"))?;
            rest = after;
            let blank = object
                .windows(2)
                .position(|pair| pair == b"\n\n")
                .unwrap_or(object.len());
            let (header, message) = (&object[..blank], object.get(blank + 2..).unwrap_or_default());
            let files = files.remove(revision).unwrap_or_default();
            let files = files
                .iter()
                .map(|name| String::from_utf8_lossy(name).into_owned())
                .collect();
            commits.push(commit::parse(revision.clone(), header, message, files));
        }
        Ok(commits)
    }

    /// The names that each commit touched, against its first parent.
    fn files(&self, revisions: &[String]) -> Result<BTreeMap<String, BTreeSet<Vec<u8>>>, GitError> {
        let flags = [
            "log",
            "--no-walk=unsorted",
            "--stdin",
            "--format=tformat:%H",
            "-z",
            "--raw",
            "-r",
            "--root",
        ];
        let diff = [
            "--no-renames",
            "--no-abbrev",
            "--diff-merges=first-parent",
            "--no-show-signature",
            "--no-color",
            "--ignore-submodules=none",
        ];
        let answer = self
            .git
            .run(&[&flags[..], &diff[..]].concat(), Some(lines(revisions)))?
            .out;
        let mut files: BTreeMap<String, BTreeSet<Vec<u8>>> = BTreeMap::new();
        let mut current = String::new();
        let mut is_name = false;
        for token in answer.split(|byte| *byte == 0) {
            // A commit's hash, then per file ":modes hashes status" and its name.
            let token = if is_name {
                token
            } else {
                token.strip_prefix(b"\n").unwrap_or(token)
            };
            if is_name {
                files.entry(current.clone()).or_default().insert(token.to_vec());
                is_name = false;
            } else if token.first() == Some(&b':') {
                is_name = true;
            } else if !token.is_empty() {
                current = String::from_utf8_lossy(token).into_owned();
            }
        }
        Ok(files)
    }

    fn unclear(&self, what: &str) -> GitError {
        GitError::Corrupt {
            path: self.path.clone(),
            reason: format!("`git {what}` answered something unexpected"),
        }
    }
}

fn lines(revisions: &[String]) -> Vec<u8> {
    revisions
        .iter()
        .flat_map(|revision| [revision.as_str(), "\n"])
        .collect::<String>()
        .into_bytes()
}

/// The first object of what `cat-file --batch` prints (`hash type size`, the bytes, a line end), and the rest.
fn next_object(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = bytes.iter().position(|byte| *byte == b'\n')?;
    let size: usize = std::str::from_utf8(&bytes[..end])
        .ok()?
        .split(' ')
        .nth(2)?
        .parse()
        .ok()?;
    let start = end + 1;
    let object = bytes.get(start..start.checked_add(size)?)?;
    Some((object, bytes.get(start + size + 1..)?))
}
