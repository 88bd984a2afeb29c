//! Submitting: the patch is made at once, kept, and then sent.

use super::carry;
use super::held::Change;
use super::job::{Prepared, prepare};
use super::preset;
use super::push;
use super::record::{Built, Record};
use super::ways::{Resolved, resolve};
use crate::api::Refusal;
use crate::api::tries::{TryLook, TryPreview, TryRow, TryState, TrySubmit};
use crate::service::{App, clock};
use model::Time;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use store::tries::NewTry;

/// A face waits so long for the master's answer; what comes later is told by an event.
const PATIENCE: Duration = Duration::from_secs(3);

/// Tries that are over, and bytes of their patches, that are kept: of more, the oldest are forgotten.
const KEPT: u32 = 2_000;
const KEPT_BYTES: u64 = 1 << 30;

/// Bytes of a patch that a preview shows.
const SHOWN: usize = 2 << 20;

pub(crate) async fn preview(app: &App, submit: TrySubmit) -> Result<TryPreview, Refusal> {
    let change = app.tries.inner.held.get(&submit.change)?;
    let to = resolve(app, &change, &submit.target, submit.at.as_ref()).await?;
    let prepared = prepare(&change, &to, &submit).await?;
    let job = &prepared.job;
    let mut told = BTreeMap::new();
    let mut tell = |name: &str, value: String| told.insert(name.to_owned(), value);
    tell("branch", job.branch.clone().unwrap_or_default());
    tell("base", job.base.clone().unwrap_or_default());
    tell("repository", job.repository.clone());
    tell("project", job.project.clone());
    tell("who", job.who.clone());
    tell("comment", job.comment.clone());
    tell("builders", job.builders.join(", "));
    let properties = job.properties.iter().map(|(name, value)| format!("{name}={value}"));
    tell("properties", properties.collect::<Vec<_>>().join(", "));
    let shown = &prepared.body[..prepared.body.len().min(SHOWN)];
    Ok(TryPreview {
        words: format!("to {} ({})", to.title, to.words),
        bytes: prepared.body.len() as i64,
        patch: String::from_utf8_lossy(shown).into_owned(),
        level: job.level.unwrap_or(1),
        job: told,
    })
}

pub(crate) async fn submit(app: &App, submit: TrySubmit) -> Result<TryRow, Refusal> {
    let change = app.tries.inner.held.get(&submit.change)?;
    let to = resolve(app, &change, &submit.target, submit.at.as_ref()).await?;
    let prepared = prepare(&change, &to, &submit).await?;
    let root = change.root.to_string_lossy().into_owned();
    preset::chose(app, &root, prepared.choice.clone()).await?;
    let repeats = match &change.from {
        Some(crate::api::tries::TryFrom::Try { id }) => Some(*id),
        _ => None,
    };
    send(app, &change, to, prepared, submit.push_when_green, repeats).await
}

/// Keeps a try and has it sent; its row as soon as the master has answered, or after a moment.
pub(super) async fn send(
    app: &App,
    change: &Arc<Change>,
    to: Resolved,
    prepared: Prepared,
    push_when_green: bool,
    repeats: Option<i64>,
) -> Result<TryRow, Refusal> {
    let push = push::state_at_first(change, &prepared, push_when_green)?;
    let builds = prepared.job.builders.iter().map(|name| Built::waiting(name)).collect();
    let record = Record {
        target: to.target,
        route: to.route,
        master: to.master,
        title: to.title,
        project: change.project.clone(),
        root: change.root.to_string_lossy().into_owned(),
        submitted_at: clock::now().0,
        job: prepared.job,
        files: prepared.files,
        bytes: prepared.body.len() as i64,
        state: TryState::Sending,
        words: "Being sent".to_owned(),
        hint: None,
        ended_at: None,
        build_set: None,
        builds,
        repeats,
        choice: prepared.choice,
        whole: prepared.whole,
        tree: prepared.tree,
        remote: Some(change.repository().to_owned()),
        head: change.head.clone(),
        look: TryLook {
            diff: None,
            ..change.look.clone()
        },
        system: change.system.map(|system| system.word().to_owned()),
        push,
        sent_at: None,
        after_set: None,
        done: false,
    };
    let new = NewTry {
        project: record.project.clone(),
        root: record.root.clone(),
        submitted_at: Time(record.submitted_at),
        open: true,
        record: serde_json::to_value(&record).map_err(|error| Refusal::failed(error.to_string()))?,
        patch: prepared.body,
    };
    let kept = app.store().write(move |c| {
        let id = store::tries::insert(c, &new)?;
        store::tries::make_room(c, KEPT, KEPT_BYTES)?;
        Ok(id)
    });
    let id = kept.await?;
    if let Some(password) = to.password {
        app.tries.remember(carry::password_of(id), password);
    }
    let mut known = carry::begin(app, id, record);
    let answered = known.wait_for(|record| record.state != TryState::Sending);
    // Later is told by an event.
    let _ = tokio::time::timeout(PATIENCE, answered).await;
    let row = known.borrow().row(id);
    Ok(row)
}
