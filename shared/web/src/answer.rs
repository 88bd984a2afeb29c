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

/// How JSON is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// Without blanks, as `application/json`.
    Compact,
    /// Indented, as `text/plain`.
    Indented,
}

impl Layout {
    /// Compact if the request's `Accept` has `application/json` in it.
    pub fn wanted(request: &HeaderMap) -> Layout {
        let mut accepted = request.get_all(header::ACCEPT).iter();
        if accepted.any(|accept| accept.to_str().is_ok_and(|accept| accept.contains("application/json"))) {
            Layout::Compact
        } else {
            Layout::Indented
        }
    }

    /// The `Content-Type`.
    pub const fn media(self) -> &'static str {
        match self {
            Layout::Compact => "application/json; charset=utf-8",
            Layout::Indented => PLAIN,
        }
    }

    /// The text of `value`, with its keys in order.
    pub fn text(self, value: Json) -> String {
        let value = text::sorted(value);
        match self {
            Layout::Compact => text::compact(&value),
            Layout::Indented => text::indented(&value),
        }
    }
}

/// REST's form of a failed read.
pub fn error(status: StatusCode, message: &str) -> Response {
    (status, plain_json(&serde_json::json!({"error": message}))).into_response()
}
