//! The formats 1 to 4: a netstring for each field (`try-and-sendchange` §2.3).

use super::netstring::{Strings, push};
use super::{JobError, MOST_BUILDERS};
use crate::try_job::{TryJob, TryPatch};
use bytes::Bytes;

/// What follows the version's number.
pub(super) fn read(version: u8, strings: Strings<'_>) -> Result<TryJob, JobError> {
    let mut fields = Fields(strings);
    let mut job = TryJob {
        id: fields.text("jobid")?,
        branch: Some(fields.text("branch")?).filter(|text| !text.is_empty()),
        base_revision: Some(fields.text("baserev")?).filter(|text| !text.is_empty()),
        ..TryJob::default()
    };
    let level = fields.text("patch_level")?.parse().map_err(|_| JobError::Wrong {
        field: "patch_level",
        wanted: "a number from 0",
    })?;
    let body = Bytes::copy_from_slice(fields.bytes("patch_body")?);
    // There is no other way to say that there is none.
    job.patch = (!body.is_empty()).then_some(TryPatch { level, body });
    if version >= 2 {
        job.repository = fields.text("repository")?;
        job.project = fields.text("project")?;
    }
    if version >= 3 {
        job.who = fields.text("who")?;
    }
    if version >= 4 {
        job.comment = fields.text("comment")?;
    }
    for name in fields.0 {
        if job.builders.len() >= MOST_BUILDERS {
            return Err(JobError::Builders);
        }
        job.builders.push(text("builderNames", name?)?);
    }
    Ok(job)
}

/// All of it, in format 4.
pub(super) fn write(job: &TryJob) -> Vec<u8> {
    let level = job.patch.as_ref().map_or(0, |patch| patch.level).to_string();
    let body = job.patch.as_ref().map(|patch| patch.body.as_ref());
    let fields: [&[u8]; 10] = [
        b"4",
        job.id.as_bytes(),
        job.branch.as_deref().unwrap_or_default().as_bytes(),
        job.base_revision.as_deref().unwrap_or_default().as_bytes(),
        level.as_bytes(),
        body.unwrap_or_default(),
        job.repository.as_bytes(),
        job.project.as_bytes(),
        job.who.as_bytes(),
        job.comment.as_bytes(),
    ];
    let mut out = Vec::new();
    let names = job.builders.iter().map(|name| name.as_bytes());
    fields.into_iter().chain(names).for_each(|field| push(&mut out, field));
    out
}

struct Fields<'a>(Strings<'a>);

impl<'a> Fields<'a> {
    fn bytes(&mut self, name: &'static str) -> Result<&'a [u8], JobError> {
        self.0.next().ok_or(JobError::Missing(name))?
    }

    fn text(&mut self, name: &'static str) -> Result<String, JobError> {
        text(name, self.bytes(name)?)
    }
}

fn text(field: &'static str, bytes: &[u8]) -> Result<String, JobError> {
    String::from_utf8(bytes.to_vec()).map_err(|_| JobError::Wrong { field, wanted: "UTF-8" })
}
