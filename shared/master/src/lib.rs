//! The build engine: change sources, schedulers, queue, workers' links and build runs, behind one handle.
//!
//! One task owns the scheduling state and receives one closed enum of messages; builds are tasks of their own; what is
//! slow (the store, functions of the configuration, version control) runs elsewhere and comes back as a message.
//! An event is published, and a call answered, only after the store has durably what it tells.
//!
//! The engine must not know HTTP, pages or people's settings; it reaches workers only by `wire::worker::link`.

mod build;
mod catalog;
mod claims;
mod clock;
mod collapse;
mod engine;
mod error;
mod events;
mod intake;
mod lines;
mod master;
mod queue;
mod recovery;
mod redact;
pub mod scheduler;
pub mod secrets;
mod setup;
mod source;
pub mod state;
mod step;
mod try_job;
mod worker;

pub use catalog::{BuilderEntry, Catalog, Changed, Diff, SchedulerEntry};
pub use clock::{Clock, SystemClock};
pub use engine::message::{Requested, Shutdown, WorkerOrder};
pub use error::{AttachError, ControlError, StartError};
pub use events::{Closed, Events};
pub use master::{ForceRequest, Master};
pub use queue::WaitingReason;
pub use scheduler::verdict::{Decision, Verdict};
pub use secrets::{NoSecrets, Secrets};
pub use setup::Setup;
pub use state::State;
pub use try_job::{TryOrigin, TryRefusal};
pub use worker::Origin;
