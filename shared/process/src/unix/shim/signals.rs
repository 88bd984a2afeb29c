//! The signals of a process that waits for its children and for a socket.

use nix::sys::signal::{SaFlags, SigAction, SigHandler, SigSet, SigmaskHow, Signal, sigaction, sigprocmask};
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};

/// Those that end the process.
const END: [Signal; 4] = [Signal::SIGTERM, Signal::SIGINT, Signal::SIGHUP, Signal::SIGQUIT];

static ENDED: AtomicBool = AtomicBool::new(false);

/// Whether one of them came.
pub(super) fn is_told_to_end() -> bool {
    ENDED.load(Ordering::Relaxed)
}

/// Lets the signals that matter in only while waiting; returns the mask to wait with.
pub(super) fn block() -> io::Result<SigSet> {
    extern "C" fn note(signal: i32) {
        if signal != libc::SIGCHLD {
            ENDED.store(true, Ordering::Relaxed);
        }
    }
    let action = SigAction::new(SigHandler::Handler(note), SaFlags::empty(), SigSet::empty());
    let mut blocked = SigSet::empty();
    for signal in END.into_iter().chain([Signal::SIGCHLD]) {
        blocked.add(signal);
        // SAFETY: the handler only sets a flag.
        unsafe { sigaction(signal, &action) }?;
    }
    sigprocmask(SigmaskHow::SIG_SETMASK, Some(&blocked), None)?;
    Ok(SigSet::empty())
}
