//! Compression of what is worth it, for clients that can undo it.

use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use flate2::{Compression, write::GzEncoder};
use std::io::Write;

/// Below this many bytes compression costs more than it saves.
const WORTH_IT: usize = 1024;

/// A 200 with `body`, compressed if `request` accepts gzip and it is long enough.
pub fn body(request: &HeaderMap, body: impl Into<Bytes>) -> Response {
    let body = body.into();
    let packed = (body.len() >= WORTH_IT && accepts_gzip(request))
        .then(|| gzip(&body))
        .flatten();
    let mut response = match packed {
        Some(packed) => ([(header::CONTENT_ENCODING, "gzip")], packed).into_response(),
        None => body.into_response(),
    };
    let vary = HeaderValue::from_static("Accept-Encoding");
    response.headers_mut().insert(header::VARY, vary);
    response
}

/// Whether gzip is named and not refused by `q=0`.
fn accepts_gzip(request: &HeaderMap) -> bool {
    request
        .get_all(header::ACCEPT_ENCODING)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|coding| {
            let mut parts = coding.split(';').map(str::trim);
            let refused = |q: &str| q.strip_prefix("q=").is_some_and(|q| q.parse() == Ok(0.0));
            parts.next().is_some_and(|name| name.eq_ignore_ascii_case("gzip")) && !parts.any(refused)
        })
}

fn gzip(body: &[u8]) -> Option<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(body.len() / 3), Compression::fast());
    encoder.write_all(body).ok()?;
    encoder.finish().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gzip_is_used_when_named_and_not_refused() {
        for (accepted, packed) in [
            ("gzip", true),
            ("gzip, deflate, br", true),
            ("br;q=1.0, GZIP;q=0.5", true),
            ("gzip;q=0", false),
            ("gzip; q=0.000", false),
            ("br", false),
            ("", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_ENCODING, accepted.parse().expect("a header"));
            let response = body(&headers, "x".repeat(5000));
            assert_eq!(
                response.headers().contains_key(header::CONTENT_ENCODING),
                packed,
                "{accepted:?}"
            );
        }
    }
}
