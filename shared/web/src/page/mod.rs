//! The front end: one page and its files.
//!
//! Every path that is not a file is the page itself, because the page has routes of its own (`/builders/4`). Files
//! under `assets/` have a hash in their names and are kept by browsers for ever; everything else is asked for again.

mod built;
mod mime;

use crate::answer;
use crate::compress;
use crate::router::State;
use axum::extract;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use std::path::PathBuf;
use wire::rest::query::percent_decode;

/// Where the front end's files are.
#[derive(Clone, Debug, Default)]
pub enum FrontEnd {
    /// Those that were built into this program. Without them, a sentence says how to build them.
    #[default]
    BuiltIn,
    /// A folder with `index.html`, for working on the front end.
    Folder(PathBuf),
    /// There is no page here.
    Absent,
}

/// Scripts, styles and connections of this origin only; nobody may frame the page. Styles may be inline because
/// Svelte sets them on elements.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
    img-src 'self' data:; font-src 'self' data:; connect-src 'self'; manifest-src 'self'; \
    base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const NOT_BUILT: &str = "<!doctype html><meta charset=utf-8><title>Outpost</title>\
    <h1>The page is not built</h1>\
    <p>This Outpost was built without its front end. In its source folder, run\
    <pre>cd frontend && npm ci && npm run build</pre>\
    and build Outpost again. REST v2 is at <a href=/api/v2>/api/v2</a> all the same.";

/// Answers every path that nothing else answers.
pub async fn serve(
    extract::State(state): extract::State<State>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    if method != Method::GET && method != Method::HEAD {
        return answer::sentence(StatusCode::METHOD_NOT_ALLOWED, "This is a page; it can only be read.");
    }
    let path = percent_decode(uri.path());
    let path = path.trim_start_matches('/');
    let mut response = match file_or_page(&state.front_end, path, &headers).await {
        Some(response) => response,
        None => missing(&state.front_end, path),
    };
    let set = response.headers_mut();
    set.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    set.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    set.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}

async fn file_or_page(front_end: &FrontEnd, path: &str, request: &HeaderMap) -> Option<Response> {
    if !path.is_empty()
        && let Some(file) = built::read(front_end, path).await
    {
        return Some(file_answer(path, file, request));
    }
    if looks_like_a_file(path) {
        return None;
    }
    let page = built::read(front_end, "index.html").await?;
    Some(file_answer("index.html", page, request))
}

/// The page's own routes have no dot in their last element; a missing script must not be answered by the page.
fn looks_like_a_file(path: &str) -> bool {
    path.starts_with("assets/") || path.rsplit('/').next().is_some_and(|last| mime::of(last).is_some())
}

fn file_answer(path: &str, file: built::File, request: &HeaderMap) -> Response {
    let hashed = path.starts_with("assets/");
    let caching = if hashed {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    let unchanged = request
        .get(header::IF_NONE_MATCH)
        .is_some_and(|known| known.as_bytes() == file.tag.as_bytes());
    let media = mime::of(path);
    let mut response = if unchanged {
        StatusCode::NOT_MODIFIED.into_response()
    } else if media.is_some_and(mime::is_text) {
        compress::body(request, file.bytes)
    } else {
        file.bytes.into_response()
    };
    let set = response.headers_mut();
    set.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static(media.unwrap_or("application/octet-stream")),
    );
    set.insert(header::CACHE_CONTROL, HeaderValue::from_static(caching));
    if let Ok(tag) = HeaderValue::from_str(&file.tag) {
        set.insert(header::ETAG, tag);
    }
    response
}

fn missing(front_end: &FrontEnd, path: &str) -> Response {
    if looks_like_a_file(path) || matches!(front_end, FrontEnd::Absent) {
        return answer::sentence(StatusCode::NOT_FOUND, "There is nothing here.");
    }
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (StatusCode::SERVICE_UNAVAILABLE, headers, NOT_BUILT).into_response()
}
