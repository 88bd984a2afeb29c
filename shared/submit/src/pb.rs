//! Over Perspective Broker: a `Try_Userpass` scheduler.

use crate::{Arrived, SubmitError};
use link::pb::tries::{self, Offer, Submitted, TryError, TryLogin, TryTarget};
use std::time::Duration;
use wire::try_job::TryJob;

/// Where and as whom.
#[derive(Clone, Debug)]
pub struct PbWay {
    target: TryTarget,
    login: TryLogin,
}

impl PbWay {
    /// `address` as people write it: `host:port`, or an endpoint with `ssl:` or `tls:`.
    pub fn new(address: &str, user: &str, password: &str) -> Result<PbWay, SubmitError> {
        let parsed = address.parse().map_err(|error: link::address::AddressError| {
            SubmitError::lasting(
                error.to_string(),
                "Give the address of the master's port for workers, or of its try scheduler.",
            )
        })?;
        Ok(PbWay {
            target: TryTarget {
                address: parsed,
                proxy: None,
            },
            login: TryLogin {
                user: user.to_owned(),
                password: password.to_owned(),
            },
        })
    }

    /// The builders that may be asked for, and whether the master is an Outpost.
    pub async fn offer(&self, patience: Duration) -> Result<Offer, SubmitError> {
        let asking = tries::offer(&self.target, &self.login, patience);
        asking.await.map_err(told)
    }

    /// Sends a job and gives its news.
    pub async fn submit(&self, job: &TryJob) -> Result<Submitted, SubmitError> {
        let bytes = job.patch.as_ref().map_or(0, |patch| patch.body.len());
        let sending = tries::submit(&self.target, &self.login, job, crate::patience(bytes));
        sending.await.map_err(told)
    }
}

fn told(error: TryError) -> SubmitError {
    let arrived = match error.may_have_arrived() {
        true => Arrived::Maybe,
        false => Arrived::No,
    };
    let hint = match &error {
        TryError::TooLong(_) => "Choose another way, or leave files out.",
        TryError::Unreachable(_) => "It is sent when the master is back.",
        TryError::Refused { .. } => "Give the name and the password of its try scheduler again.",
        TryError::NoTry { .. } => "Ask who looks after the master for a try scheduler's name and password.",
        TryError::BuildersRefused { .. } => "Choose among the builders that it names.",
        TryError::Failed { .. } => "See the master's log, or tell who looks after it.",
        TryError::NotPb { .. } => "Give the address of the master's port for workers, or of its try scheduler.",
        TryError::Lost { .. } | TryError::Silent { .. } if arrived == Arrived::Maybe => {
            "Look whether the master builds it before you send it again."
        }
        _ => "Try again.",
    };
    let passing = matches!(
        error,
        TryError::Unreachable(_) | TryError::Lost { sent: false, .. } | TryError::Silent { sent: false, .. }
    );
    SubmitError {
        message: error.to_string(),
        hint: Some(hint.to_owned()),
        arrived,
        passing,
    }
}
