//! The shim's life: start, watch, report, kill.

use super::message::{Order, REPORT_SIZE, Report, Request};
use super::{below, signals};
use crate::unix::{Signal, descriptors, direct};
use nix::sys::select::{FdSet, pselect};
use nix::sys::signal::SigSet;
use nix::sys::time::TimeSpec;
use std::io::{self, Read, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;

/// Between two rounds of killing, unless a death comes first.
const ROUND: TimeSpec = TimeSpec::new(0, 5_000_000);

/// A request is at most what the system takes as arguments and environment, and then some.
const LONGEST_REQUEST: usize = 64 * 1024 * 1024;

/// What a shim knows.
struct Watch {
    control: UnixStream,
    /// The other end may still order.
    attended: bool,
    /// Everything is being killed.
    ending: bool,
    command: i32,
    /// The command's own process has ended.
    exited: bool,
}

/// Serves the command that is asked for over `control`. Returns when nothing is left below this process, whose signals
/// come only while it waits with `waiting`.
pub(super) fn serve(mut control: UnixStream, waiting: &SigSet) -> io::Result<()> {
    // A Ctrl-C on our terminal reaches the command through us only.
    nix::unistd::setsid()?;
    below::adopt_orphans()?;
    let (Request(command), streams, held) = receive(&mut control)?;
    let started = direct::prepared_under(&command, streams).spawn();
    let command = match started {
        Ok(child) => child.id() as i32,
        Err(error) => return report(&control, Report::Failed(error.raw_os_error().unwrap_or(libc::EIO))),
    };
    let mut watch = Watch {
        attended: report(&control, Report::Started(command)).is_ok(),
        control,
        ending: false,
        command,
        exited: false,
    };
    let ended = watch.run(waiting);
    // Before the socket: whoever sees its end finds nothing of this process.
    drop(held);
    ended
}

impl Watch {
    fn run(&mut self, waiting: &SigSet) -> io::Result<()> {
        loop {
            let childless = self.reap();
            if childless && !below::outlives_children(self.command) {
                return Ok(());
            }
            self.ending |= !self.attended || signals::is_told_to_end();
            if self.ending {
                below::kill_all(self.command);
            }
            if self.wait(waiting) {
                self.obey();
            }
        }
    }

    /// Takes note of every child that has ended; true when there are none left.
    fn reap(&mut self) -> bool {
        loop {
            let mut status = 0;
            // SAFETY: `status` lives through the call.
            match unsafe { libc::waitpid(-1, &mut status, libc::WNOHANG) } {
                0 => return false,
                -1 if io::Error::last_os_error().kind() == io::ErrorKind::Interrupted => {}
                -1 => return true,
                pid if pid == self.command && !self.exited => {
                    self.exited = true;
                    let news = match libc::WIFSIGNALED(status) {
                        true => Report::Signalled(libc::WTERMSIG(status)),
                        false => Report::Exited(libc::WEXITSTATUS(status)),
                    };
                    self.attended &= report(&self.control, news).is_ok();
                }
                _ => {}
            }
        }
    }

    /// Waits for a signal, or for the other end, in which case it says true.
    fn wait(&self, waiting: &SigSet) -> bool {
        let mut read = FdSet::new();
        if self.attended {
            read.insert(self.control.as_fd());
        }
        let limit = self.ending.then_some(&ROUND);
        matches!(pselect(None, &mut read, None, None, limit, waiting), Ok(1..))
    }

    fn obey(&mut self) {
        let mut order = [0; REPORT_SIZE];
        match self.control.read_exact(&mut order) {
            Err(_) => self.attended = false,
            Ok(()) => match Order::decode(&order) {
                Order::End => self.ending = true,
                // Before it is reaped the number is still the command's.
                Order::Signal(number) if !self.exited => {
                    if let Some(signal) = Signal::known(number) {
                        direct::signal_group(self.command, signal);
                    }
                }
                Order::Signal(_) => {}
            },
        }
    }
}

fn report(mut control: &UnixStream, report: Report) -> io::Result<()> {
    control.write_all(&report.encode())
}

/// What to run, its streams, and what is only kept open.
fn receive(control: &mut UnixStream) -> io::Result<(Request, [OwnedFd; 3], Vec<OwnedFd>)> {
    let broken = || io::Error::from(io::ErrorKind::InvalidData);
    let mut length = [0; 4];
    let (bytes, mut descriptors) = descriptors::receive(control, &mut length)?;
    let held = descriptors.split_off(descriptors.len().min(3));
    let streams = descriptors.try_into().map_err(|_| broken())?;
    let length = u32::from_le_bytes(length) as usize;
    if bytes != 4 || length > LONGEST_REQUEST {
        return Err(broken());
    }
    let mut request = vec![0; length];
    control.read_exact(&mut request)?;
    Ok((Request::decode(&request)?, streams, held))
}
