//! REST v2: reading from the store, and control through the master's handle.
//!
//! [`path`] says what a path names, [`read`] reads it in one moment of the store, [`contents`] serves the lines of
//! logs, and [`control`] carries out orders.

mod contents;
mod control;
mod envelope;
mod path;
mod read;
mod select;
mod served;

pub use read::Site;

use crate::answer::Layout;
use crate::router::State;
use crate::{answer, compress};
use axum::body::{Body, Bytes};
use axum::extract::{self, Request};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use path::Endpoint;
use read::Found;
use serde_json::json;
use std::convert::Infallible;
use store::StoreError;
use wire::rest::query::{self, QueryError};

/// A body of a control call; the largest may hold a diff.
const LONGEST_BODY: usize = 16 << 20;

/// Why a read was not answered.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error("Invalid path: {0}")]
    NoSuchPath(String),
    #[error("not found while getting from endpoint for /{0}: there is no such object")]
    Missing(String),
    #[error(transparent)]
    Query(#[from] QueryError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Failure {
    fn status(&self) -> StatusCode {
        match self {
            Failure::NoSuchPath(_) | Failure::Missing(_) => StatusCode::NOT_FOUND,
            Failure::Query(_) => StatusCode::BAD_REQUEST,
            Failure::Store(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        answer::error(self.status(), &self.to_string())
    }
}

/// `GET /api`: where the versions are.
pub async fn versions(extract::State(state): extract::State<State>, headers: HeaderMap) -> Response {
    let base = base_url(&state, &headers);
    let body = json!({"api_versions": {"v2": format!("{base}api/v2")}});
    (
        [(header::CONTENT_TYPE, "application/json")],
        wire::rest::text::spaced(&body),
    )
        .into_response()
}

/// `GET /config`: what Buildbot's front ends ask for first.
pub async fn config(extract::State(state): extract::State<State>, headers: HeaderMap) -> Response {
    let config = state.master.config();
    let body = json!({
        "title": config.title,
        "titleURL": config.title_url,
        "buildbotURL": base_url(&state, &headers),
        "multiMaster": false,
        "versions": [["Outpost", env!("CARGO_PKG_VERSION")]],
        "user": {"anonymous": true},
        "auth": {"name": "NoAuth"},
        "authz": {},
        "plugins": {},
        "avatar_methods": [],
    });
    let headers = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CACHE_CONTROL, "public,max-age=0"),
    ];
    (headers, wire::rest::text::compact(&body)).into_response()
}

/// The address that people use, ending in `/`: as configured, or as the request has it.
fn base_url(state: &State, headers: &HeaderMap) -> String {
    let configured = state.master.config().buildbot_url.clone();
    if !configured.is_empty() {
        return configured.trim_end_matches('/').to_owned() + "/";
    }
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    format!("http://{}/", host.unwrap_or("localhost"))
}

/// Everything under `/api/v2` and `/api/latest`.
pub async fn serve(extract::State(state): extract::State<State>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let elements = elements(&parts.uri);
    match parts.method {
        Method::GET | Method::HEAD => {
            let query = parts.uri.query().unwrap_or_default();
            let head = parts.method == Method::HEAD;
            match get(&state, elements, query, &parts.headers, head).await {
                Ok(response) => response,
                Err(failure) => failure.into_response(),
            }
        }
        Method::POST => match axum::body::to_bytes(body, LONGEST_BODY).await {
            Ok(body) => post(&state, elements, &parts.headers, &body).await,
            Err(_) => answer::error(StatusCode::PAYLOAD_TOO_LARGE, "the body is longer than 16 MiB"),
        },
        Method::OPTIONS if parts.headers.contains_key(header::ORIGIN) => preflight(&parts.headers),
        _ => answer::error(StatusCode::BAD_REQUEST, "invalid HTTP method"),
    }
}

/// The percent-decoded elements after `/api/v2`; of `/api/v2/` there is one, which is empty.
fn elements(uri: &Uri) -> Vec<String> {
    let mut elements = uri.path().split('/').skip(3).map(query::percent_decode);
    elements.by_ref().collect()
}

/// An `OPTIONS` of an accepted origin: the headers that allow it are added by the gate.
fn preflight(headers: &HeaderMap) -> Response {
    let method = headers.get(header::ACCESS_CONTROL_REQUEST_METHOD);
    if method.is_some_and(|method| ["GET", "POST", "HEAD"].iter().any(|known| method == known)) {
        StatusCode::OK.into_response()
    } else {
        answer::error(StatusCode::BAD_REQUEST, "invalid method")
    }
}

fn endpoint(elements: &[String]) -> Result<Endpoint, Failure> {
    let borrowed: Vec<&str> = elements.iter().map(String::as_str).collect();
    path::parse(&borrowed).ok_or_else(|| Failure::NoSuchPath(elements.join("/")))
}

async fn get(
    state: &State,
    elements: Vec<String>,
    text: &str,
    headers: &HeaderMap,
    head: bool,
) -> Result<Response, Failure> {
    let endpoint = endpoint(&elements)?;
    let missing = || Failure::Missing(elements.join("/"));
    if let Endpoint::Raw(log, inline) = endpoint {
        return contents::raw(state, log, inline, head).await?.ok_or_else(missing);
    }
    let (resource, collection) = endpoint.serves();
    let asked = query::parse(resource, collection, text)?;
    let layout = Layout::wanted(headers);
    if let Endpoint::Contents(log) = endpoint {
        let chunk = contents::lines(state, log, &asked).await?.ok_or_else(missing)?;
        let text = layout.text(json!({"logchunks": [chunk], "meta": {}}));
        return Ok(with_media(layout, compress::body(headers, text)));
    }
    let site = state.site();
    let found = state
        .store
        .read(move |c| read::read(c, &site, &endpoint, &asked))
        .await?;
    let body = match found {
        Found::One(row) => compress::body(headers, layout.text(json!({resource.plural: [row], "meta": {}}))),
        Found::Many { rows, total } => {
            let mut pieces = envelope::pieces(layout, resource.plural, rows, total);
            match (pieces.next(), pieces.next()) {
                (Some(all), None) => compress::body(headers, all),
                (first, second) => {
                    let pieces = first.into_iter().chain(second).chain(pieces);
                    Body::from_stream(stream::iter(pieces.map(Ok::<String, Infallible>))).into_response()
                }
            }
        }
        Found::Missing => return Err(missing()),
    };
    Ok(with_media(layout, body))
}

fn with_media(layout: Layout, mut response: Response) -> Response {
    let media = HeaderValue::from_static(layout.media());
    response.headers_mut().insert(header::CONTENT_TYPE, media);
    response
}

async fn post(state: &State, elements: Vec<String>, headers: &HeaderMap, body: &Bytes) -> Response {
    let media = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    control::answer(state, &elements, media, body).await
}
