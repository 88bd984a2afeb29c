//! Brings a database to the form that this program knows.
//!
//! Every table's file lists its own migrations; here they are put in order. The number reached is kept in SQLite's
//! `user_version`, and `application_id` marks the file as ours, so that another program's database is never touched.

use crate::StoreError;
use rusqlite::Connection;
use std::path::{Path, PathBuf};

/// One step of one table's history.
pub(crate) struct Migration {
    /// The schema that it leads to, from 1.
    pub version: u32,
    /// Statements.
    pub sql: &'static str,
}

/// All tables' migrations; within a version in this order.
pub(crate) const TABLES: &[&[Migration]] = &[
    crate::masters::MIGRATIONS,
    crate::projects::MIGRATIONS,
    crate::builders::MIGRATIONS,
    crate::workers::MIGRATIONS,
    crate::schedulers::MIGRATIONS,
    crate::change_sources::MIGRATIONS,
    crate::patches::MIGRATIONS,
    crate::source_stamps::MIGRATIONS,
    crate::changes::MIGRATIONS,
    crate::build_sets::MIGRATIONS,
    crate::build_requests::MIGRATIONS,
    crate::builds::MIGRATIONS,
    crate::build_properties::MIGRATIONS,
    crate::steps::MIGRATIONS,
    crate::logs::MIGRATIONS,
    crate::log_blocks::MIGRATIONS,
    crate::settings::MIGRATIONS,
];

/// `Outp`.
const APPLICATION_ID: i64 = 0x4f75_7470;

/// Changes nothing; refuses what this program must not touch.
pub(crate) fn refuse_foreign(connection: &Connection, path: &Path, tables: &[&[Migration]]) -> Result<(), StoreError> {
    let found = version(connection)?;
    let application: i64 = connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
    let objects: i64 = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    let is_new = application == 0 && objects == 0 && found == 0;
    if application != APPLICATION_ID && !is_new {
        return Err(StoreError::Foreign { path: path.to_owned() });
    }
    let known = newest(tables);
    if found > known {
        return Err(StoreError::Newer {
            path: path.to_owned(),
            found,
            known,
        });
    }
    Ok(())
}

/// Migrates the database behind `connection` with `tables`, all or nothing. A copy of an older one is left beside it.
pub(crate) fn migrate(connection: &mut Connection, path: &Path, tables: &[&[Migration]]) -> Result<(), StoreError> {
    let (found, known) = (version(connection)?, newest(tables));
    if found == known {
        return Ok(());
    }
    if found > 0 {
        keep_copy(connection, path, found)?;
    }
    let mut steps: Vec<&Migration> = tables
        .iter()
        .copied()
        .flatten()
        .filter(|step| step.version > found)
        .collect();
    steps.sort_by_key(|step| step.version);
    let transaction = connection.transaction()?;
    for step in steps {
        transaction.execute_batch(step.sql)?;
    }
    transaction.pragma_update(None, "user_version", known)?;
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.commit()?;
    tracing::info!(from = found, to = known, "schema brought up to date");
    Ok(())
}

fn version(connection: &Connection) -> rusqlite::Result<u32> {
    connection.pragma_query_value(None, "user_version", |row| row.get(0))
}

/// The schema that `tables` lead to.
fn newest(tables: &[&[Migration]]) -> u32 {
    tables
        .iter()
        .copied()
        .flatten()
        .map(|step| step.version)
        .max()
        .unwrap_or(0)
}

/// Writes a copy as it was, for example `outpost.db.schema-1`, unless there is one.
fn keep_copy(connection: &Connection, path: &Path, version: u32) -> Result<(), StoreError> {
    let copy = copy_path(path, version);
    if copy.exists() {
        return Ok(());
    }
    let name = copy
        .to_str()
        .ok_or_else(|| StoreError::other("the database's path is not UTF-8"))?;
    connection.execute("VACUUM INTO ?1", [name])?;
    Ok(())
}

/// Where the copy of schema `version` is kept.
fn copy_path(path: &Path, version: u32) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".schema-{version}"));
    name.into()
}
