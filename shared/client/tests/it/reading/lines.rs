//! Lines of logs: of a real master, and of servers with a million of them.

use crate::rig::master::built;
use crate::rig::{Generation, Master, Options, Reply, Server, http};
use client::reading::{LONGEST_LINE, Memory, Reading, WhichBuild};
use client::rest::Log;
use serde_json::json;
use std::sync::Arc;

/// A server with one log, each line of which `line` makes.
async fn log_server(count: i64, line: impl Fn(i64) -> String + Send + Sync + 'static) -> (Server, Reading, Log) {
    let server = Server::start(move |asked| {
        let number = |name: &str| {
            let (_, query) = asked.path.split_once('?')?;
            let found = query
                .split('&')
                .find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))?;
            found.parse::<i64>().ok()
        };
        let (first, limit) = (number("offset").unwrap_or(0), number("limit").unwrap_or(i64::MAX));
        let content: String = (first..count.min(first.saturating_add(limit)))
            .map(|n| line(n) + "\n")
            .collect();
        Reply::json(
            &json!({"logchunks": [{"content": content, "firstline": first, "logid": 1}], "meta": {}}).to_string(),
        )
    })
    .await;
    let reading = Reading::new(&http(&server.url()), Arc::new(Memory::default()));
    let log = json!({"logid": 1, "name": "stdio", "slug": "stdio", "type": "s", "complete": true, "num_lines": count});
    (server, reading, serde_json::from_value(log).unwrap())
}

/// How many lines a server was asked for.
fn lines_asked(server: &Server) -> i64 {
    let limits = server.paths().into_iter().filter_map(|path| {
        let (_, limit) = path.split_once("limit=")?;
        limit.parse::<i64>().ok()
    });
    limits.sum()
}

#[tokio::test]
async fn lines_come_by_windows_and_each_is_asked_for_once() {
    let (server, reading, log) = log_server(10_500, |n| format!("oline {n}")).await;
    let lines = reading.lines(&log, 990, 20).await.unwrap();
    assert_eq!((lines.first, lines.count), (990, 20));
    assert!(lines.content.starts_with("oline 990\n") && lines.content.ends_with("oline 1009\n"));
    assert_eq!(server.asked().len(), 1);
    reading.lines(&log, 0, 2000).await.unwrap();
    assert_eq!(server.asked().len(), 1);
    let end = reading.lines(&log, -10, 100).await.unwrap();
    assert_eq!((end.first, end.count), (10_490, 10));
    assert_eq!(reading.lines(&log, 20_000, 10).await.unwrap().count, 0);
    assert_eq!(reading.lines(&log, 0, 1_000_000).await.unwrap().count, 5000);
}

#[tokio::test]
async fn the_window_in_which_a_log_grows_is_asked_for_again() {
    use std::sync::atomic::{AtomicI64, Ordering};
    let count = Arc::new(AtomicI64::new(1500));
    let shown = count.clone();
    let server = Server::start(move |asked| {
        let first: i64 = asked
            .path
            .split(['=', '&'])
            .nth(1)
            .and_then(|n| n.parse().ok())
            .unwrap_or(0);
        let content: String = (first..shown.load(Ordering::SeqCst))
            .take(5000)
            .map(|n| format!("oline {n}\n"))
            .collect();
        Reply::json(&json!({"logchunks": [{"content": content}], "meta": {}}).to_string())
    })
    .await;
    let reading = Reading::new(&http(&server.url()), Arc::new(Memory::default()));
    let log = json!({"logid": 1, "type": "s", "complete": false, "num_lines": 1500});
    let log: Log = serde_json::from_value(log).unwrap();
    assert_eq!(reading.lines(&log, 1000, 1000).await.unwrap().count, 500);
    assert_eq!(reading.lines(&log, 0, 900).await.unwrap().count, 900);
    let before = server.asked().len();
    count.store(1700, Ordering::SeqCst);
    let more = reading.lines(&log, 1500, 1000).await.unwrap();
    assert_eq!((more.first, more.count), (1500, 200));
    let asked = server.paths().split_off(before);
    assert_eq!(
        asked,
        ["/api/v2/logs/1/contents?offset=1500&limit=1500"],
        "only what is new"
    );
}

#[tokio::test]
async fn the_first_error_near_the_end_of_a_million_lines_takes_a_few_ranges() {
    let (server, reading, log) = log_server(1_000_000, |n| match n {
        999_200 => "emain.c:1:1: error: first of the last".to_owned(),
        999_900 => "omake: *** [all] Error 2".to_owned(),
        300 => "oerror: long ago".to_owned(),
        _ => format!("oline {n}"),
    })
    .await;
    assert_eq!(reading.first_error(&log).await.unwrap(), Some(999_200));
    assert!(server.asked().len() <= 4, "{:?}", server.paths());
    assert!(lines_asked(&server) <= 15_000);
    assert_eq!(reading.next_error(&log, 999_201, false).await.unwrap(), Some(999_900));
    assert_eq!(reading.next_error(&log, 999_901, false).await.unwrap(), None);
    assert_eq!(reading.next_error(&log, 301, true).await.unwrap(), Some(300));
    assert_eq!(reading.next_error(&log, 299, true).await.unwrap(), None);
}

