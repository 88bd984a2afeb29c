//! Projects.

use super::super::path::BuilderAt;
use super::Found;
use model::{Json, Project, ProjectId};
use store::rusqlite::{Connection, Result};
use store::{builders, projects};
use wire::rest::{Asked, project};

/// All, by name. Whether one is active, that is, has a builder of the configuration, is told only to who asks.
pub fn list(c: &Connection, asked: &Asked) -> Result<Found> {
    let mut rows = projects::list(c)?;
    rows.sort_by(|a, b| a.name.cmp(&b.name));
    let ask_active = asked.query.filters.iter().any(|filter| filter.field == "active");
    let configured = if ask_active { builders::list(c)? } else { Vec::new() };
    let json = |row: &Project| -> Json {
        let active = configured
            .iter()
            .any(|builder| builder.configured && builder.project == Some(row.id));
        project::json(row, ask_active.then_some(active))
    };
    Ok(Found::chosen(rows.iter().map(json), asked))
}

/// The project.
pub fn one(c: &Connection, at: &BuilderAt, asked: &Asked) -> Result<Found> {
    let row = match at {
        BuilderAt::Id(id) => projects::get(c, ProjectId(*id))?,
        BuilderAt::Name(name) => projects::by_name(c, name)?,
    };
    Ok(Found::one(row.map(|row| project::json(&row, None)), asked))
}
