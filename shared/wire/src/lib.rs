//! Buildbot's messages as values: what goes between a master and its workers, and between a master and its readers.
//!
//! Nothing here acts: a transport carries these values, `master`, `worker` and `web` know what they mean for them.

pub mod claims;
pub mod events;
pub mod rest;
pub mod try_job;
pub mod worker;
