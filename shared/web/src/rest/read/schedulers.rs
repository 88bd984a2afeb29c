//! Schedulers and change sources.

use super::{Found, Site, masters};
use model::{ChangeSource, ChangeSourceId, Scheduler, SchedulerId};
use store::rusqlite::{Connection, Result};
use store::{change_sources as sources, schedulers};
use wire::rest::{Asked, change_source, scheduler};

/// Whether something that is `configured` is on `master`, if that is asked.
fn is_on(master: Option<i64>, configured: bool, site: &Site) -> bool {
    master.is_none_or(|id| configured && id == site.master.0)
}

/// All schedulers, or those on a master.
pub fn list(c: &Connection, site: &Site, master: Option<i64>, asked: &Asked) -> Result<Found> {
    let mut rows = schedulers::list(c)?;
    rows.retain(|row| is_on(master, row.configured, site));
    let on = masters::here(c, site)?;
    let json = |row: &Scheduler| scheduler::json(row, &on);
    Ok(Found::chosen(rows.iter().map(json), asked))
}

/// The scheduler.
pub fn one(c: &Connection, site: &Site, master: Option<i64>, id: i64, asked: &Asked) -> Result<Found> {
    let row = schedulers::get(c, SchedulerId(id))?;
    let row = row.filter(|row| is_on(master, row.configured, site));
    let on = masters::here(c, site)?;
    Ok(Found::one(row.map(|row| scheduler::json(&row, &on)), asked))
}

/// All change sources, or those on a master.
pub fn change_sources(c: &Connection, site: &Site, master: Option<i64>, asked: &Asked) -> Result<Found> {
    let mut rows = sources::list(c)?;
    rows.retain(|row| is_on(master, row.configured, site));
    let on = masters::here(c, site)?;
    let json = |row: &ChangeSource| change_source::json(row, &on);
    Ok(Found::chosen(rows.iter().map(json), asked))
}

/// The change source.
pub fn change_source(c: &Connection, site: &Site, master: Option<i64>, id: i64, asked: &Asked) -> Result<Found> {
    let row = sources::get(c, ChangeSourceId(id))?;
    let row = row.filter(|row| is_on(master, row.configured, site));
    let on = masters::here(c, site)?;
    Ok(Found::one(row.map(|row| change_source::json(&row, &on)), asked))
}
