//! Why no change can be taken.

use super::System;
use super::read::CHANGED;
use std::path::PathBuf;

/// Why no change can be taken from a folder.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TakeError {
    /// No folder above has a working copy.
    #[error("{} is in no working copy of a version control system that is known here", .0.display())]
    NoWorkingCopy(PathBuf),
    /// The system's program is not installed.
    #[error("this is a {} working copy, and its program '{program}' is not installed", .system.name())]
    NoProgram {
        /// Which system.
        system: System,
        /// Its program.
        program: String,
    },
    /// The system's program did not do it.
    #[error("{command} failed: {message}")]
    Failed {
        /// What was run.
        command: String,
        /// Its words, or ours.
        message: String,
    },
    /// There is nothing in common with what a master can reach.
    #[error("no base was found that a master can reach: {reason}")]
    NoBase {
        /// `the branch follows no other`, `no commit in common with origin/main`, `the clone is shallow`.
        reason: String,
    },
    /// A name that is no revision here.
    #[error("there is no revision '{0}' here")]
    NoRevision(String),
    /// A file cannot be read, or changed while it was being read.
    #[error("{path} cannot be read: {reason}")]
    Unreadable {
        /// Which file.
        path: String,
        /// Why.
        reason: String,
    },
    /// What was asked for is not for this system.
    #[error("{what} is not for {}", .system.name())]
    NotFor {
        /// `a staged change`
        what: String,
        /// Which system.
        system: System,
    },
    /// It took too long, or was given up.
    #[error("taking the change was given up: {0}")]
    GivenUp(String),
}

impl TakeError {
    /// The next step, if there is one.
    pub fn hint(&self) -> Option<String> {
        match self {
            TakeError::NoWorkingCopy(_) => {
                Some("Go to a folder of a working copy, or name the system and its top folder.".to_owned())
            }
            TakeError::NoProgram { program, .. } => Some(format!(
                "Install {program}, or put it on the PATH of the program that runs here."
            )),
            TakeError::NoBase { .. } => {
                Some("Name the base: a branch or revision that the master can reach.".to_owned())
            }
            TakeError::NoRevision(_) => Some("Fetch it first, or name another.".to_owned()),
            TakeError::Unreadable { reason, .. } if reason == CHANGED => {
                Some("Look at the change again when nothing writes the file any more.".to_owned())
            }
            TakeError::Unreadable { .. } => {
                Some("Put that right, or bring the file back as it was, and take the change again.".to_owned())
            }
            TakeError::Failed { .. } => Some("The same in a terminal tells more.".to_owned()),
            TakeError::NotFor { .. } => Some("Take the whole change.".to_owned()),
            // It is in the sentence, as far as there is one.
            TakeError::GivenUp(_) => None,
        }
    }
}
