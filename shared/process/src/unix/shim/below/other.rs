//! Without a reaper of orphans: the command's group.

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use std::ffi::CStr;

/// There is no such thing here: what leaves the command's group can survive.
pub(in crate::unix::shim) fn adopt_orphans() -> nix::Result<()> {
    Ok(())
}

/// A process is called after its program here.
pub(in crate::unix::shim) fn name(_name: &CStr) {}

/// Kills the command's group.
pub(in crate::unix::shim) fn kill_all(group: i32) {
    let _ = killpg(Pid::from_raw(group), Signal::SIGKILL);
}

/// Whether something can be alive although no child is left: the rest of the group.
pub(in crate::unix::shim) fn outlives_children(group: i32) -> bool {
    killpg(Pid::from_raw(group), None).is_ok()
}
