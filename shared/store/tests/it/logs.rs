//! Logs read the same while they grow, when they are on the disk, and after a restart.

use crate::farm::{Farm, a_step};
use model::{Log, LogId, LogKind};
use proptest::prelude::*;
use serde_json::json;
use std::collections::BTreeSet;
use store::rusqlite::params;
use store::{LogWriter, Store, StoreError, logs, settings};

async fn new_log(store: &Store, kind: LogKind) -> Log {
    store
        .write(move |t| a_step(t).and_then(|step| logs::insert(t, step.id, "stdio", kind)))
        .await
        .unwrap()
}

async fn open(store: &Store, kind: LogKind) -> (LogId, LogWriter) {
    let log = new_log(store, kind).await;
    (log.id, store.logs().open(log))
}

async fn raw(store: &Store, id: LogId) -> String {
    let mut raw = store.logs().raw(id).await.unwrap().unwrap();
    let mut bytes = Vec::new();
    while let Some(chunk) = raw.next().await {
        bytes.extend(chunk.unwrap());
    }
    String::from_utf8(bytes).unwrap()
}

/// One append: a stream and some lines, from empty ones to long ones.
fn appends() -> impl Strategy<Value = Vec<(char, Vec<String>)>> {
    let line = prop_oneof![
        8 => "[a-zü ]{0,40}",
        2 => "[a-z]{200,3000}",
        1 => Just("0123456789abcdef".repeat(2000)),
    ];
    let append = (
        prop::sample::select(vec!['o', 'e', 'h']),
        prop::collection::vec(line, 1..20),
    );
    prop::collection::vec(append, 1..25)
}

/// Compares some ranges, the raw text and the texts of lines with the naive vector.
async fn same(store: &Store, id: LogId, expected: &[String], stdio: bool) {
    let n = expected.len();
    for (first, limit) in [
        (0, n),
        (0, 1),
        (n / 2, 3),
        (n.saturating_sub(2), 10),
        (n, 5),
        (n + 3, 1),
        (n / 3, n / 2),
        (1, 0),
    ] {
        let lines = store.logs().lines(id, first as i64, limit as i64).await.unwrap();
        let wanted: Vec<_> = expected
            .iter()
            .skip(first)
            .take(limit)
            .map(|line| format!("{line}\n"))
            .collect();
        assert_eq!(lines.content, wanted.concat(), "{limit} lines from {first} of {n}");
        assert_eq!((lines.first_line, lines.num_lines), (first as i64, wanted.len() as i64));
    }
    let plain: String = expected
        .iter()
        .map(|line| format!("{}\n", &line[usize::from(stdio)..]))
        .collect();
    assert_eq!(raw(store, id).await, plain);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn lines_are_those_appended_whether_growing_or_finished(appends in appends(), stdio in any::<bool>()) {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async {
            let farm = Farm::new();
            let (id, writer) = open(&farm.store, if stdio { LogKind::Stdio } else { LogKind::Text }).await;
            let mut expected = Vec::new();
            for (stream, lines) in appends {
                writer.append(stream, &(lines.join("\n") + "\n")).await.unwrap();
                expected.extend(lines.into_iter().map(|line| if stdio { format!("{stream}{line}") } else { line }));
                let last = farm.store.logs().lines(id, expected.len() as i64 - 1, 5).await.unwrap();
                assert_eq!(last.content, format!("{}\n", expected.last().unwrap()));
            }
            same(&farm.store, id, &expected, stdio).await;
            let done = writer.finish().await.unwrap();
            assert_eq!((done.num_lines, done.complete), (expected.len() as i64, true));
            same(&farm.store, id, &expected, stdio).await;
            let farm = farm.reopened().await;
            same(&farm.store, id, &expected, stdio).await;
            assert_eq!(farm.store.read(move |c| logs::get(c, id)).await.unwrap(), Some(done));
            assert_eq!(farm.store.check().await.unwrap(), Vec::<String>::new());
        });
    }

    #[test]
    fn text_is_found_forwards_and_backwards_where_a_look_at_each_line_finds_it(
        lines in prop::collection::vec("[abAB]{0,3}", 1..60),
        text in "[abAB]{1,2}",
        match_case in any::<bool>(),
        from in 0_usize..70,
        grows in any::<bool>(),
    ) {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async {
            let farm = Farm::new();
            let (id, writer) = open(&farm.store, LogKind::Stdio).await;
            // Padding makes several blocks of few lines.
            let padding = "-".repeat(9000);
            for line in &lines {
                writer.append('o', &format!("{line}{padding}\n")).await.unwrap();
            }
            if !grows {
                writer.finish().await.unwrap();
            }
            let fold = |s: &str| if match_case { s.to_owned() } else { s.to_lowercase() };
            let has = |i: &usize| fold(&lines[*i]).contains(&fold(&text));
            let forward = (from.min(lines.len())..lines.len()).find(has).map(|i| i as i64);
            let backward = (0..lines.len().min(from + 1)).rev().find(has).map(|i| i as i64);
            let logs = farm.store.logs();
            assert_eq!(logs.find(id, &text, match_case, from as i64, false).await.unwrap(), forward);
            assert_eq!(logs.find(id, &text, match_case, from as i64, true).await.unwrap(), backward);
        });
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_follower_sees_every_line_exactly_once() {
    let farm = Farm::new();
    let (id, writer) = open(&farm.store, LogKind::Stdio).await;
    let mut news = farm.store.logs().watch(id).unwrap();
    let store = farm.store.clone();
    let follower = tokio::spawn(async move {
        let mut seen = String::new();
        let mut next = 0;
        loop {
            let grows = news.changed().await.is_ok();
            loop {
                let lines = store.logs().lines(id, next, 700).await.unwrap();
                if lines.num_lines == 0 {
                    break;
                }
                next += lines.num_lines;
                seen.push_str(&lines.content);
            }
            if !grows {
                return seen;
            }
        }
    });
    let mut expected = String::new();
    for i in 0..20_000 {
        writer.append('o', &format!("this is line number {i}\n")).await.unwrap();
        expected.push_str(&format!("othis is line number {i}\n"));
        if i % 500 == 0 {
            tokio::task::yield_now().await;
        }
    }
    writer.finish().await.unwrap();
    assert!(follower.await.unwrap() == expected);
    assert!(farm.store.logs().watch(id).is_none());
}

