//! Live events: which keys and which body an event has, what a subscription matches, and the frames of `/ws`.
//!
//! Everything here is pure. Who listens, and how the frames travel, is not known here. Clauses (`§1.4`) are those of
//! Buildbot's live events as version 4.3 sends them.

pub mod command;
mod ctime;
pub mod frame;
pub mod news;
pub mod pattern;

pub use command::{Command, Mistake};
pub use news::News;
pub use pattern::Pattern;
