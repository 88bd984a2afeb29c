//! The console of the own master, from the store.

use super::ranges::ranges;
use super::{LOOKED_THROUGH, Row, Wanted, columns, lines, page};
use crate::api::Refusal;
use crate::api::console::{Console, ConsoleBuilder, ConsoleCell, ConsoleChange, ConsoleLine};
use crate::service::{App, clock};
use model::query::{Filter, Op, Order, Query, Value};
use model::{Build, BuildId, Change, ChangeId, Time};
use std::collections::HashMap;
use store::rusqlite::{Connection, Result as SqlResult};
use store::{builders, builds, changes, projects};

/// Builds without a change of their own that are looked at, for the revision that they got.
const FORCED: u32 = 1000;

pub(super) async fn console(app: &App, wanted: Wanted) -> Result<Console, Refusal> {
    let before = wanted.before;
    let found = app.store().read(move |c| newest(c, before)).await?;
    let whole = found.len() < LOOKED_THROUGH;
    let since = found.last().map(|change| change.new.when);
    let rows: Vec<Row> = found.into_iter().map(|change| row(app, change)).collect();
    let (all, line) = lines(&rows, &wanted);
    let (changes, next) = page(rows, line.as_ref(), &wanted, whole);
    let of: Vec<(i64, Option<String>)> = changes.iter().map(|c| (c.change, c.revision.clone())).collect();
    let since = changes.last().map(|change| Time(change.when)).or(since);
    let (known, builders) = app
        .store()
        .read(move |c| Ok((cells(c, &of, since)?, configured(c)?)))
        .await?;
    let (cells, breaks) = ranges(known, changes.len());
    Ok(Console {
        now: clock::now().0,
        line,
        lines: all,
        builders: columns(builders, &cells),
        cells,
        breaks,
        changes,
        next,
        partial: None,
    })
}

fn newest(c: &Connection, before: Option<i64>) -> SqlResult<Vec<Change>> {
    let older = |id| Filter {
        field: "changeid".to_owned(),
        op: Op::Lt,
        values: vec![Value::Number(id)],
    };
    let mut found = changes::list(
        c,
        &Query {
            filters: before.map(older).into_iter().collect(),
            order: vec![Order {
                field: "changeid".to_owned(),
                descending: true,
            }],
            limit: Some(LOOKED_THROUGH as u64),
            offset: 0,
        },
    )?;
    found.sort_by_key(|change| std::cmp::Reverse(change.id));
    Ok(found)
}

fn row(app: &App, change: Change) -> Row {
    let new = change.new;
    Row {
        line: ConsoleLine {
            project: new.project,
            branch: new.branch.unwrap_or_default(),
        },
        change: ConsoleChange {
            change: change.id.0,
            revision: new.revision,
            mine: app.is_me(&new.author),
            author: new.author,
            when: new.when.0,
            comment: new.comments.lines().next().unwrap_or_default().to_owned(),
            repository: new.repository,
        },
    }
}

/// The builds that have one of the changes, by their own changes or else by the revision that they got, each with the
/// row of the newest one.
fn cells(c: &Connection, of: &[(i64, Option<String>)], since: Option<Time>) -> SqlResult<Vec<ConsoleCell>> {
    let row_of: HashMap<i64, usize> = of.iter().enumerate().map(|(row, (id, _))| (*id, row)).collect();
    let ids: Vec<ChangeId> = of.iter().map(|(id, _)| ChangeId(*id)).collect();
    let mut found: HashMap<BuildId, (usize, Build)> = HashMap::new();
    for (change, build) in builds::of_changes(c, &ids)? {
        let Some(row) = row_of.get(&change.0).copied() else {
            continue;
        };
        let entry = found.entry(build.id).or_insert((row, build));
        entry.0 = entry.0.min(row);
    }
    let Some(since) = since else { return Ok(Vec::new()) };
    let others = builds::begun_between(c, None, since, Time(i64::MAX), FORCED)?;
    let others: Vec<Build> = others
        .into_iter()
        .filter(|build| !found.contains_key(&build.id))
        .collect();
    let others_ids: Vec<BuildId> = others.iter().map(|build| build.id).collect();
    let got = builds::selected_properties(c, &others_ids, &["got_revision".to_owned()])?;
    let by_revision: HashMap<&str, usize> = of
        .iter()
        .enumerate()
        .rev()
        .filter_map(|(row, (_, revision))| Some((revision.as_deref()?, row)))
        .collect();
    for build in others {
        let revision = got
            .get(&build.id)
            .and_then(|properties| properties.text("got_revision"));
        if let Some(row) = revision.and_then(|revision| by_revision.get(revision)) {
            found.insert(build.id, (*row, build));
        }
    }
    Ok(found.into_values().map(|(row, build)| cell(row, build)).collect())
}

fn cell(row: usize, build: Build) -> ConsoleCell {
    ConsoleCell {
        builder: build.builder.0,
        top: row,
        bottom: row,
        build: build.id.0,
        number: build.number,
        results: build.results.map(u8::from),
        started_at: build.started_at.0,
        complete_at: build.complete_at.map(|time| time.0),
        state: build.state_string,
        before: 0,
    }
}

fn configured(c: &Connection) -> SqlResult<Vec<ConsoleBuilder>> {
    let projects: HashMap<_, _> = projects::list(c)?.into_iter().map(|row| (row.id, row.name)).collect();
    Ok(builders::list(c)?
        .into_iter()
        .map(|row| ConsoleBuilder {
            builder: row.id.0,
            name: row.name,
            tags: row.tags,
            project: row.project.and_then(|id| projects.get(&id).cloned()),
        })
        .collect())
}
