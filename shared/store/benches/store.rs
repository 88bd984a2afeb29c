//! The store's share of the measured lines: a flood into a log, its last lines, its raw text, the first error of a
//! million lines, and the questions of a page over 100,000 builds. Prints medians; run with `cargo bench -p store`.

use model::query::{Filter, Op, Order, Query, Value};
use model::{BuildId, LogKind, NewBuildSet, NewChange, NewSourceStamp, Properties, Results, Time};
use std::future::Future;
use std::time::Instant;
use store::rusqlite::{Connection, Result};
use store::{Store, build_requests, build_sets, builders, builds, changes, logs, masters, settings, steps, workers};

#[tokio::main]
async fn main() {
    let folder = tempfile::tempdir_in(".").expect("a folder on the disk");
    let store = Store::open(&folder.path().join("outpost.db")).expect("a new database");
    flood(&store).await;
    million(&store).await;
    commits(&store).await;
    hundred_thousand_builds(&store).await;
    store.close().await;
}

/// Prints the median of `times` runs in milliseconds.
async fn median<F: Future>(what: &str, times: usize, mut run: impl FnMut() -> F) {
    let mut spent = Vec::with_capacity(times);
    for _ in 0..times {
        let start = Instant::now();
        run().await;
        spent.push(start.elapsed());
    }
    spent.sort();
    println!("{what}: {:.3} ms", spent[times / 2].as_secs_f64() * 1e3);
}

/// Highest resident size so far in MiB, where the system tells.
fn peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM"))?;
    line.split_whitespace()
        .nth(1)?
        .parse::<u64>()
        .ok()
        .map(|kib| kib / 1024)
}

/// A megabyte of lines like those of a compiler, of about 100 bytes.
fn lines(seed: u64) -> String {
    let mut state = seed;
    let mut text = String::new();
    while text.len() < 1 << 20 {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let (a, b) = (state >> 33, state >> 45);
        text.push_str(&format!(
            "[{:3}%] Building CXX object src/module_{}/CMakeFiles/m.dir/file_{a}.cc.o in {b} ms\n",
            a % 100,
            b % 97
        ));
    }
    text
}

async fn log(store: &Store) -> model::Log {
    let make = |t: &store::rusqlite::Transaction| {
        let build = a_build(t, "flood", 0)?;
        let step = steps::insert(t, build, "shell")?;
        logs::insert(t, step.id, "stdio", LogKind::Stdio)
    };
    store.write(make).await.expect("a log")
}

async fn flood(store: &Store) {
    let log = log(store).await;
    let megabyte = lines(1);
    let start = Instant::now();
    let writer = store.logs().open(log.clone());
    for _ in 0..50 {
        // As they come from a worker: 64 KiB at a time.
        let mut rest = megabyte.as_str();
        while !rest.is_empty() {
            let end = rest[..rest.len().min(64 << 10)]
                .rfind('\n')
                .map_or(rest.len(), |end| end + 1);
            writer.append('o', &rest[..end]).await.expect("room");
            rest = &rest[end..];
        }
    }
    let log = writer.finish().await.expect("a finished log");
    println!(
        "50 MB log until readable: {:.3} s, peak {:?} MiB, {} lines",
        start.elapsed().as_secs_f64(),
        peak(),
        log.num_lines
    );
    let first = log.num_lines - 1000;
    median("its last 1,000 lines", 51, || async {
        assert_eq!(
            store.logs().lines(log.id, first, 1000).await.expect("lines").num_lines,
            1000
        );
    })
    .await;
    median("the whole raw", 11, || async {
        let mut raw = store.logs().raw(log.id).await.expect("a read").expect("the log");
        let mut bytes = 0;
        while let Some(chunk) = raw.next().await {
            bytes += chunk.expect("a chunk").len();
        }
        assert!(bytes >= 50 << 20);
    })
    .await;
    println!("peak after reading: {:?} MiB", peak());
}

