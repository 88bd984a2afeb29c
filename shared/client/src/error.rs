//! What can go wrong with a master, by what a person can do about it.

use std::collections::BTreeMap;
use std::time::Duration;

/// Why a master did not give what was asked. Each kind is something else for a person to do.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Error {
    /// Nothing answers, or a proxy says that nothing does.
    #[error("the master cannot be reached: {0}")]
    Unreachable(String),
    /// The connection cannot be trusted.
    #[error("no secure connection to the master: {0}")]
    Tls(String),
    /// Only for those who are signed in; also when the sign-in has run out and could not be renewed.
    #[error("the master wants a sign-in")]
    SignInNeeded,
    /// The name or the password is wrong, or the cookie is not accepted.
    #[error("the master does not accept the sign-in: {0}")]
    SignInRefused(String),
    /// The master's rules refuse it, for example with `you need to have role 'admins'`.
    #[error("the master does not allow it: {0}")]
    Forbidden(String),
    /// The master does not have it, or no longer.
    #[error("the master has no {0}")]
    NotFound(String),
    /// The master, or a proxy in front of it, wants to be left alone for a while.
    #[error("the master is busy; it will be asked again in {} seconds", .retry_after.as_secs().max(1))]
    Busy {
        /// How long from now.
        retry_after: Duration,
    },
    /// What answers is no Buildbot, or a page of something in front of it.
    #[error("what answers is not a Buildbot's interface: {0}")]
    NotBuildbot(String),
    /// The answer contradicts the protocol.
    #[error("the master's answer cannot be used: {0}")]
    Lies(String),
    /// The answer is larger than anything that makes sense.
    #[error("the master's answer is too big: {0}")]
    TooBig(String),
    /// It was sent to another place, which is not followed.
    #[error("{from} sends to {to}, which is another place; if that is right, join that address")]
    Elsewhere {
        /// What was asked.
        from: String,
        /// Where it points.
        to: String,
    },
    /// Live connections are not possible this way, for example through this proxy.
    #[error("no live connection at this address: it answers {status}")]
    NoSocket {
        /// The HTTP status instead of 101.
        status: u16,
    },
    /// The master refuses a form; what is wrong, by the fields' full names.
    #[error("the master refuses: {}", listed(.fields))]
    Refused {
        /// A sentence per field.
        fields: BTreeMap<String, String>,
    },
    /// The master says that it failed, or that it cannot do this.
    #[error("the master answers {status}: {text}")]
    Failed {
        /// The HTTP status.
        status: u16,
        /// Its words, cut short.
        text: String,
    },
}

impl Error {
    /// Whether the same may well work later without anybody doing anything.
    pub fn is_passing(&self) -> bool {
        match self {
            Error::Unreachable(_) | Error::Busy { .. } | Error::Lies(_) => true,
            Error::Failed { status, .. } => *status >= 500,
            _ => false,
        }
    }

    /// Whether it says that the master does not know this path or this parameter, as older ones do.
    pub fn is_unknown_here(&self) -> bool {
        match self {
            Error::NotFound(_) => true,
            Error::Failed { status, .. } => matches!(status, 400 | 501),
            _ => false,
        }
    }
}

fn listed(fields: &BTreeMap<String, String>) -> String {
    let told: Vec<String> = fields.iter().map(|(name, what)| format!("{name}: {what}")).collect();
    told.join("; ")
}
