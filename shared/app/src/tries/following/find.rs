//! Which build set is a try's, and what its builders are called.

use crate::api::tries::TryWay;
use crate::joined::Member;
use crate::service::App;
use crate::tries::record::{Record, Route};
use crate::tries::send::Found;
use client::rest;
use model::query::{Filter, Op, Order, Query, Value};
use model::{BuildSetId, BuilderId};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::time::Duration;
use store::{build_requests, build_sets, builders};

/// Build sets of a master that are looked through, the newest.
const SETS: usize = 60;

/// How long a master may take to tell its newest build set.
const NEWEST: Duration = Duration::from_secs(5);

/// The master's clock may be off by so much, in milliseconds.
const CLOCKS: i64 = 60_000;

/// By the job's id, in the own master's store.
pub(in crate::tries) async fn here(app: &App, job: &str) -> Found {
    let query = Query {
        filters: vec![Filter {
            field: "external_idstring".to_owned(),
            op: Op::Eq,
            values: vec![Value::Text(job.to_owned())],
        }],
        order: vec![Order {
            field: "bsid".to_owned(),
            descending: true,
        }],
        limit: Some(1),
        offset: 0,
    };
    let read = app.store().read(move |c| {
        let Some(set) = build_sets::list(c, &query)?.pop() else {
            return Ok(None);
        };
        Ok(Some((set.id, build_requests::of_build_set(c, set.id)?)))
    });
    match read.await {
        Ok(Some((set, requests))) => {
            let requests = requests.iter().map(|request| (request.builder.0, request.id.0));
            Found::Set(set.0, requests.collect())
        }
        Ok(None) => Found::NotThere,
        Err(_) => Found::Unknown,
    }
}

/// By the job's id where the way carries it, otherwise by everything that was sent.
pub(in crate::tries) async fn there(app: &App, member: &Member, record: &Record) -> Found {
    let http = member.joined.http();
    let mut path = format!("buildsets?order=-bsid&limit={SETS}");
    let by_id = matches!(&record.route, Route::Joined { way, .. } if *way == TryWay::Ssh);
    if by_id {
        path = format!("buildsets?external_idstring={}&limit=5", record.job.id);
    }
    let sets: Vec<rest::BuildSet> = match http.rows(&path, "buildsets").await {
        Ok(sets) => sets,
        Err(_) => return Found::Unknown,
    };
    let taken = others(app, record).await;
    let mut fitting: Vec<&rest::BuildSet> = sets
        .iter()
        .filter(|set| !taken.contains(&set.id.0))
        .filter(|set| match by_id {
            true => set.external_id.as_deref() == Some(record.job.id.as_str()),
            false => is_it(member, record, set),
        })
        .collect();
    // Of several that say the same, the first one after it was sent.
    fitting.sort_by_key(|set| set.id);
    for set in fitting {
        let Some(requests) = requests(member, set.id).await else {
            return Found::Unknown;
        };
        if are_of(member, &requests, &record.job.builders) {
            return Found::Set(set.id.0, requests);
        }
    }
    Found::NotThere
}

/// Whether a set is of the builders that were asked for; of all of a scheduler's, that cannot be told.
fn are_of(member: &Member, requests: &BTreeMap<i64, i64>, wanted: &[String]) -> bool {
    if wanted.is_empty() {
        return !requests.is_empty();
    }
    let mut names: Vec<String> = member.joined.with(|picture| {
        let named = requests.keys().filter_map(|id| picture.builder_of(BuilderId(*id)));
        named.map(|builder| builder.name.to_string()).collect()
    });
    let mut wanted = wanted.to_vec();
    names.sort_unstable();
    wanted.sort_unstable();
    wanted.dedup();
    names == wanted
}

/// The newest build set of a joined master whose answer names none; nothing when that is not known, or not needed.
pub(in crate::tries) async fn newest_set(app: &App, record: &Record) -> Option<i64> {
    let Route::Joined {
        way: TryWay::Pb,
        master,
    } = &record.route
    else {
        return None;
    };
    let member = app.farm.get(master)?;
    let http = member.joined.http();
    let asking = http.rows::<rest::BuildSet>("buildsets?order=-bsid&limit=1", "buildsets");
    let sets = tokio::time::timeout(NEWEST, asking).await.ok()?.ok()?;
    Some(sets.first().map_or(0, |set| set.id.0))
}

fn is_it(member: &Member, record: &Record, set: &rest::BuildSet) -> bool {
    let sent = record.sent_at.unwrap_or(record.submitted_at);
    let after = match record.after_set {
        Some(before) => set.id.0 > before,
        None => set.submitted_at.is_none_or(|at| member.ours(at).0 + CLOCKS >= sent),
    };
    let job = &record.job;
    let same = |stamp: &rest::SourceStamp| {
        let patched = match &stamp.patch {
            Some(patch) => job.level.is_some() && patch.author == job.who && patch.comment == job.comment,
            None => job.level.is_none(),
        };
        patched && stamp.branch == job.branch && stamp.revision == job.base
    };
    after && set.external_id.is_none() && set.source_stamps.iter().any(same)
}

/// The sets that are known to be other tries'.
async fn others(app: &App, record: &Record) -> Vec<i64> {
    let read = app.store().read(|c| store::tries::list(c, None, None, 200)).await;
    let known = read.unwrap_or_default();
    let records = known.iter().filter_map(|one| Record::of(one).ok());
    let others = records.filter(|one| one.master == record.master && one.job.id != record.job.id);
    others.filter_map(|one| one.build_set).collect()
}

/// The requests of a set, by builder.
async fn requests(member: &Member, set: BuildSetId) -> Option<BTreeMap<i64, i64>> {
    let path = format!("buildrequests?buildsetid={set}&limit=10000");
    let rows: Vec<rest::Request> = member.joined.http().rows(&path, "buildrequests").await.ok()?;
    Some(rows.iter().map(|row| (row.builder.0, row.id.0)).collect())
}

async fn name(member: &Member, builder: i64) -> Option<String> {
    let http = member.joined.http();
    let row: rest::Builder = http.row(&format!("builders/{builder}"), "builders").await.ok()?;
    Some(row.name)
}

/// What builders are called.
pub(in crate::tries) async fn names(app: &App, master: &str, ids: impl Iterator<Item = i64>) -> BTreeMap<i64, String> {
    let ids: Vec<i64> = ids.collect();
    if let Some(member) = app.farm.get(master) {
        let mut named: BTreeMap<i64, String> = member.joined.with(|picture| {
            let named = ids
                .iter()
                .filter_map(|id| Some((*id, picture.builder_of(BuilderId(*id))?.name.to_string())));
            named.collect()
        });
        // A master that is just back may take a try before its picture was read.
        for id in ids {
            if let Entry::Vacant(unknown) = named.entry(id)
                && let Some(name) = name(&member, id).await
            {
                unknown.insert(name);
            }
        }
        return named;
    }
    let rows = app.store().read(builders::list).await.unwrap_or_default();
    let named = rows.into_iter().filter(|row| ids.contains(&row.id.0));
    named.map(|row| (row.id.0, row.name)).collect()
}
