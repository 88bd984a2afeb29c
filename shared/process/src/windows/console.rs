//! Ctrl-Break, the only way to ask a console program to end.
//!
//! It reaches a process group that shares a console with its sender. A command shares ours when there is one; otherwise
//! it has a hidden one of its own (a window would open for each command), which is borrowed for a moment.

use std::io;
use std::sync::{Mutex, PoisonError};
use windows_sys::Win32::System::Console::{
    AttachConsole, CTRL_BREAK_EVENT, FreeConsole, GenerateConsoleCtrlEvent, GetConsoleCP,
};

/// A process has one console at a time.
static CONSOLE: Mutex<()> = Mutex::new(());

/// Whether this process has a console.
pub(super) fn is_there() -> bool {
    let _guard = CONSOLE.lock().unwrap_or_else(PoisonError::into_inner);
    attached()
}

/// Sends Ctrl-Break to the group that this process leads.
pub(super) fn send_break(group: u32) -> io::Result<()> {
    let _guard = CONSOLE.lock().unwrap_or_else(PoisonError::into_inner);
    let borrowed = !attached();
    // SAFETY: plain system calls; the lock keeps other commands away from the borrowed console.
    unsafe {
        if borrowed && AttachConsole(group) == 0 {
            return Err(io::Error::last_os_error());
        }
        let sent = GenerateConsoleCtrlEvent(CTRL_BREAK_EVENT, group);
        let error = io::Error::last_os_error();
        if borrowed {
            FreeConsole();
        }
        if sent == 0 { Err(error) } else { Ok(()) }
    }
}

fn attached() -> bool {
    // SAFETY: a plain system call; without a console there is no code page.
    unsafe { GetConsoleCP() != 0 }
}
