//! What a watch tells: changes with the state that goes with them, and how it fares.

use model::{Json, NewChange, Time};
use serde::Serialize;

/// One message of a watch.
#[derive(Clone, Debug, PartialEq)]
pub enum Report {
    /// Something was seen.
    Batch(Batch),
    /// How the watch gets its news has changed, or that it cannot.
    Status(SourceStatus),
}

/// Changes, and the state after them: to be stored in one transaction.
#[derive(Clone, Debug, PartialEq)]
pub struct Batch {
    /// Parents before children, branch by branch; empty when only the state moved (a branch deleted or set back, or
    /// the first sight of a repository).
    pub changes: Vec<NewChange>,
    /// To be given to the next watch of this source; opaque.
    pub state: Json,
    /// What was left out and why, in sentences for a person; usually empty.
    pub notes: Vec<String>,
}

/// How a source gets its news.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "mode", rename_all = "snake_case")]
pub enum Mode {
    /// Nothing was read yet.
    Starting,
    /// The system tells when something happens; nothing runs meanwhile.
    Watching,
    /// It is read again and again.
    Polling {
        /// Seconds between two readings.
        every: f64,
        /// Why it is not watched.
        why: String,
    },
    /// It cannot be read, or not all of it; tried again when something happens there and after a while.
    Failed {
        /// What, why and the next step, in a sentence.
        reason: String,
    },
}

/// How a source fares.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SourceStatus {
    /// How it gets its news.
    #[serde(flatten)]
    pub mode: Mode,
    /// When it was last read without fault.
    pub last_contact: Option<Time>,
    /// When it will be read next if nothing happens before; `None` while watching.
    pub next_poll: Option<Time>,
}
