//! What each way carries, known before anything is sent.

use crate::SubmitError;
use client::rest::ForceScheduler;
use link::pb::tries::{LONGEST, fits};
use wire::try_job::TryJob;

/// Bytes of a job file that a Buildbot master takes, unless its configuration says otherwise (§2.1).
pub const JOB_FILE: usize = 99_999;

/// Bytes of a patch over Perspective Broker.
pub const PB: usize = LONGEST;

/// Bytes of a patch in a form, where the form does not say.
pub const FORM: usize = 10 << 20;

/// Whether a job can go over Perspective Broker.
pub fn over_pb(job: &TryJob) -> Result<(), SubmitError> {
    fits(job).map_err(|error| SubmitError::lasting(error.to_string(), SMALLER))
}

/// Whether a job file of so many bytes is taken, where the master's own limit is `limit`.
pub fn as_job_file(bytes: usize, limit: usize) -> Result<(), SubmitError> {
    if bytes <= limit {
        return Ok(());
    }
    let message = format!("the job has {bytes} bytes, and this master takes job files of up to {limit}");
    Err(SubmitError::lasting(message, SMALLER))
}

/// Whether a patch can go into a form: text only, and as long as its field allows.
pub fn in_form(job: &TryJob, form: &ForceScheduler) -> Result<(), SubmitError> {
    let body = job.patch.as_ref().map(|patch| patch.body.as_ref()).unwrap_or_default();
    let Ok(text) = std::str::from_utf8(body) else {
        let message = format!(
            "the form '{}' takes text only, and the patch has bytes that are not UTF-8",
            form.name
        );
        return Err(SubmitError::lasting(
            message,
            "Leave those files out, or choose another way.",
        ));
    };
    let limit = crate::form::longest(form);
    if text.len() > limit {
        let message = format!(
            "the patch has {} bytes, and the form '{}' takes up to {limit}",
            text.len(),
            form.name
        );
        return Err(SubmitError::lasting(message, SMALLER));
    }
    Ok(())
}

const SMALLER: &str = "Choose another way, or leave files out.";
