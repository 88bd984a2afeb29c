//! Masters: a store of ours has one.

use super::super::path::BuilderAt;
use super::{Found, Site, locate};
use model::Master;
use store::masters;
use store::rusqlite::{Connection, Result};
use wire::rest::{Asked, master};

/// All, or those on which a builder is configured.
pub fn list(c: &Connection, site: &Site, builder: Option<&BuilderAt>, asked: &Asked) -> Result<Found> {
    let rows = of_builder(c, site, builder)?;
    Ok(Found::chosen(rows.iter().map(master::json), asked))
}

/// The master.
pub fn one(c: &Connection, site: &Site, builder: Option<&BuilderAt>, id: i64, asked: &Asked) -> Result<Found> {
    let rows = of_builder(c, site, builder)?;
    let row = rows.iter().find(|row| row.id.0 == id);
    Ok(Found::one(row.map(master::json), asked))
}

/// The master that the store belongs to.
pub fn here(c: &Connection, site: &Site) -> Result<Master> {
    masters::get(c, site.master)?.ok_or(store::rusqlite::Error::QueryReturnedNoRows)
}

fn of_builder(c: &Connection, site: &Site, builder: Option<&BuilderAt>) -> Result<Vec<Master>> {
    let mut rows = masters::list(c)?;
    if let Some(at) = builder {
        let here = locate::builder(c, at)?.is_some_and(|builder| builder.configured);
        rows.retain(|row| here && row.id == site.master);
    }
    Ok(rows)
}
