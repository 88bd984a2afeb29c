//! Brings a database to the form that this program knows.
//!
//! Every table's file lists its own migrations; here they are put in order. The number reached is kept in SQLite's
//! `user_version`, and `application_id` marks the file as ours, so that another program's database is never touched.

use crate::StoreError;
use rusqlite::Connection;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// One step of one table's history.
#[derive(Clone, Copy, Debug)]
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
    crate::statistics::MIGRATIONS,
    crate::seen::MIGRATIONS,
    crate::claims::MIGRATIONS,
    crate::watched::MIGRATIONS,
    crate::tries::MIGRATIONS,
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
    let copy = beside(path, &format!("schema-{version}"));
    if copy.exists() {
        return Ok(());
    }
    // Under its name only when it is whole.
    let part = beside(path, "part");
    match std::fs::remove_file(&part) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(StoreError::of_file(&part, &error)),
        _ => {}
    }
    let name = part
        .to_str()
        .ok_or_else(|| StoreError::other("the path of the database is not UTF-8"))?;
    connection.execute("VACUUM INTO ?1", [name])?;
    std::fs::rename(&part, &copy).map_err(|e| StoreError::of_file(&copy, &e))
}

/// `path` with `.suffix` after its name.
fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{suffix}"));
    name.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{open_for_writing, settings};
    use serde_json::json;

    /// The version that this program makes.
    const NOW: u32 = 3;

    const NEXT: &[Migration] = &[Migration {
        version: NOW + 1,
        sql: "ALTER TABLE settings ADD COLUMN note TEXT NOT NULL DEFAULT 'old';",
    }];

    fn with(more: &'static [Migration]) -> Vec<&'static [Migration]> {
        TABLES.iter().copied().chain([more]).collect()
    }

    /// A database of this version with a row.
    fn old(path: &Path) {
        let connection = open_for_writing(path, TABLES).unwrap();
        assert_eq!(version(&connection).unwrap(), NOW);
        settings::set(&connection, "k", &json!(1)).unwrap();
    }

    #[test]
    fn an_old_database_is_migrated_once_and_a_copy_of_it_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("outpost.db");
        old(&path);
        for _ in ["migrates", "has nothing to do"] {
            let connection = open_for_writing(&path, &with(NEXT)).unwrap();
            assert_eq!(version(&connection).unwrap(), NOW + 1);
            let note: String = connection
                .query_row("SELECT note FROM settings", [], |row| row.get(0))
                .unwrap();
            assert_eq!(note, "old");
        }
        match open_for_writing(&path, TABLES) {
            Err(StoreError::Newer { found, known: NOW, .. }) if found == NOW + 1 => {}
            other => panic!("{other:?}"),
        }
        let copy = open_for_writing(&folder.path().join(format!("outpost.db.schema-{NOW}")), TABLES).unwrap();
        assert_eq!(settings::get(&copy, "k").unwrap(), Some(json!(1)));
    }

    #[test]
    fn a_migration_that_fails_changes_nothing() {
        const BROKEN: &[Migration] = &[
            NEXT[0],
            Migration {
                version: NOW + 2,
                sql: "CREATE TABLE more (x); ALTER TABLE none ADD COLUMN x;",
            },
        ];
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("outpost.db");
        old(&path);
        assert!(open_for_writing(&path, &with(BROKEN)).is_err());
        let connection = open_for_writing(&path, TABLES).unwrap();
        assert_eq!(settings::get(&connection, "k").unwrap(), Some(json!(1)));
        let more: i64 = connection
            .query_row("SELECT count(*) FROM sqlite_schema WHERE name = 'more'", [], |row| {
                row.get(0)
            })
            .unwrap();
        assert_eq!(more, 0);
    }
}
