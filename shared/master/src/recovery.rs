//! After a crash: what an earlier run of the master left open is closed, once, before anything else happens.
//!
//! That nothing of a lost build is alive when its request is built again is the worker's to see to: it serves no link
//! before it has its folder for itself.

use crate::build::end::complete_set;
use model::{Build, Results, Time};
use store::rusqlite::{Result, Transaction};
use store::{build_requests, build_sets, builds, logs, steps, workers};

/// In the text of a build that a crash cut off.
const TEXT: &str = "interrupted by a restart";

/// Marks unfinished builds as to be made again and gives their requests back.
pub fn recover(c: &Transaction<'_>, now: Time) -> Result<()> {
    workers::disconnect_all(c)?;
    logs::finish_interrupted(c)?;
    for build in builds::unfinished(c)? {
        close(c, &build, now)?;
    }
    let unfinished = build_requests::unfinished(c)?;
    let claimed: Vec<_> = unfinished
        .iter()
        .filter(|request| request.claimed_at.is_some())
        .map(|r| r.id)
        .collect();
    build_requests::unclaim(c, &claimed)?;
    for set in build_sets::unfinished(c)? {
        // Nobody can be listening yet.
        complete_set(c, set.id, now, &mut Vec::new())?;
    }
    Ok(())
}

fn close(c: &Transaction<'_>, build: &Build, now: Time) -> Result<()> {
    steps::finish_all_of(c, build, Results::Retry, &format!("{TEXT} (retry)"), now)?;
    builds::finish(c, build.id, Results::Retry, &format!("retry {TEXT}"), now)
}
