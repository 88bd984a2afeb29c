//! What carries a patch, and what it cannot carry.

/// What applies the patch at the other end, as far as it limits what a patch may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Carrier {
    /// A Buildbot master's Git step: `git apply`, so every kind of change. Its worker reads text only: what is not UTF-8
    /// becomes binary hunks.
    Git,
    /// A Buildbot master's step of another system: `patch --remove-empty-files --force --forward`. No binary file, no
    /// empty file, no mode, no link, and nothing that is not UTF-8.
    Patch,
    /// Our own master: every kind of change for every system.
    Own,
}

/// Why a choice has no patch.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// Kinds of change that the other end cannot apply.
    #[error("{} cannot be carried: {}", files(.0), reasons(.0))]
    Kinds(Vec<UnfitFile>),
    /// The bytes cannot be read any more, or are no longer those that were shown.
    #[error("{path} cannot be read: {reason}")]
    Unreadable {
        /// Which file.
        path: String,
        /// The system's words, or `it changed while it was being read`.
        reason: String,
    },
    /// More than is ever sent.
    #[error("the patch would have more than {limit} bytes")]
    TooLarge {
        /// Bytes.
        limit: u64,
    },
    /// A place that is not there.
    #[error("there is no such file or hunk in the change; look at the change again")]
    NoSuchPlace,
}

/// A file that the other end cannot make.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnfitFile {
    /// Its path, for people.
    pub path: String,
    /// One clause: `it is binary`, `it is empty`, `its mode changes`, `it is a link`, `it is not UTF-8`.
    pub reason: String,
}

/// Files that one sentence names.
const NAMED: usize = 20;

fn files(files: &[UnfitFile]) -> String {
    match files {
        [one] => one.path.clone(),
        more => format!("{} files", more.len()),
    }
}

fn reasons(files: &[UnfitFile]) -> String {
    let mut reasons: Vec<String> = files
        .iter()
        .map(|file| format!("{}: {}", file.path, file.reason))
        .collect();
    if let [one] = files {
        return one.reason.clone();
    }
    let more = files.len().saturating_sub(NAMED);
    reasons.truncate(NAMED);
    match more {
        0 => reasons.join("; "),
        more => format!("{}; and {more} more", reasons.join("; ")),
    }
}
