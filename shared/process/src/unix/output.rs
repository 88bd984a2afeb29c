//! What a command prints, as a stream of bytes.

use std::io;
use std::os::fd::OwnedFd;
use tokio::net::unix::pipe::Receiver;

/// A pipe holds this much before its writer waits: fewer switches between the two under a flood.
#[cfg(target_os = "linux")]
const PIPE_SIZE: i32 = 256 * 1024;

/// One output of a command: a pipe or a terminal. Dropping it makes a later write of the command fail.
#[derive(Debug)]
pub struct Output(Receiver);

impl Output {
    /// Takes the reading end; must be called inside a tokio runtime.
    pub(crate) fn new(fd: OwnedFd) -> io::Result<Output> {
        let flags = nix::fcntl::fcntl(&fd, nix::fcntl::FcntlArg::F_GETFL)?;
        let flags = nix::fcntl::OFlag::from_bits_retain(flags) | nix::fcntl::OFlag::O_NONBLOCK;
        nix::fcntl::fcntl(&fd, nix::fcntl::FcntlArg::F_SETFL(flags))?;
        // Refused for a terminal, or when the user has many pipes: the default size does as well.
        #[cfg(target_os = "linux")]
        let _ = nix::fcntl::fcntl(&fd, nix::fcntl::FcntlArg::F_SETPIPE_SZ(PIPE_SIZE));
        Receiver::from_owned_fd_unchecked(fd).map(Output)
    }

    /// Waits for bytes and reads what there is, at most the buffer; 0 at the end. Safe to cancel.
    pub async fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            self.0.readable().await?;
            match self.0.try_read(buffer) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                // A terminal whose last user is gone says so with this error.
                Err(error) if error.raw_os_error() == Some(libc::EIO) => return Ok(0),
                result => return result,
            }
        }
    }
}
