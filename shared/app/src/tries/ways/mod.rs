//! Where a change can go: this desk, joined masters by each of their ways, and the master that a file names.

mod asked;
mod desk;
mod joined;
mod named;
mod repository;
mod resolve;

pub(super) use asked::Asked;
pub(super) use repository::{Known, known, same_repository};
pub(super) use resolve::{Resolved, of_named, resolve};

use super::held::{Change, Content};
use super::{access, given};
use crate::api::Refusal;
use crate::api::tries::{TryTarget, TryTargets, TryTargetsQuery, TryUnfit, TryWay};
use crate::service::App;
use futures_util::future::join_all;
use std::sync::Arc;
use std::time::Duration;
use vcs::working_copy::{Carrier, Chosen, System, Unfit};

/// A page waits no longer for a master; what it answers later is told by an event.
const PATIENCE: Duration = Duration::from_secs(2);

pub(crate) async fn targets(app: &App, query: TryTargetsQuery) -> Result<TryTargets, Refusal> {
    let change = app.tries.inner.held.get(&query.change)?;
    if let Some(at) = &query.at {
        let target = named::given(app, &change, at, query.fresh).await?;
        return Ok(TryTargets { targets: vec![target] });
    }
    let found = access::of_folder(&change.root).await;
    let members = app.farm.members();
    let of_members = members
        .iter()
        .map(|member| joined::targets(app, member, &change, found.as_ref().map(|(kept, _)| kept), query.fresh));
    let (desk, of_members) = tokio::join!(desk::target(app, &change), join_all(of_members));
    let mut targets = vec![desk?];
    for of_member in of_members {
        targets.extend(of_member?);
    }
    let named_master = targets
        .iter()
        .any(|target| joined::is_found(target, found.as_ref().map(|(kept, _)| kept)));
    if let Some((kept, options)) = &found
        && !named_master
    {
        targets.push(named::found(app, &change, kept, options, query.fresh).await?);
    }
    for target in targets.iter_mut().filter(|target| !target.master.is_empty()) {
        target.unfit = unfit(&change, carrier(&change, target.way, is_outpost(app, &target.master))).await;
    }
    let last = last_target(app, &change).await;
    targets.sort_by_key(|target| (Some(&target.target) != last.as_ref(), rank(target)));
    Ok(TryTargets { targets })
}

async fn last_target(app: &App, change: &Change) -> Option<String> {
    let root = change.root.to_string_lossy();
    let kept = super::preset::kept(app, &root).await.ok()?;
    kept.last?.target
}

/// Those that know the change's repository first, and those that can take it before those that cannot.
fn rank(target: &TryTarget) -> (bool, bool, bool, String) {
    (
        target.cannot.is_some(),
        target.proposed.is_empty(),
        target.knows_base != Some(true),
        target.target.clone(),
    )
}

fn is_outpost(app: &App, master: &str) -> bool {
    app.farm.get(master).is_some_and(|member| member.is_outpost())
}

/// What carries a patch by a way, and applies it there. A form takes text only, and so does Buildbot's worker, by
/// whatever way a patch has come to its master.
pub(super) fn carrier(change: &Change, way: TryWay, outpost: bool) -> Carrier {
    match change.system {
        _ if way == TryWay::Desk => Carrier::Own,
        _ if outpost && way != TryWay::Form => Carrier::Own,
        Some(System::Git) | None => Carrier::Git,
        Some(_) => Carrier::Patch,
    }
}

/// Files that cannot go there.
async fn unfit(change: &Arc<Change>, carrier: Carrier) -> Vec<TryUnfit> {
    let change = Arc::clone(change);
    let work = move || {
        let fits = match &change.content {
            // What git applies can be anything.
            Content::Taken(taken) if carrier == Carrier::Patch => taken.diff(&Chosen::default(), carrier).map(drop),
            Content::Taken(_) => Ok(()),
            Content::Given(patch) => given::fits(&patch.body, carrier),
        };
        match fits {
            Err(Unfit::Kinds(files)) => files,
            _ => Vec::new(),
        }
    };
    let files = tokio::task::spawn_blocking(work).await.unwrap_or_default();
    let rows = files.into_iter().map(|file| TryUnfit {
        path: file.path,
        reason: file.reason,
    });
    rows.collect()
}
