//! Answers in the forms that Buildbot's clients know.

use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use model::Json;
use wire::rest::text;

const PLAIN: &str = "text/plain; charset=utf-8";

/// A page of one sentence.
pub fn sentence(status: StatusCode, text: &str) -> Response {
    (status, [(header::CONTENT_TYPE, PLAIN)], format!("{text}\n")).into_response()
}

/// Indented JSON as `text/plain`: what REST says to those who did not ask for JSON, and in errors.
pub fn plain_json(value: &Json) -> impl IntoResponse + use<> {
    ([(header::CONTENT_TYPE, PLAIN)], text::indented(value))
}

/// Compact JSON if the request's `Accept` has `application/json` in it, else indented and as plain text: the media
/// type and the text.
pub fn json_text(request: &HeaderMap, value: Json) -> (&'static str, String) {
    let wanted = request
        .get_all(header::ACCEPT)
        .iter()
        .any(|accept| accept.to_str().is_ok_and(|accept| accept.contains("application/json")));
    let value = text::sorted(value);
    if wanted {
        ("application/json; charset=utf-8", text::compact(&value))
    } else {
        (PLAIN, text::indented(&value))
    }
}

/// REST's form of a failed read.
pub fn error(status: StatusCode, message: &str) -> Response {
    (status, plain_json(&serde_json::json!({"error": message}))).into_response()
}
