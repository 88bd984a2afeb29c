//! Steps and their logs.

use super::super::path::{BuildAt, LogAt, StepAt};
use super::{Found, Site, locate};
use model::{Log, StepId};
use store::rusqlite::{Connection, Result};
use store::{logs as log_rows, steps};
use wire::rest::{Asked, log as log_json, step};

/// A build's steps.
pub fn list(c: &Connection, build: &BuildAt, asked: &Asked) -> Result<Found> {
    Ok(match locate::build_id(c, build)? {
        Some(id) => Found::chosen(steps::of_build(c, id)?.iter().map(step::json), asked),
        None => Found::Missing,
    })
}

/// The step.
pub fn one(c: &Connection, at: &StepAt, asked: &Asked) -> Result<Found> {
    let row = locate::step(c, at)?;
    Ok(Found::one(row.as_ref().map(step::json), asked))
}

/// A step's logs; of an unknown step there are none.
pub fn logs(c: &Connection, site: &Site, at: &StepAt, asked: &Asked) -> Result<Found> {
    let id = match at {
        StepAt::Id(id) => Some(StepId(*id)),
        StepAt::Number(..) | StepAt::Name(..) => locate::step(c, at)?.map(|step| step.id),
    };
    let rows = match id {
        Some(id) => log_rows::of_step(c, id)?,
        None => Vec::new(),
    };
    let json = |row: Log| log_json::json(&site.logs.current(row));
    Ok(Found::chosen(rows.into_iter().map(json), asked))
}

/// The log.
pub fn log(c: &Connection, site: &Site, at: &LogAt, asked: &Asked) -> Result<Found> {
    let row = locate::log(c, at)?;
    Ok(Found::one(
        row.map(|row| log_json::json(&site.logs.current(row))),
        asked,
    ))
}
