//! Table `steps`: what a build did, one after the other.

use crate::columns::{code, json, results, time_if_any, to_json};
use crate::schema::Migration;
use model::{Build, BuildId, BuilderId, Results, Step, StepId, StepUrl, Time};
use rusqlite::{Connection, OptionalExtension, Result, Row};

pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    version: 1,
    sql: "
        CREATE TABLE steps (
            stepid INTEGER PRIMARY KEY,
            number INTEGER NOT NULL,
            name TEXT NOT NULL,
            buildid INTEGER NOT NULL REFERENCES builds,
            started_at INTEGER,
            locks_acquired_at INTEGER,
            complete_at INTEGER,
            results INTEGER,
            state_string TEXT NOT NULL,
            urls TEXT NOT NULL DEFAULT '[]',
            hidden INTEGER NOT NULL DEFAULT 0,
            UNIQUE (buildid, number),
            UNIQUE (buildid, name)
        ) STRICT;
        CREATE INDEX steps_unfinished ON steps (buildid) WHERE complete_at IS NULL;
    ",
}];

fn of_row(row: &Row) -> Result<Step> {
    Ok(Step {
        id: StepId(row.get("stepid")?),
        number: row.get("number")?,
        name: row.get("name")?,
        build: BuildId(row.get("buildid")?),
        started_at: time_if_any(row, "started_at")?,
        locks_acquired_at: time_if_any(row, "locks_acquired_at")?,
        complete_at: time_if_any(row, "complete_at")?,
        results: results(row, "results")?,
        state_string: row.get("state_string")?,
        urls: json(row, "urls")?,
        hidden: row.get("hidden")?,
    })
}

/// Makes the build's next step, in state `pending` and not started. A name that is taken gets a suffix: `_1`, `_2`…
pub fn insert(c: &Connection, build: BuildId, name: &str) -> Result<Step> {
    let number: i64 = c
        .prepare_cached("SELECT ifnull(max(number), -1) + 1 FROM steps WHERE buildid = ?1")?
        .query_row([build.0], |row| row.get(0))?;
    let mut taken = c.prepare_cached("SELECT 1 FROM steps WHERE buildid = ?1 AND name = ?2")?;
    let mut unique = name.to_owned();
    let mut suffix = 0;
    while taken.exists((build.0, &unique))? {
        suffix += 1;
        unique = format!("{name}_{suffix}");
    }
    let state_string = "pending";
    c.prepare_cached("INSERT INTO steps (number, name, buildid, state_string) VALUES (?1, ?2, ?3, ?4)")?
        .execute((number, &unique, build.0, state_string))?;
    Ok(Step {
        id: StepId(c.last_insert_rowid()),
        number,
        name: unique,
        build,
        started_at: None,
        locks_acquired_at: None,
        complete_at: None,
        results: None,
        state_string: state_string.to_owned(),
        urls: Vec::new(),
        hidden: false,
    })
}

/// It runs; `locks_acquired` is `None` while it waits for locks.
pub fn start(c: &Connection, id: StepId, now: Time, locks_acquired: Option<Time>) -> Result<()> {
    c.prepare_cached("UPDATE steps SET started_at = ?2, locks_acquired_at = ?3 WHERE stepid = ?1")?
        .execute((id.0, now.0, locks_acquired.map(|time| time.0)))?;
    Ok(())
}

/// It has its locks.
pub fn set_locks_acquired(c: &Connection, id: StepId, now: Time) -> Result<()> {
    c.prepare_cached("UPDATE steps SET locks_acquired_at = ?2 WHERE stepid = ?1")?
        .execute((id.0, now.0))?;
    Ok(())
}

/// Says in words what it does now.
pub fn set_state(c: &Connection, id: StepId, state_string: &str) -> Result<()> {
    c.prepare_cached("UPDATE steps SET state_string = ?2 WHERE stepid = ?1")?
        .execute((id.0, state_string))?;
    Ok(())
}

