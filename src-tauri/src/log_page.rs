//! HTML that a build wrote, as a page under a policy of its own.
//!
//! A frame in our pages would be under their policy, which lets in no looks but ours. So the pages hand over the document
//! that they made of a log, and a frame of theirs shows it from here: with its own looks and pictures, and unable to do
//! anything but be looked at. Nothing else is served, and nothing is read from anywhere.

use crate::link::Refusal;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use tauri::http::{Response, StatusCode, Uri, header};

/// Scheme of its addresses.
pub const SCHEME: &str = "outpost-log";
/// Its host where the web view knows no schemes but its own.
const HOST: &str = "outpost-log.localhost";

/// No script, no form, no way out, and no bytes from anywhere but the document itself.
const POLICY: &str = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; \
    form-action 'none'; base-uri 'none'";

/// Most bytes of a document. The pages show two million characters of a log.
const MOST: usize = 16 << 20;

/// How many of them are kept: a log that grows is made a document again while a frame asks for the one before.
const KEPT: usize = 3;

/// The newest documents; a frame that shows an older one has it already.
#[derive(Clone, Default)]
pub struct LogPage(Arc<Mutex<Kept>>);

#[derive(Default)]
struct Kept {
    number: u64,
    /// With their addresses' paths, the oldest first.
    documents: VecDeque<(String, String)>,
}

impl LogPage {
    /// Keeps a document, in the place of the oldest, and gives its address.
    pub fn keep(&self, document: String) -> Result<String, Refusal> {
        if document.len() > MOST {
            let message = format!("The page has {} bytes; {MOST} can be shown.", document.len());
            return Err(Refusal::new("invalid", message, "Look at the log as text."));
        }
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.number += 1;
        let path = format!("/{}", kept.number);
        let address = address(&path);
        kept.documents.push_back((path, document));
        if kept.documents.len() > KEPT {
            kept.documents.pop_front();
        }
        Ok(address)
    }

    /// What a frame gets.
    pub fn answer(&self, asked: &Uri) -> Response<Vec<u8>> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut response = Response::new(Vec::new());
        match kept.documents.iter().find(|(path, _)| path == asked.path()) {
            Some((_, document)) => *response.body_mut() = document.clone().into_bytes(),
            None => *response.status_mut() = StatusCode::NOT_FOUND,
        }
        let headers = response.headers_mut();
        for (name, value) in [
            (header::CONTENT_TYPE, "text/html; charset=utf-8"),
            (header::CONTENT_SECURITY_POLICY, POLICY),
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
            (header::REFERRER_POLICY, "no-referrer"),
            (header::CACHE_CONTROL, "no-store"),
        ] {
            headers.insert(name, header::HeaderValue::from_static(value));
        }
        response
    }
}

/// Windows's web view reaches schemes of programs by hosts.
fn address(path: &str) -> String {
    if cfg!(windows) {
        format!("http://{HOST}{path}")
    } else {
        format!("{SCHEME}://localhost{path}")
    }
}

/// Whether an address is one of these.
pub fn is_here(address: &tauri::Url) -> bool {
    address.scheme() == SCHEME || address.host_str() == Some(HOST)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(page: &LogPage, address: &str) -> Response<Vec<u8>> {
        page.answer(&address.parse().unwrap())
    }

    #[test]
    fn the_newest_documents_are_shown_under_their_own_policy() {
        let page = LogPage::default();
        let first = page.keep("<p>one</p>".to_owned()).unwrap();
        page.keep("<p>two</p>".to_owned()).unwrap();
        let second = page.keep("<p>two</p>".to_owned()).unwrap();
        assert_eq!(ask(&page, &first).body(), b"<p>one</p>");
        page.keep("<p>three</p>".to_owned()).unwrap();
        assert_eq!(ask(&page, &first).status(), StatusCode::NOT_FOUND);
        let shown = ask(&page, &second);
        assert_eq!(
            (shown.status(), &shown.body()[..]),
            (StatusCode::OK, &b"<p>two</p>"[..])
        );
        let policy = shown.headers()[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert!(
            policy.starts_with("sandbox;") && policy.contains("default-src 'none'"),
            "{policy}"
        );
        assert!(!policy.contains("script") && !policy.contains("http"), "{policy}");
    }

    #[test]
    fn nothing_else_is_served() {
        let page = LogPage::default();
        let address = page.keep("<p>one</p>".to_owned()).unwrap();
        for other in [
            "outpost-log://localhost/",
            "outpost-log://localhost/0",
            "outpost-log://localhost/1/2",
        ] {
            assert_eq!(ask(&page, other).status(), StatusCode::NOT_FOUND, "{other}");
        }
        assert!(is_here(&address.parse().unwrap()));
        assert!(!is_here(&"http://outpost-log.localhost.example.org/1".parse().unwrap()));
        assert!(page.keep(" ".repeat(MOST + 1)).is_err());
        assert_eq!(ask(&page, &address).status(), StatusCode::OK);
    }
}