#[tokio::test]
async fn an_error_far_from_the_end_is_found_all_the_same() {
    let (server, reading, log) = log_server(200_000, |n| match n {
        70_123 => "eerror: here".to_owned(),
        _ => format!("oline {n}"),
    })
    .await;
    assert_eq!(reading.first_error(&log).await.unwrap(), Some(70_123));
    assert!(lines_asked(&server) < 160_000, "{:?}", server.paths());
    assert_eq!(reading.next_error(&log, 199_999, true).await.unwrap(), Some(70_123));
    let none = log_server(50_000, |n| format!("oline {n}")).await;
    assert_eq!(none.1.first_error(&none.2).await.unwrap(), None);
}

#[tokio::test]
async fn a_log_that_is_said_to_be_endless_is_read_as_far_as_it_goes() {
    let (server, reading, log) = log_server(300, |n| format!("oline {n}")).await;
    for said in [i64::MAX, i64::MAX - 1, i64::MIN, -1] {
        for complete in [true, false] {
            let log = json!({"logid": log.id, "type": "s", "complete": complete, "num_lines": said});
            let log: Log = serde_json::from_value(log).unwrap();
            for first in [i64::MAX, i64::MAX - 1, i64::MAX - 1000, i64::MIN, -1, log.num_lines] {
                let lines = reading.lines(&log, first, i64::MAX).await.unwrap();
                assert_eq!(
                    lines.count,
                    if lines.first == 0 && !(complete && said < 0) {
                        300
                    } else {
                        0
                    }
                );
            }
            assert_eq!(reading.first_error(&log).await.unwrap(), None);
            for from in [i64::MIN, 0, 10, i64::MAX] {
                for backwards in [true, false] {
                    assert_eq!(reading.next_error(&log, from, backwards).await.unwrap(), None);
                    assert_eq!(reading.find(&log, "needle", true, from, backwards).await.unwrap(), None);
                }
            }
        }
    }
    assert!(server.asked().len() < 200, "{} requests", server.asked().len());
}

#[tokio::test]
async fn a_text_is_found_both_ways_but_not_in_the_letter_of_the_stream() {
    let (_server, reading, log) = log_server(30_000, |n| match n {
        7 | 25_000 => "oA Needle".to_owned(),
        _ => format!("oline {n}"),
    })
    .await;
    assert_eq!(reading.find(&log, "needle", false, 0, false).await.unwrap(), Some(7));
    assert_eq!(
        reading.find(&log, "needle", false, 8, false).await.unwrap(),
        Some(25_000)
    );
    assert_eq!(
        reading.find(&log, "needle", false, 24_999, true).await.unwrap(),
        Some(7)
    );
    assert_eq!(reading.find(&log, "needle", true, 0, false).await.unwrap(), None);
    assert_eq!(reading.find(&log, "oline", true, 0, false).await.unwrap(), None);
    assert_eq!(reading.find(&log, "", true, 0, false).await.unwrap(), None);
}

#[tokio::test]
async fn of_a_line_of_a_hundred_megabytes_the_beginning_is_read_once() {
    let long = "x".repeat(100 << 20);
    let body = format!(r#"{{"logchunks":[{{"content":"oline 0\no{long}\noline 2\n"}}],"meta":{{}}}}"#);
    let body = Reply::json(&body);
    let server = Server::start(move |_| body.clone()).await;
    let reading = Reading::new(&http(&server.url()), Arc::new(Memory::default()));
    let log: Log = serde_json::from_value(json!({"logid": 1, "type": "s", "complete": true, "num_lines": 3})).unwrap();
    let lines = reading.lines(&log, 0, 10).await.unwrap();
    assert_eq!(lines.count, 3);
    assert!(lines.content.len() < LONGEST_LINE + 200);
    assert!(lines.content.contains("bytes more\noline 2\n"));
    assert_eq!(reading.first_error(&log).await.unwrap(), None);
    assert_eq!(server.asked().len(), 1);
}

#[tokio::test]
async fn a_real_masters_log_opens_at_its_error() {
    for generation in [Generation::New, Generation::Old] {
        let Some(master) = Master::start(generation, Options::default()).await else {
            return;
        };
        let http = master.http();
        let build = built(&http, "wordy").await;
        let reading = Reading::new(&http, Arc::new(Memory::default()));
        let page = reading.build(WhichBuild::Id(build.id)).await.unwrap();
        let step = page.steps.iter().find(|step| step.step.name == "talk").unwrap();
        let log = &step.logs.as_ref().unwrap()[0];
        assert!(log.complete && log.num_lines > 30_000, "{log:?}");
        let line = reading.first_error(log).await.unwrap().unwrap();
        let found = reading.lines(log, line, 2).await.unwrap();
        assert!(
            found.content.starts_with("ea.c:1:1: error: at the end\n"),
            "{}",
            found.content
        );
        let whole = reading.lines(log, line - 2000, 2000).await.unwrap();
        assert_eq!(whole.count, 2000);
    }
}