/// Replaces its links.
pub fn set_urls(c: &Connection, id: StepId, urls: &[StepUrl]) -> Result<()> {
    c.prepare_cached("UPDATE steps SET urls = ?2 WHERE stepid = ?1")?
        .execute((id.0, to_json(urls)?))?;
    Ok(())
}

/// Stores all that can change of `step`: times, results, text, links, hidden.
pub fn update(c: &Connection, step: &Step) -> Result<()> {
    let sql = "UPDATE steps SET started_at = ?2, locks_acquired_at = ?3, complete_at = ?4, results = ?5,
               state_string = ?6, urls = ?7, hidden = ?8 WHERE stepid = ?1";
    c.prepare_cached(sql)?.execute((
        step.id.0,
        step.started_at.map(|time| time.0),
        step.locks_acquired_at.map(|time| time.0),
        step.complete_at.map(|time| time.0),
        step.results.map(code),
        &step.state_string,
        to_json(&step.urls)?,
        step.hidden,
    ))?;
    Ok(())
}

/// It is over. Nothing happens to one that is over already.
pub fn finish(c: &Connection, id: StepId, results: Results, state_string: &str, hidden: bool, now: Time) -> Result<()> {
    let sql = "UPDATE steps SET complete_at = ?2, results = ?3, state_string = ?4, hidden = ?5
               WHERE stepid = ?1 AND complete_at IS NULL";
    c.prepare_cached(sql)?
        .execute((id.0, now.0, code(results), state_string, hidden))?;
    Ok(())
}

/// Ends the steps that a build left unfinished, for example because the master went away. How many there were.
pub fn finish_all_of(c: &Connection, build: &Build, results: Results, state_string: &str, now: Time) -> Result<usize> {
    let sql = "UPDATE steps SET complete_at = ?2, results = ?3, state_string = ?4
               WHERE buildid = ?1 AND complete_at IS NULL";
    c.prepare_cached(sql)?
        .execute((build.id.0, now.0, code(results), state_string))
}

/// One step.
pub fn get(c: &Connection, id: StepId) -> Result<Option<Step>> {
    c.prepare_cached("SELECT * FROM steps WHERE stepid = ?1")?
        .query_row([id.0], of_row)
        .optional()
}

/// The build's step of that number.
pub fn by_number(c: &Connection, build: BuildId, number: i64) -> Result<Option<Step>> {
    c.prepare_cached("SELECT * FROM steps WHERE buildid = ?1 AND number = ?2")?
        .query_row((build.0, number), of_row)
        .optional()
}

/// The build's step of that name.
pub fn by_name(c: &Connection, build: BuildId, name: &str) -> Result<Option<Step>> {
    c.prepare_cached("SELECT * FROM steps WHERE buildid = ?1 AND name = ?2")?
        .query_row((build.0, name), of_row)
        .optional()
}

/// The steps of a build, by number.
pub fn of_build(c: &Connection, build: BuildId) -> Result<Vec<Step>> {
    c.prepare_cached("SELECT * FROM steps WHERE buildid = ?1 ORDER BY number")?
        .query_map([build.0], of_row)?
        .collect()
}

/// Milliseconds that each step took in the builder's last `n` green builds: name and duration, newest build first and
/// its steps by number.
pub fn durations(c: &Connection, builder: BuilderId, n: u32) -> Result<Vec<(String, i64)>> {
    let sql = "SELECT steps.name, max(steps.complete_at - steps.started_at, 0)
               FROM (SELECT buildid, number FROM builds WHERE builderid = ?1 AND results IN (?2, ?3)
                     ORDER BY number DESC LIMIT ?4) AS last
               JOIN steps ON steps.buildid = last.buildid
               WHERE steps.started_at IS NOT NULL AND steps.complete_at IS NOT NULL
               ORDER BY last.number DESC, steps.number";
    let green = [Results::Success, Results::Warnings].map(code);
    c.prepare_cached(sql)?
        .query_map((builder.0, green[0], green[1], n), |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect()
}
