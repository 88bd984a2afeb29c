//! Workers.

use super::super::path::{BuilderAt, WorkerAt};
use super::{Found, Site, locate};
use model::Worker;
use store::rusqlite::{Connection, Result};
use store::workers;
use wire::rest::{Asked, worker};

/// All, or those of a master, of a builder, or of both.
pub fn list(
    c: &Connection,
    site: &Site,
    master: Option<i64>,
    builder: Option<&BuilderAt>,
    asked: &Asked,
) -> Result<Found> {
    let mut rows = workers::list(c)?;
    keep(c, site, master, builder, &mut rows)?;
    Ok(Found::chosen(
        rows.iter().map(|row| worker::json(row, site.master)),
        asked,
    ))
}

/// The worker.
pub fn one(
    c: &Connection,
    site: &Site,
    master: Option<i64>,
    builder: Option<&BuilderAt>,
    at: &WorkerAt,
    asked: &Asked,
) -> Result<Found> {
    let mut rows: Vec<Worker> = locate::worker(c, at)?.into_iter().collect();
    keep(c, site, master, builder, &mut rows)?;
    Ok(Found::one(rows.pop().map(|row| worker::json(&row, site.master)), asked))
}

fn keep(
    c: &Connection,
    site: &Site,
    master: Option<i64>,
    builder: Option<&BuilderAt>,
    rows: &mut Vec<Worker>,
) -> Result<()> {
    if let Some(id) = master {
        rows.retain(|row| id == site.master.0 && !row.configured_on.is_empty());
    }
    if let Some(at) = builder {
        let builder = locate::builder(c, at)?.map(|builder| builder.id);
        rows.retain(|row| builder.is_some_and(|id| row.configured_on.contains(&id)));
        // As seen from the builder, the others are not told.
        rows.iter_mut()
            .for_each(|row| row.configured_on.retain(|id| Some(*id) == builder));
    }
    Ok(())
}
