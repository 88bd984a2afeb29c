//! With a reaper of orphans: everything below is a child sooner or later.

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use std::ffi::CStr;

/// Makes this process the parent of every orphan below it.
pub(in crate::unix::shim) fn adopt_orphans() -> nix::Result<()> {
    name(c"outpost-shim");
    nix::sys::prctl::set_child_subreaper(true)
}

/// What a list of processes shows for this one, where the path would say nothing.
pub(in crate::unix::shim) fn name(name: &CStr) {
    let _ = nix::sys::prctl::set_name(name);
}

/// One round: kills what is a child now. Grandchildren become children when their parent is dead.
pub(in crate::unix::shim) fn kill_all(_group: i32) {
    for child in children() {
        let _ = kill(Pid::from_raw(child), Signal::SIGKILL);
    }
}

/// Whether something can be alive although no child is left. With a reaper, nothing can.
pub(in crate::unix::shim) fn outlives_children(_group: i32) -> bool {
    false
}

fn children() -> Vec<i32> {
    let me = std::process::id();
    match std::fs::read_to_string(format!("/proc/{me}/task/{me}/children")) {
        Ok(list) => list
            .split_ascii_whitespace()
            .filter_map(|pid| pid.parse().ok())
            .collect(),
        Err(_) => children_by_parent(me),
    }
}

/// For kernels that do not list children: the fourth word of every process's `stat` is its parent.
fn children_by_parent(me: u32) -> Vec<i32> {
    let Ok(processes) = std::fs::read_dir("/proc") else {
        return Vec::new();
    };
    let is_mine = |pid: &i32| {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        // The second word is the program's name in parentheses, which may hold anything.
        let after_name = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
        after_name.split_ascii_whitespace().nth(1) == Some(&me.to_string())
    };
    processes
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .filter(is_mine)
        .collect()
}
