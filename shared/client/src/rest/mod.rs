//! What a master says of its things: the rows of REST v2 and the bodies of events, which are the same.
//!
//! Masters are of many versions, and some lie: only what a row is useless without is insisted on. Everything else may be
//! missing or of a wrong type, and unknown members are ignored. Clauses (§6) are those of Buildbot's REST API v2.

mod build;
mod build_set;
mod builder;
mod change;
pub mod force_scheduler;
mod ids;
mod lenient;
pub mod log;
mod master;
mod project;
pub mod properties;
mod request;
mod scheduler;
pub mod source_stamp;
pub mod step;
pub mod worker;

pub use build::Build;
pub use build_set::BuildSet;
pub use builder::Builder;
pub use change::Change;
pub use force_scheduler::{Field, ForceScheduler};
pub use log::{Chunk, Log};
pub use master::MasterInfo;
pub use project::Project;
pub use request::Request;
pub use scheduler::Scheduler;
pub use source_stamp::SourceStamp;
pub use step::Step;
pub use worker::Worker;
