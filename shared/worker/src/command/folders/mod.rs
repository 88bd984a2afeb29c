//! Removing and copying folders: by programs where the system has them, so that masters see what they always saw, else
//! by ourselves.

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(unix)]
pub(super) use unix::{copy, remove};
#[cfg(windows)]
pub(super) use windows::{copy, remove};
