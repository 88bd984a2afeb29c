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
pub use link::pb::tries::{Submitted, TryNews};
