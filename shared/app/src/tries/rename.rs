//! A master gets another key: its tries go with it, also those under way and what was chosen for the next one.

use super::record::{Record, Route};
use super::{carry, preset};
use crate::api::tries::TryPresetValues;
use crate::service::{App, read};
use model::Json;
use std::collections::BTreeSet;

/// Tries that nobody carries on just now.
pub(crate) struct Paused(Vec<i64>);

/// Leaves the tries of a master alone, so that none of them looks for it by a key that is not its own.
pub(crate) async fn pause(app: &App, master: &str) -> Paused {
    let mut ended = Vec::new();
    for (id, open) in read(&app.tries.inner.open).iter() {
        if open.record.borrow().master == master {
            open.cancel.cancel();
            ended.push((*id, open.record.clone()));
        }
    }
    let ids = ended.iter().map(|(id, _)| *id).collect();
    for (_, record) in ended {
        carry::left_alone(record).await;
    }
    Paused(ids)
}

/// Goes on with them as after a restart.
pub(crate) async fn go_on(app: &App, Paused(ids): Paused) {
    let kept = match app.store().read(store::tries::open).await {
        Ok(kept) => kept,
        Err(error) => return tracing::warn!("tries under way cannot be read: {error}"),
    };
    for one in kept.iter().filter(|one| ids.contains(&one.id)) {
        match Record::of(one) {
            Ok(record) => drop(carry::begin(app, one.id, record)),
            Err(error) => tracing::warn!("try {} cannot be understood: {error}", one.id),
        }
    }
    app.newsroom.tries();
}

/// Calls a master otherwise in what is kept of tries, while those under way are paused.
pub(crate) async fn rename(app: &App, from: &str, to: &str) {
    app.tries.inner.asked.forget(from);
    let (old, new) = (from.to_owned(), to.to_owned());
    let revised = app.store().write(move |c| {
        let mut roots = BTreeSet::new();
        store::tries::revise(c, |record| revise(record, &old, &new, &mut roots))?;
        for root in roots {
            preset::rename(c, &root, |values| of_values(values, &old, &new))?;
        }
        Ok(())
    });
    if let Err(error) = revised.await {
        tracing::warn!("tries at {to} are still kept as at {from}: {error}");
    }
}

/// Whether a record is another now; notes where tries were taken.
fn revise(kept: &mut Json, from: &str, to: &str, roots: &mut BTreeSet<String>) -> bool {
    let Ok(mut record) = serde_json::from_value::<Record>(kept.clone()) else {
        return false;
    };
    roots.insert(record.root.clone());
    let mut changed = of_values(&mut record.choice, from, to);
    if record.master == from {
        to.clone_into(&mut record.master);
        changed = true;
    }
    if let Route::Joined { master, .. } | Route::Form { master, .. } = &mut record.route
        && *master == from
    {
        to.clone_into(master);
        changed = true;
    }
    changed |= of_target(&mut record.target, from, to);
    match serde_json::to_value(&record) {
        Ok(value) if changed => {
            *kept = value;
            true
        }
        _ => false,
    }
}

fn of_values(values: &mut TryPresetValues, from: &str, to: &str) -> bool {
    values.target.as_mut().is_some_and(|target| of_target(target, from, to))
}

/// `KEY/pb`, `KEY/form/SCHEDULER`
fn of_target(target: &mut String, from: &str, to: &str) -> bool {
    let Some(rest) = target.strip_prefix(from).filter(|rest| rest.starts_with('/')) else {
        return false;
    };
    *target = format!("{to}{rest}");
    true
}
