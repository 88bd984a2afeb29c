//! The lines of logs (§7).

use super::path::LogAt;
use super::read::locate;
use crate::router::State;
use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use futures_util::{StreamExt, stream};
use model::{Json, Log, LogKind};
use store::rusqlite::{Connection, Result};
use store::{StoreError, builders, builds, steps, workers};
use wire::rest::{Asked, log as log_json};

/// What an HTML log may do when it is shown: be looked at. Its scripts and forms are dead, and it has no origin, so
/// that it cannot speak for the person who looks at it.
const POLICY: &str = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:";

/// The lines asked for as a `logchunk`; `None` when there is no such log, or nothing can be meant.
pub async fn lines(state: &State, at: LogAt, asked: &Asked) -> std::result::Result<Option<Json>, StoreError> {
    let first = asked.offset.unwrap_or(0);
    let limit = asked.limit.unwrap_or(i64::MAX);
    if first < 0 || limit < 1 {
        return Ok(None);
    }
    let Some(log) = state.store.read(move |c| locate::log(c, &at)).await? else {
        return Ok(None);
    };
    let lines = state.store.logs().lines(log.id, first, limit).await?;
    Ok(Some(super::select::fields(
        log_json::chunk(log.id, first, &lines.content),
        asked.fields.as_deref(),
    )))
}

/// What is told of a log besides its text.
struct Title {
    /// The lines above the text of a stdio log.
    head: String,
    /// For who saves it.
    file_name: String,
}

fn title(c: &Connection, log: &Log) -> Result<Title> {
    let step = steps::get(c, log.step)?;
    let build = match &step {
        Some(step) => builds::get(c, step.build)?,
        None => None,
    };
    let builder = match &build {
        Some(build) => builders::get(c, build.builder)?,
        None => None,
    };
    let worker = match build.as_ref().and_then(|build| build.worker) {
        Some(id) => workers::get(c, id)?,
        None => None,
    };
    let builder = builder.map_or_else(String::new, |builder| builder.name);
    let number = build.map_or(0, |build| build.number);
    let step = step.map_or_else(String::new, |step| step.name);
    let mut head = format!("Builder: {builder}\nBuild number: {number}\n");
    if let Some(worker) = worker {
        head.push_str(&format!("Worker name: {}\n", worker.name));
    }
    Ok(Title {
        head,
        file_name: format!("{builder}_build_{number}_step_{step}_log_{}", log.slug),
    })
}

/// The whole log as text: to be saved, or to be shown if `inline`. A `HEAD` reads nothing of it.
pub async fn raw(
    state: &State,
    at: LogAt,
    inline: bool,
    head: bool,
) -> std::result::Result<Option<Response>, StoreError> {
    let found = state.store.read(move |c| match locate::log(c, &at)? {
        Some(log) => title(c, &log).map(|title| Some((log, title))),
        None => Ok(None),
    });
    let Some((log, title)) = found.await? else {
        return Ok(None);
    };
    let body = if head {
        Body::empty()
    } else {
        text(state, &log, &title).await?
    };
    let mut response = body.into_response();
    let headers = response.headers_mut();
    let media = if log.kind == LogKind::Html {
        "text/html"
    } else {
        "text/plain"
    };
    set(headers, header::CONTENT_TYPE, &format!("{media}; charset=utf-8"));
    set(headers, header::CONTENT_SECURITY_POLICY, POLICY);
    set(headers, header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    if !inline {
        let name: String = title.file_name.chars().filter(|c| !c.is_control()).collect();
        set(
            headers,
            header::CONTENT_DISPOSITION,
            &format!("attachment; filename={name}"),
        );
    }
    Ok(Some(response))
}

fn set(headers: &mut axum::http::HeaderMap, name: header::HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_bytes(value.as_bytes()) {
        headers.insert(name, value);
    }
}

async fn text(state: &State, log: &Log, title: &Title) -> std::result::Result<Body, StoreError> {
    let head = if log.kind == LogKind::Stdio {
        title.head.clone()
    } else {
        String::new()
    };
    let Some(raw) = state.store.logs().raw(log.id).await? else {
        return Ok(Body::from(head));
    };
    // A failed read ends the body early: the connection is cut, so that the reader knows that something is missing.
    let rest = stream::unfold(raw, |mut raw| async move {
        raw.next().await.map(|chunk| (chunk.map(Bytes::from), raw))
    });
    let first = stream::once(async move { Ok::<Bytes, StoreError>(Bytes::from(head)) });
    Ok(Body::from_stream(first.chain(rest)))
}
