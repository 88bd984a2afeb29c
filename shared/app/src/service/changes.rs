//! Changes and what became of them.

use super::App;
use super::marks::Marks;
use crate::api::Refusal;
use crate::api::changes::{ChangeRow, ChangesPage, ChangesQuery};
use master::Decision;
use model::query::{Filter, Op, Order, Query, Value};
use model::{Build, Change, ChangeId};
use store::rusqlite::{Connection, Result as SqlResult};

/// Changes on a page.
const PAGE: usize = 50;
/// Changes that are looked through at most for fifty of mine.
const LOOKED_THROUGH: u64 = 1000;

pub(super) async fn changes(app: &App, query: ChangesQuery) -> Result<ChangesPage, Refusal> {
    let before = match &query.before {
        Some(text) => Some(
            text.parse()
                .map_err(|_| Refusal::invalid(format!("'{text}' is no place in the list of changes")))?,
        ),
        None => None,
    };
    let limit = if query.mine { LOOKED_THROUGH } else { PAGE as u64 + 1 };
    let found = app.store().read(move |c| newest(c, before, limit)).await?;
    let enough = found.len() as u64 == limit;
    let mut shown: Vec<Change> = if query.mine {
        found
            .into_iter()
            .filter(|change| app.is_me(&change.new.author))
            .collect()
    } else {
        found
    };
    let more = shown.len() > PAGE || (query.mine && enough);
    shown.truncate(PAGE);
    let ids: Vec<ChangeId> = shown.iter().map(|change| change.id).collect();
    let (marks, builds) = app.store().read(move |c| builds_of(c, &ids)).await?;
    let mut rows = Vec::with_capacity(shown.len());
    for (change, list) in shown.into_iter().zip(builds) {
        let not_built = if list.is_empty() {
            why_not(app, change.id).await
        } else {
            None
        };
        rows.push(row(app, change, &list, &marks, not_built));
    }
    let next = rows.last().filter(|_| more).map(|row| row.change.to_string());
    Ok(ChangesPage { changes: rows, next })
}

fn newest(c: &Connection, before: Option<i64>, limit: u64) -> SqlResult<Vec<Change>> {
    let older = |id| Filter {
        field: "changeid".to_owned(),
        op: Op::Lt,
        values: vec![Value::Number(id)],
    };
    let order = vec![Order {
        field: "changeid".to_owned(),
        descending: true,
    }];
    let mut found = store::changes::list(
        c,
        &Query {
            filters: before.map(older).into_iter().collect(),
            order,
            limit: Some(limit),
            offset: 0,
        },
    )?;
    found.sort_by_key(|change| std::cmp::Reverse(change.id));
    Ok(found)
}

fn builds_of(c: &Connection, ids: &[ChangeId]) -> SqlResult<(Marks, Vec<Vec<Build>>)> {
    let mut lists = Vec::with_capacity(ids.len());
    let order = vec![Order {
        field: "buildid".to_owned(),
        descending: true,
    }];
    for id in ids {
        let query = Query {
            order: order.clone(),
            limit: Some(20),
            ..Query::default()
        };
        lists.push(store::builds::list_of_change(c, *id, &query)?);
    }
    let all: Vec<Build> = lists.iter().flatten().cloned().collect();
    Ok((Marks::read(c, &all)?, lists))
}

/// Why no scheduler builds a change, each in its own words; nothing when one will.
async fn why_not(app: &App, change: ChangeId) -> Option<String> {
    let verdicts = app.master.verdicts(change).await.ok()?;
    if verdicts.iter().any(|verdict| verdict.decision == Decision::Builds) {
        return None;
    }
    let texts: Vec<&str> = verdicts.iter().map(|verdict| verdict.text.as_str()).collect();
    Some(if texts.is_empty() {
        "no scheduler takes changes".to_owned()
    } else {
        texts.join("; ")
    })
}

fn row(app: &App, change: Change, builds: &[Build], marks: &Marks, not_built: Option<String>) -> ChangeRow {
    ChangeRow {
        master: crate::api::bundled(),
        change: change.id.0,
        mine: app.is_me(&change.new.author),
        author: change.new.author,
        when: change.new.when.0,
        branch: change.new.branch,
        revision: change.new.revision,
        comments: change.new.comments,
        files: change.new.files,
        repository: change.new.repository,
        project: change.new.project,
        builds: builds.iter().map(|build| marks.mark(app, build)).collect(),
        not_built,
    }
}
