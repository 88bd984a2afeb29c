//! What a worker is doing, as its owner sees it.

use link::ConnectError;
use std::time::SystemTime;

/// What a worker is doing.
#[derive(Clone, Debug)]
pub enum State {
    /// On its way to its master.
    Connecting,
    /// Its master has taken it and may give it builds.
    Attached {
        /// Since then.
        since: SystemTime,
    },
    /// Not attached; it tries again.
    Waiting {
        /// Then.
        until: SystemTime,
        /// Why it is not attached.
        why: Trouble,
    },
    /// It has told its master that it leaves, and finishes what runs.
    Leaving,
    /// It stays away until it is resumed.
    Paused,
    /// It is over.
    Ended(Why),
}

/// Why a worker is not attached.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Trouble {
    /// It was not taken.
    #[error(transparent)]
    NotTaken(#[from] ConnectError),
    /// It was attached, and then the connection was lost.
    #[error("the connection to the master was lost")]
    Lost,
}

impl Trouble {
    /// Whether the master answered and said no, so that its owner has something to put right.
    pub fn is_refusal(&self) -> bool {
        matches!(
            self,
            Trouble::NotTaken(ConnectError::Refused { .. } | ConnectError::Rejected { .. })
        )
    }
}

/// Why a worker is over.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Why {
    /// Its owner wanted that.
    #[error("stopped")]
    Stopped,
    /// Its owner wanted that, and what ran was finished.
    #[error("left after its builds")]
    Left,
    /// Its master wanted that.
    #[error("the master sent it away")]
    SentAway,
    /// As many attempts failed as were allowed.
    #[error("gave up after {attempts} attempts: {trouble}")]
    GaveUp {
        /// So many.
        attempts: u32,
        /// The last one's.
        trouble: Trouble,
    },
    /// Its folder cannot be used; the log has the reason.
    #[error("its folder cannot be used: another worker is in it, or what one left behind; the log says more")]
    Folder,
}
