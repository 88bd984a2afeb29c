//! Source stamps.

use super::Found;
use model::{BuildSetId, SourceStampId};
use store::rusqlite::{Connection, Result};
use store::source_stamps;
use wire::rest::{Asked, source_stamp};

/// All, or those of a build set.
pub fn list(c: &Connection, set: Option<i64>, asked: &Asked) -> Result<Found> {
    let rows = match set {
        Some(id) => source_stamps::for_build_set(c, BuildSetId(id))?,
        None => source_stamps::list(c)?,
    };
    Ok(Found::chosen(rows.iter().map(source_stamp::json), asked))
}

/// The source stamp.
pub fn one(c: &Connection, id: i64, asked: &Asked) -> Result<Found> {
    let row = source_stamps::get(c, SourceStampId(id))?;
    Ok(Found::one(row.as_ref().map(source_stamp::json), asked))
}
