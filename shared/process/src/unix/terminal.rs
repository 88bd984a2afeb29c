//! A terminal of its own for a command.

use nix::fcntl::OFlag;
use nix::pty::{grantpt, posix_openpt, unlockpt};
use std::fs::File;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::fs::OpenOptionsExt;

/// Both sides of a new terminal, neither inherited by other commands: ours, and the command's.
pub(crate) fn open() -> io::Result<(OwnedFd, OwnedFd)> {
    let ours = posix_openpt(OFlag::O_RDWR | OFlag::O_NOCTTY | OFlag::O_CLOEXEC)?;
    grantpt(&ours)?;
    unlockpt(&ours)?;
    let theirs = File::options()
        .read(true)
        .write(true)
        .custom_flags(libc::O_NOCTTY)
        .open(name(&ours)?)?;
    // A duplicate, because `PtyMaster` does not give up its own.
    Ok((ours.as_fd().try_clone_to_owned()?, theirs.into()))
}

#[cfg(target_os = "linux")]
fn name(ours: &nix::pty::PtyMaster) -> io::Result<String> {
    Ok(nix::pty::ptsname_r(ours)?)
}

#[cfg(not(target_os = "linux"))]
fn name(ours: &nix::pty::PtyMaster) -> io::Result<String> {
    // One buffer per process: two terminals opened at once must not share it.
    static BUFFER: std::sync::Mutex<()> = std::sync::Mutex::new(());
    let _guard = BUFFER.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    // SAFETY: the lock keeps other callers of this crate away until the name is copied.
    Ok(unsafe { nix::pty::ptsname(ours) }?)
}
