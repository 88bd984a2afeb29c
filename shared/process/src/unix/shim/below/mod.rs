//! Killing what is below a shim: the one thing that every system does in its own way.

#[cfg(target_os = "linux")]
mod linux;
#[cfg(not(target_os = "linux"))]
mod other;

#[cfg(target_os = "linux")]
pub(super) use linux::{adopt_orphans, kill_all, name, outlives_children};
#[cfg(not(target_os = "linux"))]
pub(super) use other::{adopt_orphans, kill_all, name, outlives_children};
