//! Unix: process groups, and a shim that keeps what leaves them.

mod descriptors;
mod direct;
mod output;
mod parent;
mod processes;
mod shim;
mod signal;
mod spawn;
mod terminal;

pub use output::Output;
pub(crate) use processes::Processes;
pub use shim::{SHIM_ARGUMENT, shim_main};
pub use signal::Signal;
pub(crate) use spawn::spawn;
