//! Running a program so that nothing of it is left behind.
//!
//! A [`Launcher`] starts a [`Command`]: its own process group, its output as [`Output`] streams, and a [`Tree`] through
//! which it is signalled, waited for and ended. Under a *shim* (the same binary started again, see [`shim_main`]) the
//! whole tree ends, with grandchildren that left their group or were orphaned: the shim is their subreaper, and it kills
//! all of them on order, or when the process that started it is gone, however that ended. Without a shim, and on
//! systems without subreapers, only the process group is killed.
//!
//! This crate must not know what a build is, nor what the output means.

#![cfg(unix)]

mod child;
mod command;
mod direct;
mod launcher;
mod output;
mod shim;
mod signal;
mod terminal;

pub use child::{Child, Exit, Tree};
pub use command::Command;
pub use launcher::{Launcher, SpawnError};
pub use output::Output;
pub use shim::{SHIM_ARGUMENT, shim_main};
pub use signal::Signal;