#[tokio::test]
async fn a_growing_logs_row_is_told_with_its_newest_number_of_lines() {
    let farm = Farm::new();
    let log = new_log(&farm.store, LogKind::Text).await;
    let writer = farm.store.logs().open(log.clone());
    writer.append('o', "a\nb\nlast without an end").await.unwrap();
    writer.append('o', "").await.unwrap();
    assert_eq!(farm.store.logs().current(log.clone()).num_lines, 3);
    assert_eq!(writer.log().num_lines, 3);
    assert_eq!(
        farm.store.logs().lines(log.id, 0, 9).await.unwrap().content,
        "a\nb\nlast without an end\n"
    );
    writer.finish().await.unwrap();
    assert!(writer.append('o', "late\n").await.is_err());
    assert!(writer.finish().await.is_err());
}

#[tokio::test]
async fn a_line_longer_than_any_block_becomes_several_and_loses_nothing() {
    let farm = Farm::new();
    let (id, writer) = open(&farm.store, LogKind::Text).await;
    let long = "ü€x".repeat(1_000_000);
    writer.append('o', &format!("{long}\nnext\n")).await.unwrap();
    let log = writer.finish().await.unwrap();
    let text = raw(&farm.store, id).await;
    assert_eq!(text.lines().count() as i64, log.num_lines);
    assert!(text.lines().all(|line| line.len() <= 32 << 10));
    assert!(text.replace('\n', "") == format!("{long}next"));
    assert_eq!(text.lines().last(), Some("next"));
    assert_eq!(farm.store.check().await.unwrap(), Vec::<String>::new());
}

#[tokio::test]
async fn what_a_dropped_writer_appended_is_kept() {
    let farm = Farm::new();
    let (id, writer) = open(&farm.store, LogKind::Text).await;
    writer.append('o', "one\ntwo\n").await.unwrap();
    drop(writer);
    let farm = farm.reopened().await;
    let log = farm.store.read(move |c| logs::get(c, id)).await.unwrap().unwrap();
    assert_eq!((log.complete, log.num_lines), (false, 2));
    assert_eq!(raw(&farm.store, id).await, "one\ntwo\n");
    farm.store.write(|t| logs::finish_interrupted(t)).await.unwrap();
    assert!(
        farm.store
            .read(move |c| logs::get(c, id))
            .await
            .unwrap()
            .unwrap()
            .complete
    );
}

#[tokio::test]
async fn closing_the_store_keeps_what_growing_logs_have() {
    let farm = Farm::new();
    let (id, writer) = open(&farm.store, LogKind::Text).await;
    writer.append('o', "one\n").await.unwrap();
    let farm = farm.reopened().await;
    assert!(matches!(writer.append('o', "two\n").await, Err(StoreError::Gone)));
    assert_eq!(raw(&farm.store, id).await, "one\n");
}

