//! Changes. Newest first, also with a limit: where Buildbot turns the rows round after paging, clients sort again.

use super::super::path::ChangesOf;
use super::{Found, locate};
use model::{Change, ChangeId, SourceStampId};
use store::changes;
use store::rusqlite::{Connection, Result};
use wire::rest::{Asked, change};

/// Those of `of`.
pub fn list(c: &Connection, of: &ChangesOf, asked: &Asked) -> Result<Found> {
    let all_of: Vec<Change> = match of {
        ChangesOf::Everything => {
            let rows = changes::list(c, &asked.query)?;
            return Ok(Found::paged(rows, asked, change::json));
        }
        ChangesOf::Build(at) => match locate::build_id(c, at)? {
            Some(id) => changes::for_build(c, id)?,
            None => return Ok(Found::Missing),
        },
        ChangesOf::SourceStamp(id) => changes::for_source_stamp(c, SourceStampId(*id))?,
    };
    Ok(Found::chosen(all_of.iter().map(change::json), asked))
}

/// The change.
pub fn one(c: &Connection, id: i64, asked: &Asked) -> Result<Found> {
    let row = changes::get(c, ChangeId(id))?;
    Ok(Found::one(row.as_ref().map(change::json), asked))
}
