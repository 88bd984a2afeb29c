//! What one call of the protocol can carry, known before anything is sent (`perspective-broker` §1.2).

use wire::try_job::{TryJob, jobdir};

/// Bytes of one string, and so of a patch: 640 KiB.
pub const LONGEST: usize = 640 * 1024;

/// Bytes of a patch that a master of Outpost takes, in parts.
pub const LONGEST_IN_PARTS: usize = jobdir::LONGEST;

/// A part of a job is longer than the master can be sent; nothing of it was.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{part} has {length} bytes, and over Perspective Broker {limit} can be sent; send it another way, or less of it"
)]
pub struct TooLong {
    /// `the patch`, `the comment` and so on.
    pub part: &'static str,
    /// In bytes.
    pub length: usize,
    /// The most, in bytes.
    pub limit: usize,
}

/// Whether a job can be sent over Perspective Broker whole; `outpost` when its master is one.
pub fn fits(job: &TryJob, outpost: bool) -> Result<(), TooLong> {
    let text = |part, text: &str| short(part, text.len(), LONGEST);
    text("the branch's name", job.branch.as_deref().unwrap_or_default())?;
    text("the base revision", job.base_revision.as_deref().unwrap_or_default())?;
    short("the patch", body_of(job).len(), longest_patch(outpost))?;
    text("the repository's address", &job.repository)?;
    text("the project's name", &job.project)?;
    text("the sender's name", &job.who)?;
    text("the comment", &job.comment)?;
    short("the list of builders", job.builders.len(), LONGEST)?;
    job.builders
        .iter()
        .try_for_each(|name| text("a builder's name", name))?;
    // More than what is sent of it, as it has the punctuation as well: nobody has properties of that size.
    let value = |value: &wire::try_job::Json| value.to_string().len();
    let properties = job.properties.iter();
    let length = properties.map(|(name, json)| name.len() + value(json)).sum();
    short("what the properties say", length, LONGEST)
}

/// Bytes of a patch that a master takes.
pub fn longest_patch(outpost: bool) -> usize {
    match outpost {
        true => LONGEST_IN_PARTS,
        false => LONGEST,
    }
}

/// The patch's bytes; none when there is no patch.
pub(super) fn body_of(job: &TryJob) -> &[u8] {
    job.patch.as_ref().map(|patch| patch.body.as_ref()).unwrap_or_default()
}

fn short(part: &'static str, length: usize, limit: usize) -> Result<(), TooLong> {
    if length > limit {
        return Err(TooLong { part, length, limit });
    }
    Ok(())
}
