//! `/sse`: events for those whose proxies let no WebSocket through.

use super::hub::{Dress, Ear, Hub};
use super::tree::ListenerId;
use crate::answer::sentence;
use crate::router::State;
use axum::body::{Body, Bytes};
use axum::extract::{self, Request};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::{StreamExt, stream};
use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use wire::events::frame;
use wire::rest::query::percent_decode;

/// Messages that are written together.
const BATCH: usize = 64;

/// Streams by the name that their handshake told. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct Streams {
    by_name: Arc<Mutex<HashMap<String, ListenerId>>>,
}

impl Streams {
    fn map(&self) -> MutexGuard<'_, HashMap<String, ListenerId>> {
        self.by_name.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An open stream; with it goes its name.
struct Open {
    ear: Ear,
    name: String,
    streams: Streams,
}

impl Drop for Open {
    fn drop(&mut self) {
        self.streams.map().remove(&self.name);
    }
}

/// `GET /sse/listen[/PATH]` or `GET /sse/PATH`: a handshake with the stream's name, then events.
pub async fn listen(extract::State(state): extract::State<State>, request: Request) -> Response {
    let path = decoded(&request);
    let path = match path.strip_prefix("listen") {
        Some("") => "",
        Some(rest) if rest.starts_with('/') => &rest[1..],
        _ => path.as_str(),
    };
    let Some(ear) = state.hub.listen(Dress::ServerSent) else {
        return sentence(StatusCode::SERVICE_UNAVAILABLE, "too many listeners");
    };
    if !path.is_empty() && state.hub.start(ear.id(), path).is_err() {
        return sentence(StatusCode::SERVICE_UNAVAILABLE, "too many subscriptions");
    }
    let name = uuid();
    state.streams.map().insert(name.clone(), ear.id());
    let hello = Bytes::from(frame::handshake(&name));
    let open = Open {
        ear,
        name,
        streams: state.streams,
    };
    let body = stream::once(async move { Ok::<Bytes, Infallible>(hello) }).chain(events(open));
    let headers = [
        (header::CONTENT_TYPE, "text/event-stream"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (headers, Body::from_stream(body)).into_response()
}

fn events(open: Open) -> impl futures_util::Stream<Item = Result<Bytes, Infallible>> {
    stream::unfold(Some(open), |open| async move {
        let mut open = open?;
        let mut batch = Vec::new();
        if open.ear.frames.next(&mut batch, BATCH).await > 0 {
            let together: Vec<&str> = batch.iter().map(|frame| frame.as_str()).collect();
            return Some((Ok(together.concat().into()), Some(open)));
        }
        let why = open.ear.end.try_recv().ok()?;
        let last = format!("event: end\ndata: {}\n\n", why.reason());
        Some((Ok(last.into()), None))
    })
}

/// `GET /sse/add/UUID/PATH`
pub async fn add(extract::State(state): extract::State<State>, request: Request) -> Response {
    change(&state, &decoded(&request), "add", |hub, id, path| {
        if hub.start(id, path).is_err() {
            return sentence(StatusCode::SERVICE_UNAVAILABLE, "too many subscriptions");
        }
        sentence(StatusCode::OK, "ok")
    })
}

/// `GET /sse/remove/UUID/PATH`
pub async fn remove(extract::State(state): extract::State<State>, request: Request) -> Response {
    change(&state, &decoded(&request), "remove", |hub, id, path| {
        if hub.stop(id, path) {
            sentence(StatusCode::OK, "ok")
        } else {
            sentence(StatusCode::NOT_FOUND, "consumer is not listening to this event")
        }
    })
}

fn change(state: &State, path: &str, verb: &str, act: impl Fn(&Hub, ListenerId, &str) -> Response) -> Response {
    let rest = path.strip_prefix(verb).unwrap_or_default().trim_start_matches('/');
    let (name, path) = rest.split_once('/').unwrap_or((rest, ""));
    if name.is_empty() {
        return sentence(StatusCode::BAD_REQUEST, "need uuid");
    }
    let id = state.streams.map().get(name).copied();
    match id {
        Some(id) => act(&state.hub, id, path),
        None => sentence(StatusCode::BAD_REQUEST, "unknown uuid"),
    }
}

/// The path after `/sse/`.
fn decoded(request: &Request) -> String {
    percent_decode(request.uri().path().strip_prefix("/sse/").unwrap_or_default())
}

/// A random (version 4) UUID.
fn uuid() -> String {
    let mut bytes: [u8; 16] = rand::random();
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    format!(
        "{}-{}-{}-{}-{}",
        &hex[..8],
        &hex[8..12],
        &hex[12..16],
        &hex[16..20],
        &hex[20..]
    )
}