#[tokio::test]
async fn deleted_contents_leave_the_number_of_lines() {
    let farm = Farm::new();
    let (id, writer) = open(&farm.store, LogKind::Stdio).await;
    writer.append('o', "one\ntwo\n").await.unwrap();
    farm.store.write(move |t| logs::delete_contents(t, id)).await.unwrap();
    assert_eq!(
        raw(&farm.store, id).await,
        "one\ntwo\n",
        "a growing log keeps its contents"
    );
    writer.finish().await.unwrap();
    farm.store.write(move |t| logs::delete_contents(t, id)).await.unwrap();
    let log = farm.store.read(move |c| logs::get(c, id)).await.unwrap().unwrap();
    assert_eq!((log.kind, log.num_lines), (LogKind::Deleted, 2));
    assert_eq!(farm.store.logs().lines(id, 0, 9).await.unwrap().content, "");
    assert_eq!(raw(&farm.store, id).await, "");
    assert_eq!(farm.store.check().await.unwrap(), Vec::<String>::new());
}

#[tokio::test]
async fn errors_are_found_one_after_the_other_and_never_in_headers() {
    let farm = Farm::new();
    let (id, writer) = open(&farm.store, LogKind::Stdio).await;
    let mut expected = BTreeSet::new();
    for i in 0..30_000_i64 {
        let (stream, line) = match i % 10_000 {
            77 => ('h', "error: in a header"),
            5_000 => ('e', "main.c:1:1: error: no such thing"),
            9_999 => ('o', "test adds ... FAILED"),
            _ => ('o', "compiled error_handling.c without trouble"),
        };
        if i % 10_000 == 5_000 || i % 10_000 == 9_999 {
            expected.insert(i);
        }
        writer.append(stream, &format!("{line}\n")).await.unwrap();
    }
    for _ in ["growing", "finished"] {
        let mut found = BTreeSet::new();
        let mut from = 0;
        while let Some(line) = farm.store.logs().first_error(id, from).await.unwrap() {
            found.insert(line);
            from = line + 1;
        }
        assert_eq!(found, expected);
        // The second time an error says that it is finished already.
        let _ = writer.finish().await;
    }
    assert_eq!(farm.store.logs().first_error(LogId(99), 0).await.unwrap(), None);
    assert_eq!(
        farm.store.logs().find(LogId(99), "x", true, 0, false).await.unwrap(),
        None
    );
}

#[tokio::test]
async fn a_disk_that_is_full_is_told_to_the_writer_and_leaves_no_gap() {
    let farm = Farm::new();
    let (id, writer) = open(&farm.store, LogKind::Text).await;
    writer.append('o', &"kept\n".repeat(20_000)).await.unwrap();
    let limit = |pages: i64| {
        farm.store.write(move |t| {
            t.query_row(&format!("PRAGMA max_page_count = {pages}"), [], |row| {
                row.get::<_, i64>(0)
            })
        })
    };
    limit(1).await.unwrap();
    // What does not compress fills the pages that are left.
    let mut state = 1_u64;
    let refused = loop {
        let noise: String = std::iter::repeat_with(|| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            char::from(b' ' + (state >> 33) as u8 % 90)
        })
        .take(100_000)
        .collect();
        if let Err(error) = writer.append('o', &noise).await {
            break error;
        }
    };
    assert!(matches!(refused, StoreError::Full), "{refused:?}");
    assert!(matches!(writer.finish().await, Err(StoreError::Full)));
    limit(1 << 30).await.unwrap();
    assert_eq!(farm.store.check().await.unwrap(), Vec::<String>::new());
    let log = farm.store.read(move |c| logs::get(c, id)).await.unwrap().unwrap();
    assert!(!log.complete);
    assert_eq!(raw(&farm.store, id).await.lines().count() as i64, log.num_lines);
}

#[tokio::test]
async fn when_a_part_is_not_stored_nothing_after_it_is() {
    let farm = Farm::new();
    let (id, writer) = open(&farm.store, LogKind::Text).await;
    let refuse = "CREATE TEMP TRIGGER refuse BEFORE INSERT ON log_blocks WHEN new.first_line = 0
                  BEGIN SELECT RAISE(ABORT, 'refused'); END";
    let (go, gate) = std::sync::mpsc::channel::<()>();
    let held = farm.store.write(move |t| {
        t.execute_batch(refuse)?;
        gate.recv().unwrap();
        Ok(())
    });
    let rest = async {
        // Several transactions wait before the first of them is refused.
        writer.append('o', &"0123456789abcde\n".repeat(100_000)).await.unwrap();
        go.send(()).unwrap();
        writer.finish().await
    };
    let (held, finished) = tokio::join!(held, rest);
    held.unwrap();
    assert!(finished.unwrap_err().to_string().contains("refused"));
    let log = farm.store.read(move |c| logs::get(c, id)).await.unwrap().unwrap();
    assert_eq!((log.complete, log.num_lines), (false, 0));
    assert_eq!(farm.store.check().await.unwrap(), Vec::<String>::new());
}

