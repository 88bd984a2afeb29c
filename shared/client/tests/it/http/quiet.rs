//! A master or a proxy that wants to be left alone.

use crate::rig::{Reply, Server, http};
use client::Error;
use client::rest::Builder;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

const GOOD: &str = r#"{"builders":[],"meta":{}}"#;

#[tokio::test]
async fn after_a_short_rest_it_is_asked_again() {
    for status in [429, 503, 403] {
        let times = AtomicU32::new(0);
        let server = Server::start(move |_| match times.fetch_add(1, Ordering::SeqCst) {
            0 => Reply::new(status, "text/html", "<h1>slow down</h1>").with("retry-after", "1"),
            _ => Reply::json(GOOD),
        })
        .await;
        let start = Instant::now();
        let rows: Vec<Builder> = http(&server.url()).rows("builders?limit=1", "builders").await.unwrap();
        assert!(rows.is_empty());
        assert!(start.elapsed() >= Duration::from_secs(1), "{status}");
        assert_eq!(server.asked().len(), 2);
    }
}

#[tokio::test]
async fn for_a_long_rest_nothing_is_sent_and_everybody_is_told() {
    let server = Server::start(|_| Reply::new(429, "text/plain", "later").with("retry-after", "300")).await;
    let http = http(&server.url());
    for _ in 0..5 {
        match http.rows::<Builder>("builders?limit=1", "builders").await {
            Err(Error::Busy { retry_after }) => assert!(retry_after > Duration::from_secs(290), "{retry_after:?}"),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(server.asked().len(), 1);
}

#[tokio::test]
async fn who_asks_says_so() {
    let server = Server::start(|_| Reply::json(GOOD)).await;
    let http = http(&server.url());
    http.rows::<Builder>("builders?limit=1", "builders").await.unwrap();
    let asked = &server.asked()[0];
    assert!(asked.header("user-agent").unwrap().starts_with("Outpost/"), "{asked:?}");
    assert_eq!(asked.header("accept"), Some("application/json"));
    assert!(asked.header("accept-encoding").unwrap().contains("gzip"));
    assert_eq!(asked.header("cookie"), None);
}

#[tokio::test]
async fn the_cookies_of_anonymous_answers_are_ignored() {
    let server = Server::start(|_| Reply::json(GOOD).with("set-cookie", "TWISTED_SESSION=nobody; Path=/")).await;
    let http = http(&server.url());
    for _ in 0..2 {
        http.rows::<Builder>("builders?limit=1", "builders").await.unwrap();
    }
    assert_eq!(server.asked()[1].header("cookie"), None);
}
