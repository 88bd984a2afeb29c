//! How much a connection grants its peer.

use std::time::Duration;

/// What a connection grants its peer. The limits of the format itself (§1.2) are not here: both ends have them.
#[derive(Clone, Debug)]
pub struct Options {
    /// How many objects the peer may hold at a time (§3.2); Twisted grants 1024.
    pub max_exported: usize,
    /// Bytes of one incoming expression, its texts and its nodes counted.
    pub max_element: usize,
    /// How many calls of the peer may wait for their answers at a time.
    pub max_unanswered: usize,
    /// Bytes. Calls of this end wait while as much is to be written; and while more answers are to be written, this end
    /// reads nothing.
    pub outgoing: usize,
    /// How long the peer may take for its first word: the offer of a server, the first call of a client. Before a
    /// [`login::root`](crate::login::root) also how long a client may take until its password was right.
    pub first_word: Option<Duration>,
    /// A word by which ends of one make know each other: a server offers it behind the dialects (§1.3), where others pass
    /// it over, and a client looks for it there: see [`Connection::is_marked`](crate::Connection::is_marked).
    pub mark: Option<&'static str>,
    /// How long a peer may take nothing while more answers are to be written than `outgoing` before it is given up.
    pub stall: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            max_exported: 1024,
            max_element: 16 << 20,
            max_unanswered: 10_000,
            outgoing: 1 << 20,
            first_word: Some(Duration::from_secs(30)),
            mark: None,
            stall: Duration::from_secs(120),
        }
    }
}
