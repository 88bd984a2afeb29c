//! Try over Perspective Broker, the sender's end (`try-and-sendchange` §1): which builders there are, a job, and what
//! becomes of it.
//!
//! Every wait has an end, and whether a job may have arrived is never left open: see [`TryError::may_have_arrived`].
//! What a patch means, and where it comes from, is not known here.

mod ask;
mod error;
mod fits;
mod follow;
mod subscriber;
mod words;

pub use error::TryError;
pub use fits::{LONGEST, TooLong, fits};
pub use follow::{Submitted, TryNews};

use crate::address::Address;
use ask::Asking;
use std::time::Duration;
use wire::try_job::TryJob;

/// Where a master takes try jobs: a port of its workers or one of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TryTarget {
    /// The port, secured if the address says so.
    pub address: Address,
    /// An HTTP proxy to go through.
    pub proxy: Option<Address>,
}

/// Who sends, as the master's `Try_Userpass` scheduler knows them.
#[derive(Clone)]
pub struct TryLogin {
    /// The name.
    pub user: String,
    /// The password.
    pub password: String,
}

impl std::fmt::Debug for TryLogin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TryLogin")
            .field("user", &self.user)
            .finish_non_exhaustive()
    }
}

/// The builders that may be asked for, in the master's order. All of it takes at most `limit`.
pub async fn builder_names(target: &TryTarget, login: &TryLogin, limit: Duration) -> Result<Vec<String>, TryError> {
    let asking = Asking::until(target, limit);
    let desk = asking.log_in(login).await?;
    asking.builder_names(&desk).await
}

/// Sends a job; resolves when the master has taken it, within `limit`. A job that cannot be sent whole is refused before
/// anything is sent. A master that has not all of the job's builders takes nothing: [`TryError::BuildersRefused`].
pub async fn submit(
    target: &TryTarget,
    login: &TryLogin,
    job: &TryJob,
    limit: Duration,
) -> Result<Submitted, TryError> {
    fits(job)?;
    let asking = Asking::until(target, limit);
    let desk = asking.log_in(login).await?;
    let set = asking.submit(&desk, job).await?;
    Ok(Submitted::follow(desk.into_line(), set))
}