async fn million(store: &Store) {
    let log = log(store).await;
    let writer = store.logs().open(log.clone());
    let text = lines(2);
    while writer.log().num_lines < 1_000_000 {
        writer.append('o', &text).await.expect("room");
    }
    let last = writer.log().num_lines;
    writer.append('e', "main.c:1:1: error: here\n").await.expect("room");
    writer.finish().await.expect("a finished log");
    median("first error of a million lines", 5, || async {
        assert_eq!(store.logs().first_error(log.id, 0).await.expect("a search"), Some(last));
    })
    .await;
    median("a text in a million lines, either case", 5, || async {
        assert_eq!(
            store
                .logs()
                .find(log.id, "Error: HERE", false, 0, false)
                .await
                .expect("a search"),
            Some(last)
        );
    })
    .await;
    println!("peak after searching: {:?} MiB", peak());
}

async fn commits(store: &Store) {
    let mut i = 10_000;
    median("one write", 501, || {
        i += 1;
        settings_write(store, i)
    })
    .await;
    let start = Instant::now();
    let mut tasks = tokio::task::JoinSet::new();
    for task in 0..64 {
        let store = store.clone();
        tasks.spawn(async move {
            for i in 0..50 {
                settings_write(&store, task * 50 + i).await;
            }
        });
    }
    tasks.join_all().await;
    println!(
        "64 writers at once: {:.0} writes a second",
        3200.0 / start.elapsed().as_secs_f64()
    );
}

async fn settings_write(store: &Store, i: i64) {
    let write = move |t: &store::rusqlite::Transaction| settings::set(t, &format!("k{i}"), &i.into());
    store.write(write).await.expect("a write");
}

fn a_build(c: &Connection, builder: &str, i: i64) -> Result<BuildId> {
    let builder = builders::find_or_insert(c, builder)?;
    let master = masters::find_or_insert(c, "m", Time(0))?;
    let worker = workers::find_or_insert(c, "w")?;
    let stamp = NewSourceStamp {
        revision: Some(format!("{i:040x}")),
        repository: "/srv/x".into(),
        ..Default::default()
    };
    let new = NewBuildSet {
        scheduler: "all".into(),
        source_stamps: vec![stamp],
        reason: "a change".into(),
        external_id: None,
        properties: Properties::default(),
        builders: vec![builder],
        priority: 0,
        rebuilt_build: None,
        changes: Vec::new(),
    };
    let (set, requests) = build_sets::insert(c, &new, Time(i * 1000))?;
    if i % 1000 != 1 {
        build_requests::claim(c, &[requests[0].id], master, Time(i * 1000))?;
        build_requests::complete(c, &[requests[0].id], Results::Success, Time(i * 1000 + 500))?;
        build_sets::complete(c, set.id, Results::Success, Time(i * 1000 + 500))?;
    }
    let build = builds::insert(c, builder, &[requests[0].id], Some(worker), master, Time(i * 1000))?;
    let mut properties = Properties::default();
    for name in ["branch", "revision", "owner", "workername", "reason", "scheduler"] {
        properties.set(name, format!("{name} {i}"), "Build");
    }
    builds::set_properties(c, build.id, &properties)?;
    if i % 10_000 != 0 {
        builds::finish(c, build.id, Results::Success, "build successful", Time(i * 1000 + 500))?;
    }
    Ok(build.id)
}

