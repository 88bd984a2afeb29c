//! How a start went: from the process in the background to the one that started it, and to programs.

use lend::{State, Why};
use serde::{Deserialize, Serialize};

/// How it went.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "lowercase")]
pub enum Told {
    /// The master has taken it.
    Attached,
    /// Not yet; it tries again.
    Waiting {
        /// Why not.
        why: String,
    },
    /// It is over.
    Ended {
        /// Why.
        why: String,
    },
}

impl Told {
    /// What a state tells; none while nothing is decided.
    pub fn of(state: &State) -> Option<Told> {
        match state {
            State::Attached { .. } => Some(Told::Attached),
            State::Waiting { why, .. } => Some(Told::Waiting { why: why.to_string() }),
            State::Ended(Why::GaveUp { trouble, .. }) => Some(Told::Ended {
                why: trouble.to_string(),
            }),
            State::Ended(why) => Some(Told::Ended { why: why.to_string() }),
            State::Connecting | State::Leaving | State::Paused => None,
        }
    }
}
