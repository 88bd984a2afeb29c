//! Open files that are handed to another process, over a socket.

use nix::sys::socket::{ControlMessage, ControlMessageOwned, MsgFlags, UnixAddr, recvmsg, sendmsg};
use std::io::{self, IoSlice, IoSliceMut};
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd, RawFd};
use std::os::unix::net::UnixStream;

/// The most that go with one message.
const MOST: usize = 4;

/// Sends a few bytes and the files with them, without waiting: an error when the other end takes nothing now.
pub(super) fn send(socket: &UnixStream, bytes: &[u8], files: &[BorrowedFd<'_>]) -> io::Result<()> {
    let raw: Vec<RawFd> = files.iter().map(AsRawFd::as_raw_fd).collect();
    let files = [ControlMessage::ScmRights(&raw)];
    let flags = MsgFlags::MSG_DONTWAIT | no_signal();
    sendmsg::<()>(socket.as_raw_fd(), &[IoSlice::new(bytes)], &files, flags, None)?;
    Ok(())
}

/// Waits for bytes, at most the buffer, and takes the files that come with them. No bytes at the end.
pub(super) fn receive(socket: &UnixStream, buffer: &mut [u8]) -> io::Result<(usize, Vec<OwnedFd>)> {
    let mut space = nix::cmsg_space!([RawFd; MOST]);
    let mut parts = [IoSliceMut::new(buffer)];
    let received = recvmsg::<UnixAddr>(socket.as_raw_fd(), &mut parts, Some(&mut space), not_inherited())?;
    let mut files = Vec::new();
    for message in received.cmsgs()? {
        if let ControlMessageOwned::ScmRights(list) = message {
            // SAFETY: the system just made them ours.
            files.extend(list.into_iter().map(|fd| unsafe { OwnedFd::from_raw_fd(fd) }));
        }
    }
    Ok((received.bytes, files))
}

/// They are for whom they were sent to, not for whatever else that process starts.
#[cfg(target_os = "linux")]
fn not_inherited() -> MsgFlags {
    MsgFlags::MSG_CMSG_CLOEXEC
}

#[cfg(not(target_os = "linux"))]
fn not_inherited() -> MsgFlags {
    MsgFlags::empty()
}

/// An other end that is gone is an error, not a signal. Rust's runtime ignores the signal besides.
#[cfg(target_os = "linux")]
fn no_signal() -> MsgFlags {
    MsgFlags::MSG_NOSIGNAL
}

#[cfg(not(target_os = "linux"))]
fn no_signal() -> MsgFlags {
    MsgFlags::empty()
}
