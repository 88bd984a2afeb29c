//! Properties of builds, build sets and changes.

use super::super::path::BuildAt;
use super::{Found, locate};
use model::{BuildId, BuildSetId, ChangeId, Properties};
use store::rusqlite::{Connection, Result};
use store::{build_sets, builds, changes};
use wire::rest::{Asked, properties};

/// Of a build; of an unknown id there are none.
pub fn of_build(c: &Connection, at: &BuildAt) -> Result<Found> {
    Ok(match build_properties(c, at)? {
        Some(found) => Found::One(properties::json(&found)),
        None => Found::Missing,
    })
}

/// The same as a list.
pub fn list_of_build(c: &Connection, at: &BuildAt, asked: &Asked) -> Result<Found> {
    Ok(match build_properties(c, at)? {
        Some(found) => Found::chosen(properties::rows(&found), asked),
        None => Found::Missing,
    })
}

fn build_properties(c: &Connection, at: &BuildAt) -> Result<Option<Properties>> {
    let id: Option<BuildId> = locate::build_id(c, at)?;
    id.map(|id| builds::properties(c, id)).transpose()
}

/// Of a build set; of an unknown id there are none.
pub fn of_build_set(c: &Connection, id: i64) -> Result<Found> {
    let found = build_sets::properties(c, BuildSetId(id))?;
    Ok(Found::One(properties::json(&found)))
}

/// The same as a list.
pub fn list_of_build_set(c: &Connection, id: i64, asked: &Asked) -> Result<Found> {
    let found = build_sets::properties(c, BuildSetId(id))?;
    Ok(Found::chosen(properties::rows(&found), asked))
}

/// Of a change, as a list.
pub fn list_of_change(c: &Connection, id: i64, asked: &Asked) -> Result<Found> {
    let found = changes::get(c, ChangeId(id))?.map(|change| change.new.properties);
    Ok(Found::chosen(properties::rows(&found.unwrap_or_default()), asked))
}
