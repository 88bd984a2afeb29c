//! Tables `changes` and `build_changes`: what version control reported, and in which builds it is.

use crate::columns::{json, time, to_json};
use crate::query::{Field, Table};
use crate::schema::Migration;
use crate::source_stamps;
use model::query::Query;
use model::{BuildId, BuildSetId, Change, ChangeId, NewChange, NewSourceStamp, SourceStampId, Time};
use rusqlite::{Connection, Error, OptionalExtension, Result, Row};

pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    version: 1,
    // AUTOINCREMENT: an id is never used again, even when all changes were pruned.
    sql: "
        CREATE TABLE changes (
            changeid INTEGER PRIMARY KEY AUTOINCREMENT,
            author TEXT NOT NULL,
            committer TEXT,
            branch TEXT,
            revision TEXT,
            revlink TEXT NOT NULL,
            category TEXT,
            comments TEXT NOT NULL,
            files TEXT NOT NULL,
            when_timestamp INTEGER NOT NULL,
            repository TEXT NOT NULL,
            project TEXT NOT NULL,
            codebase TEXT NOT NULL,
            properties TEXT NOT NULL,
            parent_changeid INTEGER REFERENCES changes ON DELETE SET NULL,
            ssid INTEGER NOT NULL REFERENCES source_stamps
        ) STRICT;
        CREATE INDEX changes_by_branch ON changes (branch, repository, project, codebase);
        CREATE INDEX changes_by_revision ON changes (revision);
        CREATE INDEX changes_by_source_stamp ON changes (ssid);
        CREATE INDEX changes_by_parent ON changes (parent_changeid);
        CREATE TABLE build_changes (
            buildid INTEGER NOT NULL REFERENCES builds,
            changeid INTEGER NOT NULL REFERENCES changes ON DELETE CASCADE,
            PRIMARY KEY (buildid, changeid)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX build_changes_by_change ON build_changes (changeid, buildid);
    ",
}];

const TABLE: Table = Table {
    select: "SELECT * FROM changes",
    fields: &[
        Field::plain("changeid", "changeid"),
        Field::plain("author", "author"),
        Field::plain("committer", "committer"),
        Field::plain("branch", "branch"),
        Field::plain("revision", "revision"),
        Field::plain("revlink", "revlink"),
        Field::plain("category", "category"),
        Field::plain("comments", "comments"),
        Field::list("files"),
        Field::time("when_timestamp"),
        Field::plain("repository", "repository"),
        Field::plain("project", "project"),
        Field::plain("codebase", "codebase"),
    ],
    id: "changeid",
    newest_first: true,
};

fn of_row(c: &Connection, row: &Row) -> Result<Change> {
    let stamp = SourceStampId(row.get("ssid")?);
    Ok(Change {
        id: ChangeId(row.get("changeid")?),
        new: NewChange {
            author: row.get("author")?,
            committer: row.get("committer")?,
            branch: row.get("branch")?,
            revision: row.get("revision")?,
            revlink: row.get("revlink")?,
            category: row.get("category")?,
            comments: row.get("comments")?,
            files: json(row, "files")?,
            when: time(row, "when_timestamp")?,
            repository: row.get("repository")?,
            project: row.get("project")?,
            codebase: row.get("codebase")?,
            properties: json(row, "properties")?,
        },
        parent: row.get::<_, Option<i64>>("parent_changeid")?.map(ChangeId),
        source_stamp: source_stamps::get(c, stamp)?.ok_or(Error::QueryReturnedNoRows)?,
    })
}

fn all(c: &Connection, sql: &str, id: i64) -> Result<Vec<Change>> {
    c.prepare_cached(sql)?.query_map([id], |row| of_row(c, row))?.collect()
}

/// Records a change and the tree that it made.
pub fn insert(c: &Connection, new: &NewChange, parent: Option<ChangeId>, now: Time) -> Result<Change> {
    let stamp = NewSourceStamp {
        branch: new.branch.clone(),
        revision: new.revision.clone(),
        repository: new.repository.clone(),
        project: new.project.clone(),
        codebase: new.codebase.clone(),
        patch: None,
    };
    let source_stamp = source_stamps::find_or_insert(c, &stamp, now)?;
    let sql = "INSERT INTO changes (author, committer, branch, revision, revlink, category, comments, files,
               when_timestamp, repository, project, codebase, properties, parent_changeid, ssid)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)";
    c.prepare_cached(sql)?.execute((
        &new.author,
        &new.committer,
        &new.branch,
        &new.revision,
        &new.revlink,
        &new.category,
        &new.comments,
        to_json(&new.files)?,
        new.when.0,
        &new.repository,
        &new.project,
        &new.codebase,
        to_json(&new.properties)?,
        parent.map(|id| id.0),
        source_stamp.id.0,
    ))?;
    Ok(Change {
        id: ChangeId(c.last_insert_rowid()),
        new: new.clone(),
        parent,
        source_stamp,
    })
}

/// One change.
pub fn get(c: &Connection, id: ChangeId) -> Result<Option<Change>> {
    c.prepare_cached("SELECT * FROM changes WHERE changeid = ?1")?
        .query_row([id.0], |row| of_row(c, row))
        .optional()
}

/// What `query` asks for; newest first unless it says otherwise.
pub fn list(c: &Connection, query: &Query) -> Result<Vec<Change>> {
    TABLE.list(c, query, None, of_row)
}

/// The changes that are new in a build, oldest first.
pub fn for_build(c: &Connection, id: BuildId) -> Result<Vec<Change>> {
    let sql = "SELECT * FROM changes WHERE changeid IN (SELECT changeid FROM build_changes WHERE buildid = ?1)
               ORDER BY changeid";
    all(c, sql, id.0)
}

/// The changes that caused a build set, oldest first.
pub fn for_build_set(c: &Connection, id: BuildSetId) -> Result<Vec<Change>> {
    let sql = "SELECT * FROM changes WHERE changeid IN (SELECT changeid FROM build_set_changes WHERE bsid = ?1)
               ORDER BY changeid";
    all(c, sql, id.0)
}

/// The changes that made a tree, oldest first.
pub fn for_source_stamp(c: &Connection, id: SourceStampId) -> Result<Vec<Change>> {
    all(c, "SELECT * FROM changes WHERE ssid = ?1 ORDER BY changeid", id.0)
}

/// The newest change on the branch and in the repository, project and codebase of `of`: the parent of the next one.
pub fn latest_on_branch(c: &Connection, of: &NewChange) -> Result<Option<Change>> {
    let sql = "SELECT * FROM changes WHERE branch IS ?1 AND repository = ?2 AND project = ?3 AND codebase = ?4
               ORDER BY changeid DESC LIMIT 1";
    c.prepare_cached(sql)?
        .query_row((&of.branch, &of.repository, &of.project, &of.codebase), |row| {
            of_row(c, row)
        })
        .optional()
}

/// Forgets all but the newest `keep` changes, and those of build sets that are not complete. How many were forgotten.
pub fn prune(c: &Connection, keep: u64) -> Result<usize> {
    let sql = "DELETE FROM changes
               WHERE changeid <= (SELECT changeid FROM changes ORDER BY changeid DESC LIMIT 1 OFFSET ?1)
               AND changeid NOT IN (SELECT changeid FROM build_set_changes JOIN build_sets USING (bsid)
                                    WHERE complete_at IS NULL)";
    c.prepare_cached(sql)?
        .execute([i64::try_from(keep).unwrap_or(i64::MAX)])
}