#[tokio::test]
async fn a_flood_waits_for_the_disk() {
    let farm = Farm::new();
    let (id, writer) = open(&farm.store, LogKind::Text).await;
    let (started, wait) = tokio::sync::oneshot::channel();
    let (go, gate) = std::sync::mpsc::channel::<()>();
    let store = farm.store.clone();
    let slow = tokio::spawn(async move {
        store
            .write(move |t| {
                started.send(()).unwrap();
                gate.recv().unwrap();
                settings::set(t, "k", &json!(1))
            })
            .await
    });
    wait.await.unwrap();
    let flood = "0123456789abcde\n".repeat(1 << 20);
    let append = writer.append('o', &flood);
    tokio::pin!(append);
    // While the disk is held up, only so much is taken.
    tokio::select! {
        biased;
        result = &mut append => panic!("16 MiB were taken at once: {result:?}"),
        () = std::future::ready(()) => {}
    }
    let taken = writer.log().num_lines * 16;
    assert!((1 << 20..4 << 20).contains(&taken), "{taken} bytes were taken");
    go.send(()).unwrap();
    append.await.unwrap();
    slow.await.unwrap().unwrap();
    assert_eq!(writer.finish().await.unwrap().num_lines, 1 << 20);
    assert!(raw(&farm.store, id).await == flood);
}

#[tokio::test]
async fn a_damaged_block_is_told() {
    let farm = Farm::new();
    let (id, writer) = open(&farm.store, LogKind::Text).await;
    writer.append('o', "one\n").await.unwrap();
    writer.finish().await.unwrap();
    farm.store
        .write(move |t| {
            t.execute(
                "UPDATE log_blocks SET data = x'00010203' WHERE logid = ?1",
                params![id.0],
            )
        })
        .await
        .unwrap();
    let refused = farm.store.logs().lines(id, 0, 1).await;
    assert!(matches!(refused, Err(StoreError::Corrupt { .. })), "{refused:?}");
    let mut raw = farm.store.logs().raw(id).await.unwrap().unwrap();
    assert!(matches!(raw.next().await, Some(Err(StoreError::Corrupt { .. }))));
    assert!(raw.next().await.is_none());
}

#[tokio::test]
async fn logs_end_in_the_transaction_of_the_write_they_are_given_to() {
    let farm = Farm::new();
    let (id, writer) = open(&farm.store, LogKind::Text).await;
    let other = new_log(&farm.store, LogKind::Stdio).await;
    let (other_id, other) = (other.id, farm.store.logs().open(other));
    writer.append('o', "one\ntwo\n").await.unwrap();
    let endings = vec![writer.end(), other.end()];
    assert_eq!((endings[0].log().num_lines, endings[0].log().complete), (2, true));
    let seen = farm
        .store
        .write_with(endings, move |t| Ok((logs::get(t, id)?, logs::get(t, other_id)?)))
        .await
        .unwrap();
    assert!(
        seen.0.unwrap().complete && seen.1.unwrap().complete,
        "the write sees the logs ended"
    );
    let rows = farm
        .store
        .read(move |c| Ok((logs::get(c, id)?.unwrap(), logs::get(c, other_id)?.unwrap())))
        .await
        .unwrap();
    assert_eq!((rows.0.complete, rows.0.num_lines), (true, 2));
    assert_eq!((rows.1.complete, rows.1.num_lines), (true, 0));
    assert_eq!(raw(&farm.store, id).await, "one\ntwo\n");
    assert!(farm.store.logs().watch(id).is_none(), "followers hear of the end");
}

#[tokio::test]
async fn a_long_log_ends_whole_with_a_write() {
    let farm = Farm::new();
    let (id, writer) = open(&farm.store, LogKind::Text).await;
    let flood = "0123456789abcde\n".repeat(300_000);
    writer.append('o', &flood).await.unwrap();
    farm.store.write_with(vec![writer.end()], |_| Ok(())).await.unwrap();
    assert!(raw(&farm.store, id).await == flood);
    assert_eq!(farm.store.check().await.unwrap(), Vec::<String>::new());
}

#[tokio::test]
async fn a_log_stays_incomplete_when_its_last_write_fails_or_never_comes() {
    let farm = Farm::new();
    let (failing, writer) = open(&farm.store, LogKind::Text).await;
    writer.append('o', "one\n").await.unwrap();
    let refused = farm
        .store
        .write_with(vec![writer.end()], |t| t.execute_batch("no such statement"))
        .await;
    assert!(refused.is_err());
    let (dropped, writer) = open(&farm.store, LogKind::Text).await;
    writer.append('o', "two\n").await.unwrap();
    drop(writer.end());
    // Behind the writes of the dropped one.
    let farm = farm.reopened().await;
    for (id, lines) in [(failing, 0), (dropped, 1)] {
        let log = farm.store.read(move |c| logs::get(c, id)).await.unwrap().unwrap();
        assert_eq!((log.complete, log.num_lines), (false, lines), "log {id:?}");
    }
}
