//! Builders.

use super::super::path::{BuilderAt, BuildersOf};
use super::{Found, Site, locate};
use model::{Builder, WorkerId};
use store::rusqlite::{Connection, Result};
use store::{builders, workers};
use wire::rest::{Asked, builder};

/// Those of `of`.
pub fn list(c: &Connection, site: &Site, of: &BuildersOf, asked: &Asked) -> Result<Found> {
    let mut rows = builders::list(c)?;
    match of {
        BuildersOf::Everything => {}
        BuildersOf::Master(id) => rows.retain(|row| row.configured && *id == site.master.0),
        BuildersOf::Project(id) => rows.retain(|row| row.project.is_some_and(|project| project.0 == *id)),
        BuildersOf::Worker(id) => {
            let worker = workers::get(c, WorkerId(*id))?;
            let its: Vec<_> = worker.map(|worker| worker.configured_on).unwrap_or_default();
            rows.retain(|row| its.contains(&row.id));
        }
    }
    let json = |row: &Builder| builder::json(row, site.master);
    Ok(Found::chosen(rows.iter().map(json), asked))
}

/// The builder; of a master only if it is configured there.
pub fn one(c: &Connection, site: &Site, master: Option<i64>, at: &BuilderAt, asked: &Asked) -> Result<Found> {
    let row = locate::builder(c, at)?;
    let row = row.filter(|row| master.is_none_or(|id| row.configured && id == site.master.0));
    Ok(Found::one(row.map(|row| builder::json(&row, site.master)), asked))
}
