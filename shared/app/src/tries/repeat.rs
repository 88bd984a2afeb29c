//! Sending a try again: the same patch, or the change as it is now.

use super::held::{Change, Content, Given, fresh_id};
use super::history::{body, known};
use super::job::prepare;
use super::look::taken;
use super::record::{Record, Route};
use super::submit::send;
use super::ways::{of_named, resolve};
use crate::api::Refusal;
use crate::api::tries::{TryFrom, TryLook, TryRepeat, TryRow, TryState, TrySubmit};
use crate::service::App;
use bytes::Bytes;
use std::path::PathBuf;
use std::sync::Arc;
use vcs::working_copy::System;

pub(crate) async fn repeat(app: &App, order: TryRepeat) -> Result<TryRow, Refusal> {
    let before = known(app, order.id).await?;
    if before.is_open() {
        return Err(Refusal::conflict(format!("try {} is not over", order.id)).hint("Wait for its end, or cancel it."));
    }
    let builders = builders(&before, order.only_failed)?;
    let change = Arc::new(match order.fresh {
        true => fresh(app, &before).await?,
        false => same(app, order.id, &before).await?,
    });
    let to = match &before.route {
        Route::Named { .. } => of_named(&change, &before.target, &before.title, before.route.clone()),
        _ => resolve(app, &change, &before.target, None).await?,
    };
    let submit = TrySubmit {
        change: change.id.clone(),
        target: before.target.clone(),
        at: None,
        files: None,
        untracked: untracked(&change, &before),
        builders,
        properties: before.job.properties.clone(),
        comment: before.job.comment.clone(),
        who: Some(before.job.who.clone()),
        push_when_green: false,
    };
    let mut prepared = prepare(&change, &to, &submit).await?;
    if !order.fresh {
        prepared.job.repository = before.job.repository.clone();
        prepared.job.project = before.job.project.clone();
        (prepared.whole, prepared.files) = (before.whole, before.files);
        prepared.choice = before.choice.clone();
    }
    send(app, &change, to, prepared, false, Some(order.id)).await
}

fn builders(before: &Record, only_failed: bool) -> Result<Vec<String>, Refusal> {
    if !only_failed {
        return Ok(before.job.builders.clone());
    }
    let failed = before
        .builds
        .iter()
        .filter(|one| before.state == TryState::Ended && !one.is_green());
    let failed: Vec<String> = failed.map(|one| one.builder.clone()).collect();
    if failed.is_empty() {
        return Err(Refusal::invalid("no builder of this try failed").hint("Repeat all of it."));
    }
    Ok(failed)
}

/// The patch that was sent, once more.
pub(super) async fn same(app: &App, id: i64, before: &Record) -> Result<Change, Refusal> {
    let given = Given {
        level: before.job.level.unwrap_or(1),
        body: Bytes::from(body(app, id).await?),
        branch: before.job.branch.clone(),
        base: before.job.base.clone(),
        repository: before.job.repository.clone(),
        tree: before.tree.clone(),
    };
    Ok(Change {
        id: fresh_id(),
        system: before.system.as_deref().and_then(|word| word.parse::<System>().ok()),
        root: PathBuf::from(&before.root),
        project: before.project.clone(),
        who: before.job.who.clone(),
        look: TryLook::default(),
        from: Some(TryFrom::Try { id }),
        head: before.head.clone(),
        content: Content::Given(Arc::new(given)),
    })
}

async fn fresh(app: &App, before: &Record) -> Result<Change, Refusal> {
    let look = TryLook {
        folder: before.root.clone(),
        system: before.system.clone(),
        ..before.look.clone()
    };
    taken(app, look).await
}

/// The untracked files that went along before, as far as they are there.
fn untracked(change: &Change, before: &Record) -> Vec<u32> {
    let Content::Taken(taken) = &change.content else {
        return Vec::new();
    };
    let wanted = |path: &[u8]| before.choice.untracked.contains(&super::show::path(path));
    let places = taken.untracked.iter().enumerate().filter(|(_, one)| wanted(&one.path));
    places.filter_map(|(at, _)| u32::try_from(at).ok()).collect()
}
