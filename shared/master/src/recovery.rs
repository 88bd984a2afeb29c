//! After a crash: what an earlier run of the master left open is closed, once, before anything else happens.

use crate::build::end::complete_set;
use model::{Build, BuilderId, Event, Results, Time};
use store::rusqlite::{Result, Transaction};
use store::{build_requests, build_sets, builds, logs, steps, workers};

/// In the text of a build that a crash cut off.
const TEXT: &str = "interrupted by a restart";

/// What was found.
#[derive(Default)]
pub struct Recovered {
    /// Folders, by worker and builder, in which something may still be running.
    pub suspect: Vec<(String, BuilderId)>,
    /// To be published.
    pub events: Vec<Event>,
}

/// Marks unfinished builds as to be made again and gives their requests back.
pub fn recover(c: &Transaction<'_>, now: Time) -> Result<Recovered> {
    let mut recovered = Recovered::default();
    workers::disconnect_all(c)?;
    logs::finish_interrupted(c)?;
    for build in builds::unfinished(c)? {
        close(c, &build, now)?;
        if let Some(worker) = build.worker.map(|id| workers::get(c, id)).transpose()?.flatten() {
            recovered.suspect.push((worker.name, build.builder));
        }
    }
    let unfinished = build_requests::unfinished(c)?;
    let claimed: Vec<_> = unfinished
        .iter()
        .filter(|request| request.claimed_at.is_some())
        .map(|r| r.id)
        .collect();
    build_requests::unclaim(c, &claimed)?;
    for set in build_sets::unfinished(c)? {
        complete_set(c, set.id, now, &mut recovered.events)?;
    }
    Ok(recovered)
}

fn close(c: &Transaction<'_>, build: &Build, now: Time) -> Result<()> {
    steps::finish_all_of(c, build, Results::Retry, &format!("{TEXT} (retry)"), now)?;
    builds::finish(c, build.id, Results::Retry, &format!("retry {TEXT}"), now)
}
