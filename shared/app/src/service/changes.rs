//! Changes and what became of them.

use super::App;
use super::joined::{Whose, changes as there};
use super::marks::Marks;
use super::merge::{Part, Places, merge};
use crate::api::Refusal;
use crate::api::changes::{ChangeRow, ChangesPage, ChangesQuery};
use master::Decision;
use model::query::{Filter, Op, Order, Query, Value};
use model::{Build, Change, ChangeId};
use store::rusqlite::{Connection, Result as SqlResult};

/// Changes on a page.
pub(super) const PAGE: usize = 50;
/// Changes that are looked through at most for fifty of mine.
const LOOKED_THROUGH: u64 = 1000;

pub(super) async fn changes(app: &App, query: ChangesQuery) -> Result<ChangesPage, Refusal> {
    let mut places = Places::parse(query.before.as_deref())?;
    let mut parts = Vec::new();
    if query.master.as_ref().is_none_or(|key| *key == crate::api::bundled()) {
        let key = crate::api::bundled();
        if let Some(before) = places.next(&key) {
            parts.push((key, here(app, before, query.mine).await?));
        }
    }
    let one = query.master.as_deref().map(|key| app.master_of(key)).transpose()?;
    let members = match one {
        Some(Whose::Here) => Vec::new(),
        Some(Whose::There(member)) => vec![member],
        None => app.farm.members(),
    };
    let reads = members.iter().map(|member| async {
        let before = places.next(&member.key.0)?;
        Some((
            member.key.0.clone(),
            there::older(app, member, before, query.mine).await,
        ))
    });
    for (key, read) in futures_util::future::join_all(reads).await.into_iter().flatten() {
        match read {
            Ok(part) => parts.push((key, part)),
            Err(refusal) if query.master.is_some() => return Err(refusal),
            // One that is away does not keep the others' from being shown.
            Err(_) => {}
        }
    }
    let changes = merge(parts, &mut places);
    Ok(ChangesPage {
        next: places.text(),
        changes,
    })
}

/// This program's own master's changes.
async fn here(app: &App, before: Option<i64>, mine: bool) -> Result<Part, Refusal> {
    let limit = if mine { LOOKED_THROUGH } else { PAGE as u64 + 1 };
    let found = app.store().read(move |c| newest(c, before, limit)).await?;
    let reached = found
        .last()
        .map(|change| change.id.0)
        .filter(|_| found.len() as u64 == limit);
    let mut shown: Vec<Change> = match mine {
        true => found
            .into_iter()
            .filter(|change| app.is_me(&change.new.author))
            .collect(),
        false => found,
    };
    let cut = shown.len() > PAGE;
    shown.truncate(PAGE);
    let more = match cut {
        true => shown.last().map(|change| change.id.0),
        false => reached,
    };
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
    Ok(Part { rows, more })
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
