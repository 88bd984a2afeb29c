//! Windows: job objects.

mod console;
mod job;
mod output;
mod processes;
mod search;
mod signal;
mod spawn;

pub use output::Output;
pub(crate) use processes::Processes;
pub use signal::Signal;
pub(crate) use spawn::spawn;
