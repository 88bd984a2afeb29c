//! Table `projects`: builders that belong together.

use crate::schema::Migration;
use model::{Project, ProjectId};
use rusqlite::{Connection, OptionalExtension, Result, Row};

pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    version: 1,
    sql: "
        CREATE TABLE projects (
            projectid INTEGER PRIMARY KEY,
            name TEXT NOT NULL UNIQUE,
            slug TEXT NOT NULL,
            description TEXT,
            description_format TEXT
        ) STRICT;
    ",
}];

fn of_row(row: &Row) -> Result<Project> {
    Ok(Project {
        id: ProjectId(row.get("projectid")?),
        name: row.get("name")?,
        slug: row.get("slug")?,
        description: row.get("description")?,
        description_format: row.get("description_format")?,
    })
}

/// The project called `name`, made with `name` as its slug if it is new.
pub fn find_or_insert(c: &Connection, name: &str) -> Result<ProjectId> {
    let found = c
        .prepare_cached("SELECT projectid FROM projects WHERE name = ?1")?
        .query_row([name], |row| row.get(0))
        .optional()?;
    if let Some(id) = found {
        return Ok(ProjectId(id));
    }
    c.prepare_cached("INSERT INTO projects (name, slug) VALUES (?1, ?1)")?
        .execute([name])?;
    Ok(ProjectId(c.last_insert_rowid()))
}

/// Takes over slug and description of `project`; id and name stay.
pub fn update(c: &Connection, project: &Project) -> Result<()> {
    c.prepare_cached("UPDATE projects SET slug = ?2, description = ?3, description_format = ?4 WHERE projectid = ?1")?
        .execute((
            project.id.0,
            &project.slug,
            &project.description,
            &project.description_format,
        ))?;
    Ok(())
}

/// One project.
pub fn get(c: &Connection, id: ProjectId) -> Result<Option<Project>> {
    c.prepare_cached("SELECT * FROM projects WHERE projectid = ?1")?
        .query_row([id.0], of_row)
        .optional()
}

/// The project of that name.
pub fn by_name(c: &Connection, name: &str) -> Result<Option<Project>> {
    c.prepare_cached("SELECT * FROM projects WHERE name = ?1")?
        .query_row([name], of_row)
        .optional()
}

/// All projects, by name.
pub fn list(c: &Connection) -> Result<Vec<Project>> {
    c.prepare_cached("SELECT * FROM projects ORDER BY name")?
        .query_map([], of_row)?
        .collect()
}
