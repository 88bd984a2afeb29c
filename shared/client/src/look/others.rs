//! What else answers where a master was looked for.

use crate::Http;
use crate::http::{Asked, page_title};
use model::Json;
use reqwest::header::SERVER;

/// Most bytes that are looked at.
const PAGE: usize = 256 << 10;

/// Whether it is a Buildbot before 0.9: it lists its builders under `json/`.
pub(super) async fn is_before_nine(http: &Http) -> bool {
    let Ok(answer) = http.ask(&Asked::page("json/builders?as_text=1&filter=1", PAGE)).await else {
        return false;
    };
    if answer.status != 200 || answer.is_page() {
        return false;
    }
    // Each builder with what it is doing. A long list is cut off, so only its beginning is looked at.
    match serde_json::from_slice::<Json>(&answer.body) {
        Ok(Json::Object(builders)) => builders.values().all(is_old_builder),
        Ok(_) => false,
        Err(_) => answer.body.len() == PAGE && answer.body.starts_with(b"{"),
    }
}

fn is_old_builder(told: &Json) -> bool {
    ["basedir", "cachedBuilds", "slaves", "schedulers"]
        .iter()
        .any(|key| told.get(key).is_some())
}

/// What it seems to be, for people.
pub(super) async fn seems(http: &Http) -> Option<String> {
    let answer = http.ask(&Asked::page("", PAGE)).await.ok()?;
    if answer.headers.contains_key("x-jenkins") {
        return Some("a Jenkins".to_owned());
    }
    if answer.headers.contains_key("x-gitlab-meta") {
        return Some("a GitLab".to_owned());
    }
    if let Some(title) = page_title(&answer.body).filter(|_| answer.is_page()) {
        return Some(format!("a web page, '{title}'"));
    }
    let server = answer.headers.get(SERVER).and_then(|server| server.to_str().ok());
    match server {
        Some(server) if answer.status >= 400 => {
            let server: String = server.chars().take(60).collect();
            Some(format!("{server}, which answers {}", answer.status))
        }
        _ => None,
    }
}
