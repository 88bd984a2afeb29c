//! A log of two hundred megabytes: only parts of it are read, and little of it is kept.

use super::{join, until_over};
use serde_json::{Value, json};
use std::time::Instant;
use tests::Outpost;
use tests::farm::{Knobs, MadeUp};

/// Of two hundred bytes each.
const LINES: i64 = 1_000_000;

/// What a process has in memory, in kilobytes.
fn resident_set(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).expect("a running process");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let words = line
        .and_then(|line| line.split_whitespace().next())
        .expect("its memory");
    words.parse().expect("a number")
}

async fn lines(outpost: &Outpost, log: &Value, first: i64, count: i64) -> Vec<String> {
    let query = json!({"master": "team", "log": log, "first": first, "count": count});
    let answer = outpost.call("log_lines", query).await;
    let all = answer["lines"].as_array().into_iter().flatten();
    all.filter_map(|line| line.as_str().map(str::to_owned)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn its_first_error_and_any_line_are_shown_without_reading_it_all() {
    let long = Knobs {
        long_log: usize::try_from(LINES).expect("a length"),
        ..Knobs::default()
    };
    let made = MadeUp::start("Team", 3, long).await;
    let outpost = Outpost::start().await;
    join(&outpost, &made.url()).await;
    let (bytes, memory) = (made.asked().bytes, resident_set(outpost.pid()));

    let started = Instant::now();
    let build = made.begin(1, Some("ann"));
    made.end(build, 2);
    until_over(&outpost, "team", "builder 1", 2).await;
    let page = outpost
        .call("build", json!({"master": "team", "builder": 1, "number": 2}))
        .await;
    println!("from the end of the build to its first error: {:?}", started.elapsed());
    assert_eq!(page["error"]["line"], LINES - 1000, "{:#}", page["error"]);
    assert!(
        page["summary"]
            .as_str()
            .is_some_and(|summary| summary.contains("main.c:3"))
    );
    let log = page["error"]["log"].clone();
    assert_eq!(
        lines(&outpost, &log, LINES - 1000, 1).await,
        ["emain.c:3: error: broken"]
    );

    // To its middle, its start and its end, as a person scrolls.
    for first in [0, LINES / 2, LINES - 300, LINES / 3] {
        let shown = lines(&outpost, &log, first, 300).await;
        assert_eq!(shown.len(), 300);
        if first < LINES - 1000 {
            assert_eq!(
                shown[0].trim_start_matches(['o', '0']),
                first.to_string().trim_start_matches('0')
            );
        }
    }
    let read = made.asked().bytes - bytes;
    assert!(read < 20 << 20, "{read} bytes were read of it");
    let grown = resident_set(outpost.pid()).saturating_sub(memory);
    println!("{} KiB were read, {grown} KiB more are in memory", read >> 10);
    assert!(grown < 64 << 10, "{grown} KiB more are in memory");
}