async fn hundred_thousand_builds(store: &Store) {
    let start = Instant::now();
    for thousand in 0..100 {
        let write = move |t: &store::rusqlite::Transaction| {
            for i in thousand * 1000..(thousand + 1) * 1000 {
                a_build(t, &format!("builder {}", i % 50), i)?;
                if i % 10 == 0 {
                    changes::insert(t, &a_change(i), None, Time(i))?;
                }
            }
            Ok(())
        };
        store.write(write).await.expect("builds");
    }
    println!("100,000 builds made in {:.1} s", start.elapsed().as_secs_f64());
    let builder = store
        .read(|c| builders::find_or_insert(c, "builder 7"))
        .await
        .expect("the builder");
    let of_builder = Filter {
        field: "builderid".into(),
        op: Op::Eq,
        values: vec![Value::Number(builder.0)],
    };
    for key in ["number", "buildid", "started_at"] {
        let query = newest(key, 20, vec![of_builder.clone()]);
        median(&format!("builder's last 20 by {key}"), 101, || {
            ask(store, query.clone(), builds::list, 20)
        })
        .await;
    }
    let names = vec!["branch".to_owned(), "owner".to_owned()];
    let query = newest("number", 20, vec![of_builder]);
    median("the same with two properties", 101, || async {
        let (names, query) = (names.clone(), query.clone());
        let read = move |c: &Connection| {
            let ids: Vec<_> = builds::list(c, &query)?.iter().map(|b| b.id).collect();
            builds::selected_properties(c, &ids, &names)
        };
        assert_eq!(store.read(read).await.expect("a read").len(), 20);
    })
    .await;
    let running = Filter {
        field: "complete".into(),
        op: Op::Eq,
        values: vec![Value::Bool(false)],
    };
    // Ten of these, and those of the logs.
    let query = newest("started_at", 1000, vec![running]);
    median("unfinished", 101, || ask(store, query.clone(), builds::list, 12)).await;
    median("50 changes", 101, || {
        ask(store, newest("changeid", 50, Vec::new()), changes::list, 50)
    })
    .await;
    median("200 builds by start", 101, || {
        ask(store, newest("started_at", 200, Vec::new()), builds::list, 200)
    })
    .await;
    let all = (0..60).map(Value::Number).collect();
    let of_all = Filter {
        field: "builderid".into(),
        op: Op::Eq,
        values: all,
    };
    let query = newest("started_at", 200, vec![of_all]);
    median("200 builds of 50 builders", 101, || {
        ask(store, query.clone(), builds::list, 200)
    })
    .await;
    let of_worker = Filter {
        field: "workerid".into(),
        op: Op::Eq,
        values: vec![Value::Number(1)],
    };
    let query = newest("buildid", 100, vec![of_worker]);
    median("100 builds of the worker", 101, || {
        ask(store, query.clone(), builds::list, 100)
    })
    .await;
    let pending = Filter {
        field: "claimed".into(),
        op: Op::Eq,
        values: vec![Value::Bool(false)],
    };
    let open = Filter {
        field: "complete".into(),
        op: Op::Eq,
        values: vec![Value::Bool(false)],
    };
    let query = newest("priority", 50, vec![pending, open]);
    median("50 pending requests", 101, || {
        ask(store, query.clone(), build_requests::list, 50)
    })
    .await;
    median("200 build sets by submission", 101, || {
        ask(store, newest("submitted_at", 200, Vec::new()), build_sets::list, 200)
    })
    .await;
    median("last 20 complete", 101, || {
        let over = Filter {
            field: "complete".into(),
            op: Op::Eq,
            values: vec![Value::Bool(true)],
        };
        ask(store, newest("buildid", 20, vec![over]), builds::list, 20)
    })
    .await;
}

fn newest(field: &str, limit: u64, filters: Vec<Filter>) -> Query {
    Query {
        filters,
        order: vec![Order {
            field: field.into(),
            descending: true,
        }],
        limit: Some(limit),
        offset: 0,
    }
}

async fn ask<T: Send + 'static>(
    store: &Store,
    query: Query,
    list: fn(&Connection, &Query) -> Result<Vec<T>>,
    n: usize,
) {
    assert_eq!(store.read(move |c| list(c, &query)).await.expect("a read").len(), n);
}

fn a_change(i: i64) -> NewChange {
    NewChange {
        author: "Ann <ann@example.org>".into(),
        committer: None,
        branch: Some("main".into()),
        revision: Some(format!("{i:040x}")),
        revlink: String::new(),
        category: None,
        comments: "what was changed, and why\n".repeat(5),
        files: (0..10).map(|f| format!("src/dir/file_{f}.c")).collect(),
        when: Time(i * 1000),
        repository: "/srv/x".into(),
        project: String::new(),
        codebase: String::new(),
        properties: Properties::default(),
    }
}
