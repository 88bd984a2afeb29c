//! Signals by name.

use std::str::FromStr;

/// A signal of this system, by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Signal(i32);

impl Signal {
    /// Ends a process at once.
    pub const KILL: Signal = Signal(libc::SIGKILL);
    /// Asks a process to end.
    pub const TERM: Signal = Signal(libc::SIGTERM);

    /// Its name without `SIG`, as `KILL`; `None` for a name that this system does not know.
    pub fn named(name: &str) -> Option<Signal> {
        let signal = nix::sys::signal::Signal::from_str(&format!("SIG{name}")).ok()?;
        Some(Signal(signal as i32))
    }

    /// Its number.
    pub fn number(self) -> i32 {
        self.0
    }

    /// The signal of this number, if it is one.
    pub(crate) fn known(number: i32) -> Option<Signal> {
        Signal::from_number(number).map(|_| Signal(number))
    }

    /// The same for `nix`; a number that came over a pipe may be none.
    pub(crate) fn from_number(number: i32) -> Option<nix::sys::signal::Signal> {
        nix::sys::signal::Signal::try_from(number).ok()
    }
}
