//! This program's own master.

use crate::api::Refusal;
use crate::api::tries::{TryBuilder, TryTarget, TryWay};
use crate::service::{App, usual_of};
use crate::tries::held::Change;
use model::config::SchedulerKind;
use std::collections::BTreeSet;
use store::{builders, builds};

/// The target's name.
pub(in crate::tries) const NAME: &str = "bundled";

pub(super) async fn target(app: &App, change: &Change) -> Result<TryTarget, Refusal> {
    let rows = builders(app, change).await?;
    let none = rows.is_empty();
    Ok(TryTarget {
        target: NAME.to_owned(),
        master: crate::api::bundled(),
        title: app.master.config().title.clone(),
        way: TryWay::Desk,
        words: "on this machine, and on workers that are lent to it".to_owned(),
        address: None,
        cannot: none.then(|| "nothing is built here yet".to_owned()),
        hint: none.then(|| "Add a project on the page Projects.".to_owned()),
        offline: false,
        limit: None,
        unfit: Vec::new(),
        knows_base: None,
        proposed: proposed(app, change, &rows),
        builders: rows,
    })
}

/// This project's first, then by name.
async fn builders(app: &App, change: &Change) -> Result<Vec<TryBuilder>, Refusal> {
    let config = app.master.config();
    let projects: Vec<(String, Option<String>)> = config
        .builders
        .iter()
        .map(|builder| (builder.name.clone(), builder.project.clone()))
        .collect();
    let read = app.store().read(move |c| {
        let mut rows = Vec::new();
        for row in builders::list(c)?.into_iter().filter(|row| row.configured) {
            let last = builds::last_of_builder(c, row.id, 5)?;
            let told = last.iter().find_map(|build| build.results);
            rows.push(TryBuilder {
                builder: Some(row.id.0),
                tags: row.tags.clone(),
                project: projects
                    .iter()
                    .find(|(name, _)| *name == row.name)
                    .and_then(|(_, project)| project.clone()),
                results: told.map(|results| results.word().to_owned()),
                usual: usual_of(c, row.id)?.map(|usual| usual.0),
                name: row.name,
            });
        }
        Ok(rows)
    });
    let mut rows = read.await?;
    let other = |row: &TryBuilder| row.project.as_deref() != Some(change.project.as_str());
    rows.sort_by_key(|row| (other(row), row.name.clone()));
    Ok(rows)
}

/// Those of the project that a scheduler builds by itself; all of the project when none does.
fn proposed(app: &App, change: &Change, rows: &[TryBuilder]) -> Vec<String> {
    let config = app.master.config();
    let by_itself: BTreeSet<&String> = config
        .schedulers
        .iter()
        .filter(|one| matches!(one.kind, SchedulerKind::SingleBranch(_) | SchedulerKind::AnyBranch(_)))
        .flat_map(|one| &one.builders)
        .collect();
    let of_it = rows
        .iter()
        .filter(|row| row.project.as_deref() == Some(change.project.as_str()));
    let of_it: Vec<String> = of_it.map(|row| row.name.clone()).collect();
    let watched: Vec<String> = of_it.iter().filter(|name| by_itself.contains(name)).cloned().collect();
    if watched.is_empty() { of_it } else { watched }
}
