//! Running a program so that nothing of it is left behind.
//!
//! A [`Launcher`] starts a [`Command`]: its own process group, its output as [`Output`] streams, and a [`Tree`] through
//! which it is signalled, waited for and ended.
//!
//! On Unix a command runs under a *shim* (forked by the same binary started again, see `shim_main`) and the whole tree
//! ends, with grandchildren that left their group or were orphaned: the shim is their subreaper, and it kills all of them on order,
//! or when the process that started it is gone, however that ended. Without a shim, and on systems without subreapers
//! (macOS), only the process group is killed, and what left it survives.
//!
//! On Windows a command runs in a job object, which takes in all that it starts and kills it when the last handle is
//! closed, so also when the process that started it is killed. No shim is needed.
//!
//! This crate must not know what a build is, nor what the output means.

mod child;
mod command;
mod launcher;
#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(unix)]
use unix as system;
#[cfg(windows)]
use windows as system;

pub use child::{Child, Exit, Tree};
pub use command::Command;
pub use launcher::{Launcher, SpawnError};
pub use system::{Output, Signal};
#[cfg(unix)]
pub use unix::{SHIM_ARGUMENT, shim_main};
