//! Whether the database is whole: SQLite's own check, references, and what the tables promise each other.

use rusqlite::{Connection, Result};

/// Each finds rows that must not exist; the text says what is wrong with them.
const PROMISES: &[(&str, &str)] = &[
    (
        "builds over without results, or results of running ones",
        "SELECT buildid FROM builds WHERE (complete_at IS NULL) <> (results IS NULL)",
    ),
    (
        "steps over without results, or results of running ones",
        "SELECT stepid FROM steps WHERE (complete_at IS NULL) <> (results IS NULL)",
    ),
    (
        "requests complete without results, or results of incomplete ones",
        "SELECT buildrequestid FROM build_requests WHERE (complete_at IS NULL) <> (results IS NULL)",
    ),
    (
        "requests claimed by nobody, or by somebody at no time",
        "SELECT buildrequestid FROM build_requests WHERE (claimed_at IS NULL) <> (claimed_by_masterid IS NULL)",
    ),
    (
        "complete build sets with incomplete requests",
        "SELECT bsid FROM build_sets WHERE complete_at IS NOT NULL AND bsid IN (SELECT buildsetid FROM build_requests WHERE complete_at IS NULL)",
    ),
    (
        "build sets without a tree",
        "SELECT bsid FROM build_sets WHERE bsid NOT IN (SELECT bsid FROM build_set_source_stamps)",
    ),
    (
        "builds that serve no request",
        "SELECT buildid FROM builds WHERE buildid NOT IN (SELECT buildid FROM served_requests)",
    ),
    (
        "logs whose blocks are not their lines",
        "SELECT logid FROM logs LEFT JOIN log_blocks USING (logid) WHERE kind <> 'd' GROUP BY logid HAVING ifnull(sum(log_blocks.num_lines), 0) <> logs.num_lines",
    ),
    (
        "log blocks that do not follow each other",
        "SELECT logid FROM (SELECT logid, first_line, lag(first_line + num_lines, 1, 0) OVER (PARTITION BY logid ORDER BY first_line) AS expected FROM log_blocks) WHERE first_line <> expected",
    ),
];

/// What is wrong, in words; empty when all is well.
pub(crate) fn check(c: &Connection) -> Result<Vec<String>> {
    let mut findings: Vec<String> = c
        .prepare("PRAGMA integrity_check")?
        .query_map([], |row| row.get(0))?
        .filter(|line| !matches!(line, Ok(text) if text == "ok"))
        .collect::<Result<_>>()?;
    let dangling: Vec<String> = c
        .prepare("PRAGMA foreign_key_check")?
        .query_map([], |row| {
            let (table, row_id, parent): (String, Option<i64>, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
            Ok(format!(
                "row {} of {table} refers to a missing row of {parent}",
                row_id.unwrap_or_default()
            ))
        })?
        .collect::<Result<_>>()?;
    findings.extend(dangling);
    for (what, sql) in PROMISES {
        let ids: Vec<i64> = c
            .prepare(sql)?
            .query_map([], |row| row.get(0))?
            .collect::<Result<_>>()?;
        if !ids.is_empty() {
            findings.push(format!("{what}: {ids:?}"));
        }
    }
    Ok(findings)
}
