//! The tries of before, and what a person does with one.

use super::record::{Record, Route};
use super::{access, carry};
use crate::api::tries::{Tries, TriesQuery, TryFolder, TryPatch, TryQuery, TryRow, TryState};
use crate::api::{Nothing, Refusal};
use crate::joined::Member;
use crate::service::{App, clock, read};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use model::{BuildId, RequestId};
use std::collections::BTreeSet;

/// Tries of a page when it does not say how many, and at most.
const PAGE: u32 = 50;
const MOST: u32 = 500;

/// Folders that are proposed.
const FOLDERS: u32 = 50;

/// What the master notes as the reason.
const REASON: &str = "the person took the try back";

fn no_try(id: i64) -> Refusal {
    Refusal::not_found(format!("there is no try {id}")).hint("See the page Try, or:  outpost tries")
}

/// What is known of a try now.
pub(super) async fn known(app: &App, id: i64) -> Result<Record, Refusal> {
    let open = read(&app.tries.inner.open)
        .get(&id)
        .map(|open| open.record.borrow().clone());
    if let Some(record) = open {
        return Ok(record);
    }
    let kept = app.store().read(move |c| store::tries::get(c, id)).await?;
    let kept = kept.ok_or_else(|| no_try(id))?;
    understood(&kept)
}

fn understood(kept: &store::tries::Try) -> Result<Record, Refusal> {
    Record::of(kept).map_err(|error| Refusal::failed(format!("try {} cannot be understood: {error}", kept.id)))
}

/// Keeps what a person changed of a try that is over.
pub(super) async fn replace(app: &App, id: i64, record: &Record) -> Result<(), Refusal> {
    let value = serde_json::to_value(record).map_err(|error| Refusal::failed(error.to_string()))?;
    let open = record.is_carried();
    app.store()
        .write(move |c| store::tries::update(c, id, open, &value))
        .await?;
    app.newsroom.tries();
    Ok(())
}

pub(crate) async fn row(app: &App, query: TryQuery) -> Result<TryRow, Refusal> {
    Ok(known(app, query.id).await?.row(query.id))
}

pub(crate) async fn tries(app: &App, query: TriesQuery) -> Result<Tries, Refusal> {
    let limit = query.limit.unwrap_or(PAGE).clamp(1, MOST);
    let read_all = app.store().read(move |c| {
        let kept = store::tries::list(c, query.project.as_deref(), query.before, limit + 1)?;
        Ok((kept, store::tries::roots(c, FOLDERS)?))
    });
    let (mut kept, roots) = read_all.await?;
    let more = kept.len() > limit as usize;
    kept.truncate(limit as usize);
    let mut rows = Vec::with_capacity(kept.len());
    for one in &kept {
        let open = read(&app.tries.inner.open)
            .get(&one.id)
            .map(|open| open.record.borrow().clone());
        match open.map_or_else(|| understood(one), Ok) {
            Ok(record) => rows.push(record.row(one.id)),
            // One that cannot be read hides no others.
            Err(refusal) => tracing::warn!("{refusal}"),
        }
    }
    Ok(Tries {
        now: clock::now().0,
        tries: rows,
        more,
        folders: folders(app, roots),
    })
}

/// Where tries came from, and the projects here.
fn folders(app: &App, roots: Vec<(String, String)>) -> Vec<TryFolder> {
    let here = access::folders(app).into_iter().map(|folder| {
        let project = super::look::project_of(app, &folder);
        (folder.to_string_lossy().into_owned(), project)
    });
    let mut seen = BTreeSet::new();
    let all = roots.into_iter().chain(here);
    let new = all.filter(|(root, _)| seen.insert(root.clone()));
    new.map(|(root, project)| TryFolder { root, project }).collect()
}

pub(crate) async fn patch(app: &App, query: TryQuery) -> Result<TryPatch, Refusal> {
    let record = known(app, query.id).await?;
    let body = body(app, query.id).await?;
    Ok(TryPatch {
        text: String::from_utf8_lossy(&body).into_owned(),
        base64: STANDARD.encode(&body),
        level: record.job.level.unwrap_or(1),
    })
}

/// The exact patch.
pub(super) async fn body(app: &App, id: i64) -> Result<Vec<u8>, Refusal> {
    let body = app.store().read(move |c| store::tries::patch(c, id)).await?;
    body.ok_or_else(|| no_try(id))
}

pub(crate) async fn forget(app: &App, query: TryQuery) -> Result<Nothing, Refusal> {
    let record = known(app, query.id).await?;
    if record.is_open() {
        return Err(Refusal::conflict(format!("try {} is not over", query.id)).hint("Cancel it first."));
    }
    app.store().write(move |c| store::tries::remove(c, query.id)).await?;
    app.newsroom.tries();
    Ok(Nothing {})
}

/// Takes a try back: out of the queue, or its requests and builds.
pub(crate) async fn cancel(app: &App, query: TryQuery) -> Result<TryRow, Refusal> {
    let record = known(app, query.id).await?;
    match record.state {
        TryState::Queued => cancel_queued(app, query.id).await,
        TryState::Waiting | TryState::Running => {
            let mut refused = None;
            for one in record.builds.iter().filter(|one| !one.is_over()) {
                let taken_back = take_back(app, &record, one.request, one.build).await;
                refused = refused.or(taken_back.err());
            }
            match refused {
                Some(refusal) => Err(refusal),
                None => row(app, query).await,
            }
        }
        TryState::Sending => Err(Refusal::conflict("it is being sent just now").hint("Cancel it in a moment.")),
        _ => Err(Refusal::conflict(format!("try {} is over", query.id))),
    }
}

async fn cancel_queued(app: &App, id: i64) -> Result<TryRow, Refusal> {
    let open = read(&app.tries.inner.open)
        .get(&id)
        .map(|open| (open.cancel.clone(), open.record.clone()));
    if let Some((cancel, record)) = open {
        cancel.cancel();
        carry::left_alone(record).await;
    }
    let mut record = known(app, id).await?;
    if record.state != TryState::Queued {
        carry::begin(app, id, record.clone());
        return Err(Refusal::conflict("it was sent in this moment").hint("Cancel its builds."));
    }
    record.state = TryState::Cancelled;
    (record.words, record.hint) = ("Taken back before it was sent".to_owned(), None);
    record.ended_at = Some(clock::now().0);
    replace(app, id, &record).await?;
    Ok(record.row(id))
}

async fn take_back(app: &App, record: &Record, request: Option<i64>, build: Option<i64>) -> Result<(), Refusal> {
    if record.master.is_empty() {
        let words = format!(
            "{} is not joined, so its builds cannot be taken back from here",
            record.title
        );
        return Err(Refusal::unavailable(words).hint("Stop them on its own pages, or join it before the next try."));
    }
    let Some(request) = request else {
        return Err(
            Refusal::unavailable("what was asked of the master is not known yet").hint("Cancel it in a moment.")
        );
    };
    if record.route == Route::Desk {
        let cancelled = app
            .master
            .cancel_request(RequestId(request), Some(REASON.to_owned()))
            .await;
        return Ok(cancelled?);
    }
    let member = app
        .farm
        .get(&record.master)
        .ok_or_else(|| crate::joined::not_joined(&record.master))?;
    there(app, &member, RequestId(request), build.map(BuildId)).await
}

async fn there(app: &App, member: &Member, request: RequestId, build: Option<BuildId>) -> Result<(), Refusal> {
    let http = member.http();
    let (order, done) = match build {
        Some(build) => ("stop", http.stop(build, REASON).await),
        None => ("cancel", http.cancel(request, REASON).await),
    };
    crate::service::ordered(app, member, order, done)
}
