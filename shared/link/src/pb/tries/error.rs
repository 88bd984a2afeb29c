//! Why a master was not asked, or did not take a job.

use super::TooLong;
use crate::ConnectError;
use std::time::Duration;

/// Why a job was not taken, or the builders' names are not known.
#[derive(Clone, Debug, thiserror::Error)]
pub enum TryError {
    /// The job is too long for this way; nothing was sent.
    #[error(transparent)]
    TooLong(#[from] TooLong),
    /// Nobody answers there, or not securely.
    #[error(transparent)]
    Unreachable(ConnectError),
    /// Wrong name or password: a master does not tell which.
    #[error("{address} does not accept '{user}' with this password for a try; ask who looks after the master for both")]
    Refused {
        /// Where.
        address: String,
        /// The name.
        user: String,
    },
    /// The login is right, but nothing can be tried with it.
    #[error("{address} takes no try from '{user}': {reason}")]
    NoTry {
        /// Where.
        address: String,
        /// The name.
        user: String,
        /// The master's words.
        reason: String,
    },
    /// The master's scheduler has not all the builders that were asked for; nothing is built.
    #[error("{address} builds none of it: its try scheduler does not have all of these builders: {}", .builders.join(", "))]
    BuildersRefused {
        /// Where.
        address: String,
        /// Those of the job.
        builders: Vec<String>,
    },
    /// The master failed on the job.
    #[error("{address} could not take the change: {reason}")]
    Failed {
        /// Where.
        address: String,
        /// The master's words.
        reason: String,
    },
    /// What answers there does not speak this protocol.
    #[error(
        "{address} does not speak Perspective Broker ({reason}); a try goes to the port of the workers, not of the pages"
    )]
    NotPb {
        /// Where.
        address: String,
        /// What came instead.
        reason: String,
    },
    /// It went away.
    #[error("{address} closed the connection during {during}")]
    Lost {
        /// Where.
        address: String,
        /// What was waited for.
        during: &'static str,
        /// Whether the job was sent, and no answer came.
        sent: bool,
    },
    /// It said nothing for too long.
    #[error("{address} did not answer within {} seconds (waiting for {during})", .limit.as_secs())]
    Silent {
        /// Where.
        address: String,
        /// What was waited for.
        during: &'static str,
        /// How long altogether.
        limit: Duration,
        /// Whether the job was sent, and no answer came.
        sent: bool,
    },
}

impl TryError {
    /// Whether the job was sent and its answer lost: the master may build it. Look at the master before it is sent again.
    pub fn may_have_arrived(&self) -> bool {
        matches!(
            self,
            TryError::Lost { sent: true, .. } | TryError::Silent { sent: true, .. }
        )
    }
}
