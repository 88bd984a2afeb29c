//! An answer that was read, and what its status says.

use super::allowance::Budget;
use super::clock;
use crate::Error;
use model::Json;
use reqwest::header::{CONTENT_TYPE, DATE, HeaderMap, RETRY_AFTER};
use std::time::Duration;

/// Most characters of a master's own words that are shown.
const WORDS: usize = 500;

/// A whole answer.
#[derive(Debug)]
pub(crate) struct Answer {
    /// Of HTTP.
    pub(crate) status: u16,
    /// All of them.
    pub(crate) headers: HeaderMap,
    /// Decompressed.
    pub(crate) body: Vec<u8>,
    /// Whether a session went with the question.
    pub(crate) signed_in: bool,
}

impl Answer {
    /// The body of a success, which was read apart.
    pub(super) fn take_body(&mut self, body: Vec<u8>) {
        if (200..=299).contains(&self.status) {
            self.body = body;
        }
    }

    /// Whether it is a page for a browser.
    pub(crate) fn is_page(&self) -> bool {
        let kind = self.headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        let start = self.body.trim_ascii_start();
        kind.is_some_and(|kind| kind.to_ascii_lowercase().starts_with("text/html")) || start.starts_with(b"<")
    }

    /// What an answer that is no success means; `asked` is what was asked for.
    pub(crate) fn trouble(&self, asked: &str) -> Error {
        let words = self.words();
        match self.status {
            401 => Error::SignInNeeded,
            403 if !self.signed_in && self.is_rule() => Error::SignInNeeded,
            403 => Error::Forbidden(words),
            404 | 410 => Error::NotFound(asked.split('?').next().unwrap_or_default().to_owned()),
            407 => Error::Unreachable("the proxy on the way wants a sign-in".to_owned()),
            502 | 504 => Error::Unreachable(format!(
                "what stands in front of it answers {}: the master itself may be down",
                self.status
            )),
            _ => Error::Failed {
                status: self.status,
                text: words,
            },
        }
    }

    /// Whether the master itself refused, by its rules.
    fn is_rule(&self) -> bool {
        self.error().is_some()
    }

    /// The member `error` of the body.
    pub(crate) fn error(&self) -> Option<Json> {
        let mut told: Json = serde_json::from_slice(&self.body).ok()?;
        told.get_mut("error").map(Json::take)
    }

    /// The master's own words, or what kind of answer it is.
    pub(crate) fn words(&self) -> String {
        let text = match self.error() {
            Some(Json::String(text)) => text,
            Some(Json::Object(error)) => match error.get("message") {
                Some(Json::String(text)) => text.clone(),
                Some(other) => other.to_string(),
                None => Json::Object(error).to_string(),
            },
            Some(other) => other.to_string(),
            None if self.is_page() => {
                page_title(&self.body).map_or_else(|| "a web page".to_owned(), |title| format!("a web page, '{title}'"))
            }
            None => String::from_utf8_lossy(&self.body).into_owned(),
        };
        let plain: String = text.chars().filter(|c| !c.is_control()).take(WORDS).collect();
        if plain.trim().is_empty() {
            "without a word".to_owned()
        } else {
            plain
        }
    }

    /// For how long the master wants to be left alone, if that is what it says; the budget is told.
    pub(super) fn quiet(&self, budget: &Budget) -> Option<Error> {
        let said = self.retry_after();
        let busy = matches!(self.status, 429 | 503) || (self.status == 403 && said.is_some());
        busy.then(|| Error::Busy {
            retry_after: budget.be_quiet(said),
        })
    }

    /// `Retry-After`, in seconds or as a date.
    fn retry_after(&self) -> Option<Duration> {
        let text = self.headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
        if let Ok(seconds) = text.parse::<u64>() {
            return Some(Duration::from_secs(seconds));
        }
        let then = clock::seconds(text)?;
        let now = clock::seconds(self.headers.get(DATE)?.to_str().ok()?)?;
        Some(Duration::from_secs(u64::try_from(then - now).unwrap_or(0)))
    }
}

/// The title of a web page, cut short.
pub(crate) fn page_title(body: &[u8]) -> Option<String> {
    let start = &body[..body.len().min(64 << 10)];
    let text = String::from_utf8_lossy(start);
    // ASCII only, so that places in both are the same.
    let small = text.to_ascii_lowercase();
    let from = small.find("<title")?;
    let from = from + small[from..].find('>')? + 1;
    let to = from + small[from..].find('<')?;
    let title: String = text[from..to].split_whitespace().collect::<Vec<_>>().join(" ");
    let title: String = title.chars().filter(|c| !c.is_control()).take(80).collect();
    (!title.is_empty()).then_some(title)
}
