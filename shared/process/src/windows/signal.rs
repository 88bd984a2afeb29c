//! Signals by name.

/// What can be done to a command: kill it, or ask it to end. Windows has no other signals; those of Unix that ask a
/// process to end mean Ctrl-Break here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Signal(Kind);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Kill,
    Break,
}

impl Signal {
    /// Ends a whole tree at once.
    pub const KILL: Signal = Signal(Kind::Kill);
    /// Asks a command to end, by Ctrl-Break in its console.
    pub const TERM: Signal = Signal(Kind::Break);

    /// Its name without `SIG`, as `KILL`; `None` for a name that this system does not know.
    pub fn named(name: &str) -> Option<Signal> {
        match name {
            "KILL" => Some(Signal::KILL),
            "TERM" | "INT" | "HUP" | "QUIT" | "BREAK" => Some(Signal::TERM),
            _ => None,
        }
    }

    pub(super) fn kind(self) -> Kind {
        self.0
    }
}
