//! The parent of shims: a process with one thread and little memory, which is started once and forks a shim for each
//! command.
//!
//! It is asked over its standard input, a socket, and ends when that closes. Its shims do not depend on it: each has a
//! socket of its own to whoever asked. So when it is killed nothing that runs is lost, and the next command starts
//! another.

use super::message::Report;
use super::{below, signals, watch};
use crate::unix::{descriptors, direct};
use nix::sys::select::{FdSet, pselect};
use nix::sys::signal::SigSet;
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::{ForkResult, fork};
use std::fs::File;
use std::io::{self, Write};
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;

/// Forks shims until nobody can ask for another.
pub(super) fn serve() -> io::Result<()> {
    let asked = UnixStream::from(io::stdin().as_fd().try_clone_to_owned()?);
    // A shim must not hold this end: then nobody would notice that this process is gone.
    nix::unistd::dup2_stdin(File::open("/dev/null")?)?;
    let waiting = signals::block()?;
    nix::unistd::setsid()?;
    below::name(c"outpost-shims");
    loop {
        reap();
        if signals::is_told_to_end() {
            return Ok(());
        }
        if !is_asked(&asked, &waiting) {
            continue;
        }
        let Some((nice, control)) = receive(&asked)? else {
            return Ok(());
        };
        // SAFETY: this process has one thread.
        match unsafe { fork() } {
            Ok(ForkResult::Parent { .. }) => {}
            Ok(ForkResult::Child) => {
                drop(asked);
                direct::step_back(nice);
                return watch::serve(control, &waiting);
            }
            // Whoever asked hears it, or is gone.
            Err(error) => _ = (&control).write_all(&Report::Failed(error as i32).encode()),
        }
    }
}

/// Takes note of shims that have ended; who waits for one sees the end of its socket.
fn reap() {
    while let Ok(status) = waitpid(None, Some(WaitPidFlag::WNOHANG)) {
        if status == WaitStatus::StillAlive {
            return;
        }
    }
}

/// Waits for a signal, or for a request, in which case it says true.
fn is_asked(asked: &UnixStream, waiting: &SigSet) -> bool {
    let mut read = FdSet::new();
    read.insert(asked.as_fd());
    matches!(pselect(None, &mut read, None, None, None, waiting), Ok(1..))
}

/// How far a shim steps back, and its socket; `None` at the end.
fn receive(asked: &UnixStream) -> io::Result<Option<(u8, UnixStream)>> {
    let mut nice = [0];
    let (bytes, descriptors) = descriptors::receive(asked, &mut nice)?;
    if bytes == 0 {
        return Ok(None);
    }
    let control = descriptors.into_iter().next();
    let control = control.ok_or_else(|| io::Error::from(io::ErrorKind::InvalidData))?;
    Ok(Some((nice[0], control.into())))
}
