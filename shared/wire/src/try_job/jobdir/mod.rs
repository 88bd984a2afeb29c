//! A job as a file of a job folder (`try-and-sendchange` §2): read in every format that was ever written, written in
//! the newest that carries it.
//!
//! Where the file lies, and who may build what, is not known here.

mod error;
mod fields;
mod netstring;
mod object;
mod revision;

pub use error::JobError;

use super::TryJob;

/// Bytes that a job may have. Buildbot's own master takes [`BUILDBOT_LONGEST`], unless its configuration says otherwise.
pub const LONGEST: usize = 64 << 20;

/// Bytes that a job may have where nobody has raised Buildbot's limit.
pub const BUILDBOT_LONGEST: usize = 99_999;

/// Builders that a job may name.
const MOST_BUILDERS: usize = 10_000;

/// Reads a job of the formats 1 to 6.
pub fn decode(bytes: &[u8]) -> Result<TryJob, JobError> {
    if bytes.len() > LONGEST {
        return Err(JobError::TooLong(bytes.len()));
    }
    if bytes.is_empty() {
        return Err(JobError::Empty);
    }
    let mut strings = netstring::split(bytes);
    let version = strings.next().ok_or(JobError::Empty)??;
    let mut job = match version {
        b"1" | b"2" | b"3" | b"4" => fields::read(version[0] - b'0', strings)?,
        b"5" | b"6" => object::read(version == b"6", strings.next().ok_or(JobError::Missing("the job"))??)?,
        other => return Err(JobError::Version(shown(other))),
    };
    if let Some(revision) = job.base_revision.take() {
        job.base_revision = Some(revision::repaired(revision));
    }
    Ok(job)
}

/// Writes a job: format 5, or 6 when its patch is not UTF-8. All of it is ASCII.
pub fn encode(job: &TryJob) -> Vec<u8> {
    let (version, object) = object::write(job);
    let mut out = Vec::with_capacity(object.len() + 32);
    netstring::push(&mut out, version.as_bytes());
    netstring::push(&mut out, object.as_bytes());
    out
}

/// Writes a job in format 4, for masters before Buildbot 0.8.8. It has no place for properties.
pub fn encode_4(job: &TryJob) -> Result<Vec<u8>, JobError> {
    if !job.properties.is_empty() {
        return Err(JobError::Properties);
    }
    Ok(fields::write(job))
}

/// The beginning of what stands there, for a message.
fn shown(bytes: &[u8]) -> String {
    let beginning = &bytes[..bytes.len().min(40)];
    String::from_utf8_lossy(beginning).into_owned()
}
