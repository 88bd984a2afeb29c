//! Pre-tested push: what passed, and nothing else, reaches the branch.

use super::carry::left_alone;
use super::held::Change;
use super::history::{known, replace};
use super::job::Prepared;
use super::look::field;
use super::record::Record;
use super::row::no_push;
use crate::api::Refusal;
use crate::api::tries::{TryPushPlan, TryPushState, TryQuery, TryRow};
use crate::service::{App, read};
use std::path::Path;
use vcs::working_copy::System;
use vcs::working_copy::git::{Plan, Push, PushError};

/// What is kept of a push when a try is submitted.
pub(super) fn state_at_first(change: &Change, prepared: &Prepared, asked: bool) -> Result<TryPushState, Refusal> {
    let problem = why_not(change, prepared);
    match (asked, problem) {
        (true, None) => Ok(TryPushState::Asked),
        (true, Some(reason)) => Err(field("push_when_green", format!("it cannot be pushed: {reason}"))),
        (false, Some(reason)) => Ok(no_push(&reason)),
        (false, None) => Ok(no_push("")),
    }
}

fn why_not(change: &Change, prepared: &Prepared) -> Option<String> {
    let reason = if change.system != Some(System::Git) {
        "it is not a change of git"
    } else if !prepared.whole {
        "a part of the change only was tried"
    } else if prepared.tree.is_none() || change.head.is_none() {
        "what it would make is not known as a commit's tree"
    } else if change.repository().is_empty() || change.branch().is_none() {
        "there is no branch of a remote to push to"
    } else {
        return None;
    };
    Some(reason.to_owned())
}

/// Where it would go, when it can.
fn to(record: &Record) -> Option<String> {
    let may = record.whole && record.tree.is_some() && record.head.is_some();
    let branch = record.job.branch.as_ref().filter(|_| may)?;
    let remote = record.remote.as_ref().filter(|remote| !remote.is_empty())?;
    Some(format!("{remote} {branch}"))
}

/// What becomes of the push when every builder has ended: done where that was asked for.
pub(super) async fn when_green(app: &App, id: i64, record: &Record) -> Option<TryPushState> {
    let asked = record.push == TryPushState::Asked;
    if !record.is_green() {
        return asked.then(|| no_push("not every builder is green"));
    }
    let to = to(record)?;
    if asked {
        return Some(pushed(app, id, record, to).await);
    }
    matches!(record.push, TryPushState::No { .. }).then_some(TryPushState::Ready { to })
}

/// Where what passed would go, or why it does not.
fn ready(record: &Record) -> Result<String, Refusal> {
    match (&record.push, to(record)) {
        (TryPushState::Done { commit, .. }, _) => Err(Refusal::conflict(format!("it was pushed already, as {commit}"))),
        (TryPushState::No { reason: Some(reason) }, _) => {
            Err(Refusal::invalid(format!("it cannot be pushed: {reason}")))
        }
        (_, Some(to)) if record.is_green() => Ok(to),
        _ => Err(Refusal::invalid("only what is green on every builder can be pushed")),
    }
}

/// Says exactly what a push would do now.
pub(crate) async fn plan(app: &App, query: TryQuery) -> Result<TryPushPlan, Refusal> {
    let record = known(app, query.id).await?;
    let to = ready(&record)?;
    let wanted = wanted(&record, Vec::new());
    let planned = Box::pin(vcs::working_copy::git::plan(Path::new(&record.root), &wanted)).await;
    let planned = planned.map_err(|error| match hint(&error) {
        Some(next) => Refusal::conflict(error.to_string()).hint(next),
        None => Refusal::failed(error.to_string()),
    })?;
    let (commit, parent) = match planned {
        Plan::Head { commit } => (Some(commit), None),
        Plan::NewCommit { parent } => (None, Some(parent)),
    };
    let message = parent.is_some().then_some(wanted.message);
    Ok(TryPushPlan {
        to,
        commit,
        parent,
        message,
    })
}

/// Pushes what passed, because the person says so.
pub(crate) async fn push(app: &App, query: TryQuery) -> Result<TryRow, Refusal> {
    ready(&known(app, query.id).await?)?;
    // It may just be pushed by itself, or by another face.
    let carried = read(&app.tries.inner.open)
        .get(&query.id)
        .map(|open| open.record.clone());
    if let Some(record) = carried {
        left_alone(record).await;
    }
    let _turn = app.tries.inner.pushing.lock().await;
    let mut record = known(app, query.id).await?;
    let to = ready(&record)?;
    record.push = pushed(app, query.id, &record, to).await;
    replace(app, query.id, &record).await?;
    Ok(record.row(query.id))
}

async fn pushed(app: &App, id: i64, record: &Record, to: String) -> TryPushState {
    let failed = |reason: String, hint: Option<&str>| TryPushState::Failed {
        reason,
        hint: hint.map(str::to_owned),
    };
    let patch = match app.store().read(move |c| store::tries::patch(c, id)).await {
        Ok(patch) => patch.unwrap_or_default(),
        Err(error) => return failed(error.to_string(), None),
    };
    let wanted = wanted(record, patch);
    match Box::pin(vcs::working_copy::git::push(Path::new(&record.root), &wanted)).await {
        Ok(done) => TryPushState::Done {
            commit: done.commit,
            to,
        },
        Err(error) => failed(error.to_string(), hint(&error)),
    }
}

/// The push of what was tried.
fn wanted(record: &Record, patch: Vec<u8>) -> Push {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    Push {
        remote: text(&record.remote),
        branch: text(&record.job.branch),
        tree: text(&record.tree),
        base: text(&record.job.base),
        patch,
        head: record.head.clone(),
        message: match record.job.comment.is_empty() {
            true => format!("Change of {}", record.project),
            false => record.job.comment.clone(),
        },
        program: None,
    }
}

fn hint(error: &PushError) -> Option<&'static str> {
    match error {
        PushError::OtherTree(_) => Some("Try the change again as it is now."),
        PushError::PushedBefore { .. } => Some("Fetch, rebase, and try again."),
        _ => None,
    }
}
