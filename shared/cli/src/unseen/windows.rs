//! Windows.

use std::io;
use std::os::windows::io::AsRawHandle;
use windows_sys::Win32::System::Console::{ENABLE_ECHO_INPUT, GetConsoleMode, SetConsoleMode};

/// The console without echo, until dropped.
pub struct Unseen(u32);

impl Unseen {
    pub fn begin() -> io::Result<Unseen> {
        let mut before = 0;
        // SAFETY: standard input stays open, and the mode lives through the call.
        if unsafe { GetConsoleMode(io::stdin().as_raw_handle(), &mut before) } == 0 {
            return Err(io::Error::last_os_error());
        }
        set(before & !ENABLE_ECHO_INPUT)?;
        Ok(Unseen(before))
    }
}

impl Drop for Unseen {
    fn drop(&mut self) {
        // On the way out there is nothing better to do than to try.
        let _ = set(self.0);
    }
}

fn set(mode: u32) -> io::Result<()> {
    // SAFETY: standard input stays open.
    match unsafe { SetConsoleMode(io::stdin().as_raw_handle(), mode) } {
        0 => Err(io::Error::last_os_error()),
        _ => Ok(()),
    }
}
