//! Changes and what became of them.

use super::App;
use super::joined::{Whose, changes as there};
use super::marks::Marks;
use crate::api::Refusal;
use crate::api::changes::{ChangeRow, ChangesPage, ChangesQuery};
use master::Decision;
use model::query::{Filter, Op, Order, Query, Value};
use model::{Build, Change, ChangeId};
use std::collections::BTreeMap;
use store::rusqlite::{Connection, Result as SqlResult};

/// Changes on a page.
const PAGE: usize = 50;
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

/// Some of a master's changes, the newest first.
pub(super) struct Part {
    pub rows: Vec<ChangeRow>,
    /// There may be older ones, before this id.
    pub more: Option<i64>,
}

/// The newest of all, as many as a page has. Within a master they keep their order.
fn merge(parts: Vec<(String, Part)>, places: &mut Places) -> Vec<ChangeRow> {
    let mut heads: Vec<(String, std::iter::Peekable<std::vec::IntoIter<ChangeRow>>, Option<i64>)> = parts
        .into_iter()
        .map(|(key, part)| (key, part.rows.into_iter().peekable(), part.more))
        .collect();
    let mut page = Vec::new();
    while page.len() < PAGE {
        let newest = heads
            .iter_mut()
            .filter_map(|(_, rows, _)| {
                let when = rows.peek()?.when;
                Some((when, rows))
            })
            .max_by_key(|(when, _)| *when);
        match newest.and_then(|(_, rows)| rows.next()) {
            Some(row) => page.push(row),
            None => break,
        }
    }
    for (key, mut rows, more) in heads {
        let next = match rows.peek() {
            // Before the one that comes next is not far enough: it is to be given again.
            Some(row) => Some(row.change.saturating_add(1)),
            None => more,
        };
        places.set(&key, next);
    }
    page
}

/// Where each master's list goes on: `KEY=ID`, with a comma in between. A master that is named without an id has no
/// more; one that is not named begins with its newest change.
#[derive(Default)]
struct Places {
    places: BTreeMap<String, Option<i64>>,
}

impl Places {
    fn parse(text: Option<&str>) -> Result<Places, Refusal> {
        let mut places = BTreeMap::new();
        for part in text.into_iter().flat_map(|text| text.split(',')) {
            let (key, id) = part.split_once('=').unwrap_or((part, ""));
            let place = match id {
                "" => None,
                id => Some(id.parse().map_err(|_| {
                    Refusal::invalid(format!("'{part}' is no place in the list of changes"))
                        .hint("Begin with the newest ones.")
                })?),
            };
            places.insert(key.to_owned(), place);
        }
        Ok(Places { places })
    }

    /// Before which id a master's list goes on; nothing when there is no more.
    fn next(&self, key: &str) -> Option<Option<i64>> {
        match self.places.get(key) {
            None => Some(None),
            Some(Some(id)) => Some(Some(*id)),
            Some(None) => None,
        }
    }

    fn set(&mut self, key: &str, place: Option<i64>) {
        self.places.insert(key.to_owned(), place);
    }

    fn text(&self) -> Option<String> {
        let part = |(key, place): (&String, &Option<i64>)| match place {
            Some(id) => format!("{key}={id}"),
            None => key.clone(),
        };
        let more = self.places.values().any(Option::is_some);
        more.then(|| self.places.iter().map(part).collect::<Vec<_>>().join(","))
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(master: &str, changes: &[(i64, i64)]) -> Vec<ChangeRow> {
        let row = |(change, when): &(i64, i64)| ChangeRow {
            master: master.to_owned(),
            change: *change,
            author: String::new(),
            mine: false,
            when: *when,
            branch: None,
            revision: None,
            comments: String::new(),
            files: Vec::new(),
            repository: String::new(),
            project: String::new(),
            builds: Vec::new(),
            not_built: None,
        };
        changes.iter().map(row).collect()
    }

    #[test]
    fn every_change_of_every_master_comes_once() {
        let all = [
            ("a", (0..120).map(|n| (120 - n, 1000 - 3 * n)).collect::<Vec<_>>()),
            ("b", (0..70).map(|n| (70 - n, 990 - 2 * n)).collect()),
        ];
        let mut seen = Vec::new();
        let mut before: Option<String> = None;
        for _ in 0..20 {
            let mut places = Places::parse(before.as_deref()).expect("a place");
            let part = |list: &[(i64, i64)], before: Option<i64>, key: &str| {
                let older = list.iter().filter(|(id, _)| before.is_none_or(|before| *id < before));
                let given: Vec<(i64, i64)> = older.copied().take(PAGE).collect();
                let more = given.last().map(|(id, _)| *id).filter(|id| *id > 1);
                let rows = rows(key, &given);
                Part { rows, more }
            };
            let parts = all
                .iter()
                .filter_map(|(key, list)| Some(((*key).to_owned(), part(list, places.next(key)?, key))))
                .collect();
            let page = merge(parts, &mut places);
            assert!(page.len() <= PAGE);
            seen.extend(page.into_iter().map(|row| (row.master, row.change, row.when)));
            before = places.text();
            if before.is_none() {
                break;
            }
        }
        assert_eq!(before, None);
        assert!(seen.windows(2).all(|two| two[0].2 >= two[1].2), "the newest first");
        let count = seen.len();
        seen.sort();
        seen.dedup();
        assert_eq!((seen.len(), count), (190, 190));
    }

    #[test]
    fn a_place_that_is_none_is_refused() {
        for bad in ["a=x", "a=1,b=", "12=1=2"] {
            let parsed = Places::parse(Some(bad));
            assert_eq!(parsed.is_err(), bad != "a=1,b=", "{bad}");
        }
    }
}
