//! What may be wrong with a job's file.

use super::{LONGEST, MOST_BUILDERS};

/// Why a file is no job.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JobError {
    /// There is nothing in it.
    #[error("the job is empty; send it again")]
    Empty,
    /// It is longer than any job should be.
    #[error("the job has {0} bytes, and {LONGEST} are the most; send less at a time")]
    TooLong(usize),
    /// It is no row of netstrings.
    #[error("the job is no row of netstrings: {reason} at byte {at}")]
    Netstring {
        /// From 0.
        at: usize,
        /// What is wrong there.
        reason: &'static str,
    },
    /// It ends in the middle.
    #[error("the job ends in the middle of a netstring that begins at byte {0}; send it again")]
    CutOff(usize),
    /// It is written in no known format.
    #[error("the job has the format '{0}', and there are 1 to 6")]
    Version(String),
    /// Something is not there.
    #[error("the job lacks {0}")]
    Missing(&'static str),
    /// Something is there, but makes no sense.
    #[error("{field} of the job should be {wanted}")]
    Wrong {
        /// By Buildbot's name.
        field: &'static str,
        /// In words.
        wanted: &'static str,
    },
    /// Its object cannot be read.
    #[error("the job's JSON cannot be read: {0}")]
    Json(String),
    /// It names more builders than any master has.
    #[error("the job names more than {MOST_BUILDERS} builders")]
    Builders,
    /// The format has no place for properties.
    #[error("a job for masters before Buildbot 0.8.8 carries no properties; leave them out")]
    Properties,
}
