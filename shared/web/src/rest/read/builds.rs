//! Builds, with the properties that were asked for.

use super::super::path::{BuildAt, BuildsOf};
use super::{Found, locate};
use model::query::{Filter, Op, Query, Value};
use model::{Build, BuildId, ChangeId, Json, Properties, RequestId};
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
    Ok(Found::paged(json(c, &rows, asked)?, asked))
}

/// The build.
pub fn one(c: &Connection, at: &BuildAt, asked: &Asked) -> Result<Found> {
    let rows: Vec<Build> = locate::build(c, at)?.into_iter().collect();
    Ok(Found::one(json(c, &rows, asked)?.pop(), asked))
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

fn json(c: &Connection, rows: &[Build], asked: &Asked) -> Result<Vec<Json>> {
    let none = Properties::default();
    if asked.properties.is_empty() {
        return Ok(rows.iter().map(|row| build::json(row, &none)).collect());
    }
    let ids: Vec<BuildId> = rows.iter().map(|row| row.id).collect();
    let properties = builds::selected_properties(c, &ids, &asked.properties)?;
    let of = |row: &Build| build::json(row, properties.get(&row.id).unwrap_or(&none));
    Ok(rows.iter().map(of).collect())
}
