//! What one string of the protocol can carry, known before anything is sent (`perspective-broker` §1.2).

use wire::try_job::TryJob;

/// Bytes of one string: 640 KiB.
pub const LONGEST: usize = 640 * 1024;

/// A part of a job is longer than the protocol can carry; nothing of it was sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{part} has {length} bytes, and over Perspective Broker {LONGEST} can be sent; send it another way, or less of it"
)]
pub struct TooLong {
    /// `the patch`, `the comment` and so on.
    pub part: &'static str,
    /// In bytes.
    pub length: usize,
}

/// Whether a job can be sent over Perspective Broker whole.
pub fn fits(job: &TryJob) -> Result<(), TooLong> {
    let text = |part, text: &str| short(part, text.len());
    text("the branch's name", job.branch.as_deref().unwrap_or_default())?;
    text("the base revision", job.base_revision.as_deref().unwrap_or_default())?;
    short("the patch", job.patch.as_ref().map_or(0, |patch| patch.body.len()))?;
    text("the repository's address", &job.repository)?;
    text("the project's name", &job.project)?;
    text("the sender's name", &job.who)?;
    text("the comment", &job.comment)?;
    short("the list of builders", job.builders.len())?;
    job.builders
        .iter()
        .try_for_each(|name| text("a builder's name", name))?;
    // More than what is sent of it, as it has the punctuation as well: nobody has properties of that size.
    let value = |value: &wire::try_job::Json| value.to_string().len();
    let properties = job.properties.iter();
    let length = properties.map(|(name, json)| name.len() + value(json)).sum();
    short("what the properties say", length)
}

fn short(part: &'static str, length: usize) -> Result<(), TooLong> {
    if length > LONGEST {
        return Err(TooLong { part, length });
    }
    Ok(())
}
