//! Try over Perspective Broker, the sender's end (`try-and-sendchange` §1): which builders there are, a job, and what
//! becomes of it. A master of Outpost is known by what it offers first, and takes longer patches in parts; nothing is
//! asked of another that Buildbot's own client does not ask.
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
pub use fits::{LONGEST, LONGEST_IN_PARTS, TooLong, fits, longest_patch};
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

/// What a master says before it is sent a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// The builders that may be asked for, in its order.
    pub builders: Vec<String>,
    /// It is an Outpost, which takes longer patches and applies every kind.
    pub outpost: bool,
}

/// Asks a master what may be tried there. All of it takes at most `limit`.
pub async fn offer(target: &TryTarget, login: &TryLogin, limit: Duration) -> Result<Offer, TryError> {
    let asking = Asking::until(target, limit);
    let desk = asking.log_in(login).await?;
    Ok(Offer {
        builders: asking.builder_names(&desk).await?,
        outpost: desk.is_outpost(),
    })
}

/// Sends a job; resolves when the master has taken it, within `limit`. A job that cannot be sent whole is refused before
/// anything of it is sent. A master that has not all of the job's builders takes nothing: [`TryError::BuildersRefused`].
pub async fn submit(
    target: &TryTarget,
    login: &TryLogin,
    job: &TryJob,
    limit: Duration,
) -> Result<Submitted, TryError> {
    // Longer than any master takes: none has to be asked.
    fits(job, true)?;
    let asking = Asking::until(target, limit);
    let desk = asking.log_in(login).await?;
    fits(job, desk.is_outpost())?;
    let set = asking.submit(&desk, job).await?;
    Ok(Submitted::follow(desk.into_line(), set))
}
