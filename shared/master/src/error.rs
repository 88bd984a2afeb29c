//! Why the master said no, in sentences for people.

use crate::scheduler::force::Problems;
use store::StoreError;

/// Why a master could not start.
#[derive(Clone, Debug, thiserror::Error)]
pub enum StartError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why an order was not carried out.
#[derive(Clone, Debug, thiserror::Error)]
pub enum ControlError {
    /// There is no such thing.
    #[error("there is no {what} {name}")]
    Unknown {
        /// `build`, `request`, `worker`, `scheduler`, `force scheduler`, `builder`.
        what: &'static str,
        /// Id or name, as given.
        name: String,
    },
    /// It is over already.
    #[error("{what} is over already")]
    Over {
        /// For example `build 7`.
        what: String,
    },
    /// The scheduler is switched off.
    #[error("scheduler '{0}' is switched off; switch it on first")]
    Disabled(String),
    /// The form is not filled in right: a text for each field, by its full name.
    #[error("{}", first_problem(.0))]
    Form(Problems),
    /// None of the builders asked for belongs to the scheduler.
    #[error("scheduler '{scheduler}' has none of the builders asked for")]
    NoBuilder {
        /// Its name.
        scheduler: String,
    },
    /// The configuration has the builder no more.
    #[error("builder '{0}' is no longer in the configuration; put it back to build on it")]
    Removed(String),
    /// The store failed; nothing was done.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The master is shutting down.
    #[error("the master is shutting down")]
    Stopped,
}

fn first_problem(problems: &Problems) -> String {
    match problems.iter().next() {
        Some((name, what)) if problems.len() == 1 => format!("{name}: {what}"),
        Some((name, what)) => format!("{name}: {what} (and {} more)", problems.len() - 1),
        None => "the form is not filled in right".to_owned(),
    }
}

/// Why a worker was not accepted.
#[derive(Clone, Debug, thiserror::Error)]
pub enum AttachError {
    /// The configuration has no worker of that name.
    #[error("no worker '{0}' in the configuration; add it there first")]
    Unknown(String),
    /// A worker of that name is attached and alive.
    #[error("rejecting duplicate worker '{0}': one of that name is attached and answers")]
    Duplicate(String),
    /// It did not answer as a worker does.
    #[error("worker '{worker}' did not attach: {reason}")]
    Failed {
        /// Its name.
        worker: String,
        /// What went wrong.
        reason: String,
    },
    /// It was gone before it was attached.
    #[error("worker '{0}' was gone before it was attached")]
    Lost(String),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The master is shutting down.
    #[error("the master is shutting down")]
    Stopped,
}
