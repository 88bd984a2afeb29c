//! Sends a person's change ([`wire::try_job::TryJob`]) to a master by the ways that are open: Perspective Broker, a job
//! folder over the person's own ssh, or a force form with a patch parameter.
//!
//! What is sent is exactly what was given, what a way cannot carry is said before sending, and every wait has an end.
//! This crate must not know working copies, pages or what is kept of a try.

mod error;
pub mod form;
pub mod limits;
pub mod options;
pub mod pb;
pub mod ssh;

pub use error::{Arrived, SubmitError};
pub use link::pb::tries::{Offer, Submitted, TryNews};

use std::time::Duration;

/// How long a submission may take, and for how many bytes a second more.
const PATIENCE: Duration = Duration::from_secs(60);
const BYTES_A_SECOND: u64 = 64 << 10;

/// How long so many bytes may take to be sent and answered.
pub fn patience(bytes: usize) -> Duration {
    PATIENCE + Duration::from_secs(bytes as u64 / BYTES_A_SECOND)
}
