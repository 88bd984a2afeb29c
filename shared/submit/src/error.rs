//! Why a change did not get to a master, and what the person can do.

/// Whether the master may have the change in spite of an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrived {
    /// It has not.
    No,
    /// It was sent, and the answer was lost: ask the master before sending it again.
    Maybe,
}

/// Why a change was not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct SubmitError {
    /// One sentence: the thing and the reason.
    pub message: String,
    /// The next step.
    pub hint: Option<String>,
    /// Whether it may be there all the same.
    pub arrived: Arrived,
    /// The same may well work later without anybody doing anything: the master is down, or the network is away.
    pub passing: bool,
}

impl SubmitError {
    /// The person has to do something about it.
    pub(crate) fn lasting(message: impl Into<String>, hint: impl Into<String>) -> SubmitError {
        SubmitError {
            message: message.into(),
            hint: Some(hint.into()),
            arrived: Arrived::No,
            passing: false,
        }
    }

    /// It may work later by itself.
    pub(crate) fn passing(message: impl Into<String>) -> SubmitError {
        SubmitError {
            message: message.into(),
            hint: None,
            arrived: Arrived::No,
            passing: true,
        }
    }

    /// It may have arrived.
    pub(crate) fn unsure(message: impl Into<String>) -> SubmitError {
        SubmitError {
            message: message.into(),
            hint: Some("Look whether the master builds it before you send it again.".to_owned()),
            arrived: Arrived::Maybe,
            passing: false,
        }
    }
}
