//! Table `builders`: every builder that ever was; the configuration decides which of them are configured.

use crate::columns::{json, to_json};
use crate::schema::Migration;
use model::{Builder, BuilderId, ProjectId};
use rusqlite::{Connection, OptionalExtension, Result, Row};

pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    version: 1,
    sql: "
        CREATE TABLE builders (
            builderid INTEGER PRIMARY KEY,
            name TEXT NOT NULL UNIQUE,
            description TEXT,
            description_format TEXT,
            projectid INTEGER REFERENCES projects,
            tags TEXT NOT NULL DEFAULT '[]',
            configured INTEGER NOT NULL DEFAULT 0
        ) STRICT;
        CREATE INDEX builders_by_project ON builders (projectid);
    ",
}];

fn of_row(row: &Row) -> Result<Builder> {
    Ok(Builder {
        id: BuilderId(row.get("builderid")?),
        name: row.get("name")?,
        description: row.get("description")?,
        description_format: row.get("description_format")?,
        project: row.get::<_, Option<i64>>("projectid")?.map(ProjectId),
        tags: json(row, "tags")?,
        configured: row.get("configured")?,
    })
}

/// The builder called `name`, made unconfigured if it is new.
pub fn find_or_insert(c: &Connection, name: &str) -> Result<BuilderId> {
    let found = c
        .prepare_cached("SELECT builderid FROM builders WHERE name = ?1")?
        .query_row([name], |row| row.get(0))
        .optional()?;
    if let Some(id) = found {
        return Ok(BuilderId(id));
    }
    c.prepare_cached("INSERT INTO builders (name) VALUES (?1)")?
        .execute([name])?;
    Ok(BuilderId(c.last_insert_rowid()))
}

/// Takes over description, project and tags of `builder`; id, name and `configured` stay.
pub fn update(c: &Connection, builder: &Builder) -> Result<()> {
    let sql = "UPDATE builders SET description = ?2, description_format = ?3, projectid = ?4, tags = ?5
               WHERE builderid = ?1";
    c.prepare_cached(sql)?.execute((
        builder.id.0,
        &builder.description,
        &builder.description_format,
        builder.project.map(|id| id.0),
        to_json(&builder.tags)?,
    ))?;
    Ok(())
}

/// Exactly `configured` are in the present configuration.
pub fn set_configured(c: &Connection, configured: &[BuilderId]) -> Result<()> {
    c.execute("UPDATE builders SET configured = 0 WHERE configured", [])?;
    let mut one = c.prepare_cached("UPDATE builders SET configured = 1 WHERE builderid = ?1")?;
    for id in configured {
        one.execute([id.0])?;
    }
    Ok(())
}

/// One builder.
pub fn get(c: &Connection, id: BuilderId) -> Result<Option<Builder>> {
    c.prepare_cached("SELECT * FROM builders WHERE builderid = ?1")?
        .query_row([id.0], of_row)
        .optional()
}

/// The builder of that name.
pub fn by_name(c: &Connection, name: &str) -> Result<Option<Builder>> {
    c.prepare_cached("SELECT * FROM builders WHERE name = ?1")?
        .query_row([name], of_row)
        .optional()
}

/// All builders, configured or not, by id.
pub fn list(c: &Connection) -> Result<Vec<Builder>> {
    c.prepare_cached("SELECT * FROM builders ORDER BY builderid")?
        .query_map([], of_row)?
        .collect()
}
