//! The shim's life: start, watch, report, kill.

use super::below;
use super::message::{Order, REPORT_SIZE, Report, Request};
use crate::unix::{Signal, direct};
use nix::sys::select::{FdSet, pselect};
use nix::sys::signal::{SaFlags, SigAction, SigHandler, SigSet, SigmaskHow, Signal as Name, sigaction, sigprocmask};
use nix::sys::socket::{ControlMessageOwned, MsgFlags, UnixAddr, recvmsg};
use nix::sys::time::TimeSpec;
use std::io::{self, IoSliceMut, Read, Write};
use std::os::fd::{AsFd, AsRawFd, FromRawFd, OwnedFd, RawFd};
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicBool, Ordering};

/// Between two rounds of killing, unless a death comes first.
const ROUND: TimeSpec = TimeSpec::new(0, 5_000_000);

/// A request is at most what the system takes as arguments and environment, and then some.
const LONGEST_REQUEST: usize = 64 * 1024 * 1024;

/// Signals that end the shim, and so all below it.
const END: [Name; 4] = [Name::SIGTERM, Name::SIGINT, Name::SIGHUP, Name::SIGQUIT];

static ENDED: AtomicBool = AtomicBool::new(false);

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

/// Serves one command. Returns when nothing is left below this process.
pub(super) fn serve() -> io::Result<()> {
    let mut control = UnixStream::from(io::stdin().as_fd().try_clone_to_owned()?);
    let waiting = block_signals()?;
    // A Ctrl-C on our terminal reaches the command through us only.
    nix::unistd::setsid()?;
    below::adopt_orphans()?;
    let (Request(command), streams, _held) = receive(&mut control)?;
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
    watch.run(&waiting)
}

impl Watch {
    fn run(&mut self, waiting: &SigSet) -> io::Result<()> {
        loop {
            let childless = self.reap();
            if childless && !below::outlives_children(self.command) {
                return Ok(());
            }
            self.ending |= !self.attended || ENDED.load(Ordering::Relaxed);
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

/// Lets the signals that matter in only while waiting; returns the mask to wait with.
fn block_signals() -> io::Result<SigSet> {
    extern "C" fn note(signal: i32) {
        if signal != libc::SIGCHLD {
            ENDED.store(true, Ordering::Relaxed);
        }
    }
    let action = SigAction::new(SigHandler::Handler(note), SaFlags::empty(), SigSet::empty());
    let mut blocked = SigSet::empty();
    for signal in END.into_iter().chain([Name::SIGCHLD]) {
        blocked.add(signal);
        // SAFETY: the handler only sets a flag.
        unsafe { sigaction(signal, &action) }?;
    }
    sigprocmask(SigmaskHow::SIG_SETMASK, Some(&blocked), None)?;
    Ok(SigSet::empty())
}

/// What to run, its streams, and what is only kept open.
fn receive(control: &mut UnixStream) -> io::Result<(Request, [OwnedFd; 3], Vec<OwnedFd>)> {
    let broken = || io::Error::from(io::ErrorKind::InvalidData);
    let mut length = [0; 4];
    let mut space = nix::cmsg_space!([RawFd; 4]);
    let mut descriptors: Vec<OwnedFd> = Vec::new();
    let mut parts = [IoSliceMut::new(&mut length)];
    let received = recvmsg::<UnixAddr>(control.as_raw_fd(), &mut parts, Some(&mut space), flags())?;
    let bytes = received.bytes;
    for message in received.cmsgs()? {
        if let ControlMessageOwned::ScmRights(list) = message {
            // SAFETY: the system just made them ours.
            descriptors.extend(list.into_iter().map(|fd| unsafe { OwnedFd::from_raw_fd(fd) }));
        }
    }
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

/// The streams are the command's, not those of whatever else this process starts.
#[cfg(target_os = "linux")]
fn flags() -> MsgFlags {
    MsgFlags::MSG_CMSG_CLOEXEC
}

#[cfg(not(target_os = "linux"))]
fn flags() -> MsgFlags {
    MsgFlags::empty()
}
