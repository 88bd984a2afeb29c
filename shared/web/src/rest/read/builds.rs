//! Builds, with the properties that were asked for.

use super::super::path::{BuildAt, BuildsOf};
use super::{Found, locate};
use model::query::{Filter, Op, Query, Value};
use model::{Build, BuildId, ChangeId, Json, Properties, RequestId};
use std::collections::HashMap;
use store::builds;
use store::rusqlite::{Connection, Result};
use wire::rest::{Asked, build};

/// Those of `of`.
pub fn list(c: &Connection, of: &BuildsOf, asked: &Asked) -> Result<Found> {
    let query = &asked.query;
    let rows = match of {
        BuildsOf::Everything => builds::list(c, query)?,
        BuildsOf::Request(id) => builds::list_of_request(c, RequestId(*id), query)?,
        BuildsOf::Change(id) => builds::list_of_change(c, ChangeId(*id), query)?,
        BuildsOf::TriggeredBy(id) => builds::list_triggered_by(c, BuildId(*id), query)?,
        BuildsOf::Worker(id) => builds::list(c, &with(query, "workerid", *id))?,
        BuildsOf::Builder(at) => match locate::builder(c, at)? {
            Some(builder) => builds::list(c, &with(query, "builderid", builder.id.0))?,
            None => Vec::new(),
        },
    };
    let json = json(c, &rows, asked)?;
    Ok(Found::paged(rows, asked, json))
}

/// The build.
pub fn one(c: &Connection, at: &BuildAt, asked: &Asked) -> Result<Found> {
    let rows: Vec<Build> = locate::build(c, at)?.into_iter().collect();
    let json = json(c, &rows, asked)?;
    Ok(Found::one(rows.first().map(json), asked))
}

/// `query`, further restricted to rows whose `field` is `value`.
pub fn with(query: &Query, field: &str, value: i64) -> Query {
    let mut query = query.clone();
    query.filters.push(Filter {
        field: field.to_owned(),
        op: Op::Eq,
        values: vec![Value::Number(value)],
    });
    query
}

/// How the rows are shown, with the properties that were asked for.
fn json(c: &Connection, rows: &[Build], asked: &Asked) -> Result<impl Fn(&Build) -> Json + Send + use<>> {
    let mut properties = HashMap::new();
    if !asked.properties.is_empty() {
        let ids: Vec<BuildId> = rows.iter().map(|row| row.id).collect();
        properties = builds::selected_properties(c, &ids, &asked.properties)?;
    }
    let none = Properties::default();
    Ok(move |row: &Build| build::json(row, properties.get(&row.id).unwrap_or(&none)))
}
