//! What each way carries, known before anything is sent.

use crate::SubmitError;
use client::rest::ForceScheduler;
use link::pb::tries::fits;
use wire::try_job::{TryJob, jobdir};

pub use link::pb::tries::longest_patch;

/// Bytes of a patch in a form, where the form does not say.
pub const FORM: usize = 10 << 20;

/// Bytes of a job file that a master takes (§2.1): `told` by its keeper, or else what its make takes.
pub fn job_file(told: Option<u32>, outpost: bool) -> usize {
    let told = told.and_then(|told| usize::try_from(told).ok());
    told.unwrap_or(match outpost {
        true => jobdir::LONGEST,
        false => jobdir::BUILDBOT_LONGEST,
    })
}

/// Whether a job can go over Perspective Broker; `outpost` when its master is one.
pub fn over_pb(job: &TryJob, outpost: bool) -> Result<(), SubmitError> {
    fits(job, outpost).map_err(|error| SubmitError::lasting(error.to_string(), SMALLER))
}

/// Whether a job file of so many bytes is taken, where the master's own limit is `limit`.
pub fn as_job_file(bytes: usize, limit: usize) -> Result<(), SubmitError> {
    if bytes <= limit {
        return Ok(());
    }
    let message = format!("the job has {bytes} bytes, and this master takes job files of up to {limit}");
    Err(SubmitError::lasting(message, SMALLER_OR_TOLD))
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
const SMALLER_OR_TOLD: &str =
    "Choose another way, leave files out, or say how much the master takes where you say how changes get there.";
