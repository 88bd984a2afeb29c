//! What each command answers for a joined master, one file per page, as beside this folder for this program's own.

pub(super) mod actions;
pub(super) mod breaks;
pub(super) mod build;
pub(super) mod builder;
pub(super) mod changes;
pub(super) mod logs;
pub(super) mod marks;
pub(super) mod overview;
pub(super) mod rows;
mod steps;
pub(super) mod workers;

use super::App;
use crate::api::{Nothing, Refusal};
use crate::joined::{Member, not_joined};
use client::Error;
use std::sync::Arc;

/// Whose a command is.
pub(crate) enum Whose {
    /// This program's own master's.
    Here,
    /// A joined master's.
    There(Arc<Member>),
}

impl App {
    /// The master with this key.
    pub(crate) fn master_of(&self, key: &str) -> Result<Whose, Refusal> {
        if key == crate::api::bundled() {
            return Ok(Whose::Here);
        }
        self.farm.get(key).map(Whose::There).ok_or_else(|| not_joined(key))
    }
}

/// Why a joined master did not answer, for faces.
pub(crate) fn refused(member: &Member, error: Error) -> Refusal {
    let who = &member.key;
    match error {
        Error::Refused { fields } => {
            let mut refusal = Refusal::invalid("the form is not filled in right");
            refusal.fields = fields;
            refusal
        }
        Error::NotFound(what) => Refusal::not_found(format!("{who}: there is no {what}")),
        Error::Forbidden(_) => Refusal::forbidden(format!("{who}: {error}")),
        Error::SignInNeeded | Error::SignInRefused(_) => {
            Refusal::forbidden(format!("{who}: {error}")).hint(format!("Sign in at {who} on the page Masters."))
        }
        Error::Unreachable(_) | Error::Busy { .. } | Error::Tls(_) => Refusal::unavailable(format!("{who}: {error}")),
        _ => Refusal::failed(format!("{who}: {error}")),
    }
}

/// What came of an order. What the master forbids is remembered, so that faces need not offer it again.
pub(crate) fn ordered<T>(app: &App, member: &Member, order: &str, done: Result<T, Error>) -> Result<T, Refusal> {
    done.map_err(|error| {
        if matches!(error, Error::Forbidden(_) | Error::SignInNeeded) {
            member.deny(order, &error.to_string());
            app.newsroom.masters();
            app.newsroom.overview();
        }
        refused(member, error)
    })
}

/// Nothing is to be answered.
pub(super) fn nothing((): ()) -> Nothing {
    Nothing {}
}
