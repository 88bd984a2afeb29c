//! Failures of calls, between the protocol and Perspective Broker.

use spread::{CallError, Failure};
use wire::worker::link;

/// For the wire.
pub(super) fn to_spread(failure: wire::worker::Failure) -> Failure {
    Failure::error(failure.kind, failure.message)
}

/// From the wire.
pub(super) fn from_spread(failure: Failure) -> wire::worker::Failure {
    wire::worker::Failure {
        kind: failure.kind,
        message: failure.value,
    }
}

/// What a call into this process ended with, for the peer that called.
pub(super) fn of_link(error: link::CallError) -> Failure {
    match error {
        link::CallError::Failed(failure) => to_spread(failure),
        link::CallError::Lost => Failure::error("twisted.spread.pb.PBConnectionLost", error.to_string()),
        link::CallError::Unsendable(error) => to_spread(error.into()),
    }
}

/// What a call to the peer ended with, for whoever called; `None` when the connection was lost.
pub(super) fn of_call(error: CallError) -> Option<wire::worker::Failure> {
    match error {
        CallError::Lost => None,
        CallError::Failed(failure) => Some(from_spread(failure)),
        CallError::Unsendable(_) | CallError::Unreadable(_) => Some(wire::worker::Failure {
            kind: "builtins.ValueError".to_owned(),
            message: error.to_string(),
        }),
    }
}
