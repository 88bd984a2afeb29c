//! Table `logs`: what each log is. Its lines are in `log_blocks`, and those not yet there in [`crate::log`].

use crate::log_blocks;
use crate::schema::Migration;
use model::{Log, LogId, LogKind, StepId};
use rusqlite::{Connection, OptionalExtension, Result, Row};

pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    version: 1,
    sql: "
        CREATE TABLE logs (
            logid INTEGER PRIMARY KEY,
            name TEXT NOT NULL,
            slug TEXT NOT NULL,
            stepid INTEGER NOT NULL REFERENCES steps,
            complete INTEGER NOT NULL DEFAULT 0,
            num_lines INTEGER NOT NULL DEFAULT 0,
            kind TEXT NOT NULL,
            UNIQUE (stepid, slug)
        ) STRICT;
        CREATE INDEX logs_growing ON logs (logid) WHERE complete = 0;
    ",
}];

/// A slug is an identifier of at most so many characters (`rest-v2` §6).
const SLUG: usize = 50;

fn of_row(row: &Row) -> Result<Log> {
    let letter: String = row.get("kind")?;
    Ok(Log {
        id: LogId(row.get("logid")?),
        name: row.get("name")?,
        slug: row.get("slug")?,
        step: StepId(row.get("stepid")?),
        complete: row.get("complete")?,
        num_lines: row.get("num_lines")?,
        kind: LogKind::from_letter(letter.chars().next().unwrap_or('t')),
    })
}

/// The identifier for a log called `name`, not yet made unique: `report.html` is `report_html`.
fn slug_of(name: &str) -> String {
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    let mut slug: String = name.chars().take(SLUG).map(|c| if fits(c) { c } else { '_' }).collect();
    if slug.is_empty() || slug.starts_with(|c: char| c.is_ascii_digit()) {
        slug.insert(0, '_');
        slug.truncate(SLUG);
    }
    slug
}

/// Makes a log with a slug that is unique in the step; it has no lines yet.
pub fn insert(c: &Connection, step: StepId, name: &str, kind: LogKind) -> Result<Log> {
    let base = slug_of(name);
    let mut slug = base.clone();
    let mut taken = c.prepare_cached("SELECT 1 FROM logs WHERE stepid = ?1 AND slug = ?2")?;
    let mut suffix = 1;
    while taken.exists((step.0, &slug))? {
        suffix += 1;
        let suffix = format!("_{suffix}");
        slug = base.chars().take(SLUG - suffix.len()).collect::<String>() + &suffix;
    }
    c.prepare_cached("INSERT INTO logs (name, slug, stepid, kind) VALUES (?1, ?2, ?3, ?4)")?
        .execute((name, &slug, step.0, kind.letter().to_string()))?;
    let id = LogId(c.last_insert_rowid());
    Ok(Log {
        id,
        name: name.to_owned(),
        slug,
        step,
        complete: false,
        num_lines: 0,
        kind,
    })
}

/// One log. While it grows, [`crate::Logs::current`] knows its newest number of lines.
pub fn get(c: &Connection, id: LogId) -> Result<Option<Log>> {
    c.prepare_cached("SELECT * FROM logs WHERE logid = ?1")?
        .query_row([id.0], of_row)
        .optional()
}

/// The step's log of that slug.
pub fn by_slug(c: &Connection, step: StepId, slug: &str) -> Result<Option<Log>> {
    c.prepare_cached("SELECT * FROM logs WHERE stepid = ?1 AND slug = ?2")?
        .query_row((step.0, slug), of_row)
        .optional()
}

/// The logs of a step, by id.
pub fn of_step(c: &Connection, step: StepId) -> Result<Vec<Log>> {
    c.prepare_cached("SELECT * FROM logs WHERE stepid = ?1 ORDER BY logid")?
        .query_map([step.0], of_row)?
        .collect()
}

/// Marks every log complete that is not: those whose writer was lost with its process. How many there were.
pub fn finish_interrupted(c: &Connection) -> Result<usize> {
    c.execute("UPDATE logs SET complete = 1 WHERE complete = 0", [])
}

/// Removes the lines of a complete log; its kind becomes `d`, its number of lines stays.
pub fn delete_contents(c: &Connection, id: LogId) -> Result<()> {
    let sql = "UPDATE logs SET kind = ?2 WHERE logid = ?1 AND complete";
    let done = c
        .prepare_cached(sql)?
        .execute((id.0, LogKind::Deleted.letter().to_string()))?;
    if done > 0 {
        log_blocks::delete(c, id)?;
    }
    Ok(())
}

/// The lines up to `num_lines` are stored; `complete` when no more will come.
pub(crate) fn set_stored(c: &Connection, id: LogId, num_lines: i64, complete: bool) -> Result<()> {
    c.prepare_cached("UPDATE logs SET num_lines = ?2, complete = ?3 WHERE logid = ?1")?
        .execute((id.0, num_lines, complete))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs_are_identifiers() {
        for (name, slug) in [
            ("stdio", "stdio"),
            ("report.html", "report_html"),
            ("weird name/with: chars", "weird_name_with__chars"),
            ("", "_"),
            ("3rd", "_3rd"),
            ("größe", "gr__e"),
        ] {
            assert_eq!(slug_of(name), slug, "{name}");
        }
        assert_eq!(slug_of(&"9".repeat(80)).len(), SLUG);
    }
}
