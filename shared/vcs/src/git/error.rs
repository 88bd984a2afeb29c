//! What can go wrong with a repository, told to a person: the thing, the reason, the next step.

use std::path::PathBuf;
use std::time::Duration;

/// Why a repository, or a remote, could not be read.
#[derive(Debug, thiserror::Error)]
pub enum GitError {
    /// Neither this folder nor one above it is a repository.
    #[error("{} is not in a git repository: name a folder that is, or make one with `git init`", path.display())]
    NotARepository {
        /// The folder that was asked for.
        path: PathBuf,
    },
    /// The repository was expected at a path where nothing, or something else, is.
    #[error(
        "the repository {} is not there ({reason}): put it back, mount its disk, or name its new place in the configuration",
        path.display()
    )]
    Gone {
        /// Where it should be.
        path: PathBuf,
        /// What is the matter there.
        reason: String,
    },
    /// It belongs to another user, and git does not read such repositories unasked.
    #[error(
        "the repository {} belongs to another user: if you trust it, run `git config --global --add safe.directory {}`",
        path.display(), path.display()
    )]
    Owner {
        /// The repository.
        path: PathBuf,
    },
    /// Its contents do not make sense.
    #[error("the repository {} cannot be read ({reason}): run `git fsck` in it and repair what that names", path.display())]
    Corrupt {
        /// The repository.
        path: PathBuf,
        /// What is the matter.
        reason: String,
    },
    /// The person's own `git` is needed and could not be started.
    #[error("`{program}` cannot be run ({reason}), and {why}: install git, or put it on the PATH")]
    NoGit {
        /// The program tried.
        program: String,
        /// What the system said.
        reason: String,
        /// What it was needed for.
        why: String,
    },
    /// `git` gave up.
    #[error("`git {what}` failed for {subject}: {reason}; {hint}")]
    Failed {
        /// The subcommand.
        what: String,
        /// The repository or URL, without passwords.
        subject: String,
        /// What git said, without passwords.
        reason: String,
        /// The next step.
        hint: String,
    },
    /// `git` took too long and was ended.
    #[error("`git {what}` for {subject} was ended after {} s without an answer: check the network and the server", after.as_secs_f64())]
    TooSlow {
        /// The subcommand.
        what: String,
        /// The repository or URL, without passwords.
        subject: String,
        /// The limit.
        after: Duration,
    },
    /// Nobody waits for the answer any more.
    #[error("reading {subject} was stopped")]
    Stopped {
        /// The repository or URL, without passwords.
        subject: String,
    },
    /// A folder of our own cannot be written.
    #[error("the folder {} for copies of remote repositories cannot be used ({reason}): make it writable", path.display())]
    Cache {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        reason: String,
    },
}
