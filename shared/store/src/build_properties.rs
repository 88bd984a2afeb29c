//! Table `build_properties`: what a build knows of itself, one row per property.

use crate::columns::{add_property, to_json};
use crate::schema::Migration;
use model::{BuildId, Properties};
use rusqlite::{Connection, Result};
use std::collections::HashMap;

pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    version: 1,
    sql: "
        CREATE TABLE build_properties (
            buildid INTEGER NOT NULL REFERENCES builds,
            name TEXT NOT NULL,
            value TEXT NOT NULL,
            source TEXT NOT NULL,
            PRIMARY KEY (buildid, name)
        ) STRICT, WITHOUT ROWID;
    ",
}];

/// Sets those in `properties`; others of the build stay.
pub fn set_properties(c: &Connection, id: BuildId, properties: &Properties) -> Result<()> {
    let sql = "INSERT INTO build_properties VALUES (?1, ?2, ?3, ?4)
               ON CONFLICT (buildid, name) DO UPDATE SET value = excluded.value, source = excluded.source";
    let mut one = c.prepare_cached(sql)?;
    for (name, value, source) in properties.iter() {
        one.execute((id.0, name, to_json(value)?, source))?;
    }
    Ok(())
}

/// All properties of a build.
pub fn properties(c: &Connection, id: BuildId) -> Result<Properties> {
    let mut properties = Properties::default();
    let mut statement = c.prepare_cached("SELECT name, value, source FROM build_properties WHERE buildid = ?1")?;
    let mut rows = statement.query([id.0])?;
    while let Some(row) = rows.next()? {
        add_property(&mut properties, row)?;
    }
    Ok(properties)
}

/// Of each build the properties called one of `names`; `*` among them stands for all. Builds without any have no entry.
pub fn selected_properties(c: &Connection, ids: &[BuildId], names: &[String]) -> Result<HashMap<BuildId, Properties>> {
    let mut selected = HashMap::new();
    for id in ids {
        let found = if names.iter().any(|name| name == "*") {
            properties(c, *id)?
        } else {
            named(c, *id, names)?
        };
        if !found.is_empty() {
            selected.insert(*id, found);
        }
    }
    Ok(selected)
}

fn named(c: &Connection, id: BuildId, names: &[String]) -> Result<Properties> {
    let mut properties = Properties::default();
    let sql = "SELECT name, value, source FROM build_properties WHERE buildid = ?1 AND name = ?2";
    let mut statement = c.prepare_cached(sql)?;
    for name in names {
        let mut rows = statement.query((id.0, name))?;
        while let Some(row) = rows.next()? {
            add_property(&mut properties, row)?;
        }
    }
    Ok(properties)
}
