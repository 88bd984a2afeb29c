//! Build requests and the build sets that they belong to.

use super::super::path::BuilderAt;
use super::{Found, builds, locate};
use model::{BuildRequest, BuildSetId, Json, Properties, RequestId};
use store::rusqlite::{Connection, Result};
use store::{build_requests, build_sets};
use wire::rest::{Asked, build_request, build_set};

/// All, or those of a builder.
pub fn list(c: &Connection, builder: Option<&BuilderAt>, asked: &Asked) -> Result<Found> {
    let rows = match builder {
        None => build_requests::list(c, &asked.query)?,
        Some(at) => match locate::builder(c, at)? {
            Some(builder) => build_requests::list(c, &builds::with(&asked.query, "builderid", builder.id.0))?,
            None => Vec::new(),
        },
    };
    if asked.properties.is_empty() {
        return Ok(Found::paged(rows, asked, |row| build_request::json(row, None)));
    }
    let rows: Result<Vec<Json>> = rows.iter().map(|row| json(c, row, asked)).collect();
    Ok(Found::paged(rows?, asked, Json::clone))
}

/// The request.
pub fn one(c: &Connection, id: i64, asked: &Asked) -> Result<Found> {
    let row = build_requests::get(c, RequestId(id))?;
    let row = row.map(|row| json(c, &row, asked)).transpose()?;
    Ok(Found::one(row, asked))
}

fn json(c: &Connection, row: &BuildRequest, asked: &Asked) -> Result<Json> {
    if asked.properties.is_empty() {
        return Ok(build_request::json(row, None));
    }
    let wanted = |name: &str| asked.properties.iter().any(|asked| asked == "*" || asked == name);
    let mut shown = Properties::default();
    for (name, value, source) in build_sets::properties(c, row.build_set)?.iter() {
        if wanted(name) {
            shown.set(name, value.clone(), source);
        }
    }
    Ok(build_request::json(row, Some(&shown)))
}

/// The build sets.
pub fn sets(c: &Connection, asked: &Asked) -> Result<Found> {
    let rows = build_sets::list(c, &asked.query)?;
    Ok(Found::paged(rows, asked, build_set::json))
}

/// The build set.
pub fn set(c: &Connection, id: i64, asked: &Asked) -> Result<Found> {
    let row = build_sets::get(c, BuildSetId(id))?;
    Ok(Found::one(row.as_ref().map(build_set::json), asked))
}
