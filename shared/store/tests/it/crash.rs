//! What was answered is there after `kill -9`, whenever it comes.
//!
//! The test runs its own binary again; the child finds the database in an environment variable and writes until killed.

use crate::farm::{a_step, change};
use model::{ChangeId, LogId, LogKind, Time};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use store::{Store, changes, logs};

const DATABASE: &str = "STORE_CRASH_TEST_DATABASE";

/// Not a test of its own: what the killed child does.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn child_writes_until_killed() {
    let Some(path) = std::env::var_os(DATABASE) else { return };
    let store = Store::open(Path::new(&path)).unwrap();
    let say = |line: String| {
        let mut out = std::io::stdout().lock();
        writeln!(out, "{line}").and_then(|()| out.flush()).unwrap();
    };
    let mut tasks = tokio::task::JoinSet::new();
    for task in 0..4 {
        let store = store.clone();
        tasks.spawn(async move {
            for i in 0.. {
                let new = change(&format!("{task}-{i}"));
                let id = store
                    .write(move |t| changes::insert(t, &new, None, Time(i)))
                    .await
                    .unwrap()
                    .id;
                say(format!("change {id}"));
            }
        });
    }
    for round in 0.. {
        let log = store
            .write(|t| a_step(t).and_then(|step| logs::insert(t, step.id, "stdio", LogKind::Stdio)))
            .await
            .unwrap();
        let writer = store.logs().open(log);
        let lines = 1 + round * 997 % 5000;
        for line in 0..lines {
            writer
                .append(
                    'o',
                    &format!("line {line} of a log that is long enough to have blocks\n"),
                )
                .await
                .unwrap();
        }
        let log = writer.finish().await.unwrap();
        say(format!("log {} {lines}", log.id));
    }
}

#[tokio::test]
async fn every_answered_write_survives_kill_9() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("outpost.db");
    let mut answered = 0;
    for round in 0_usize..6 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args([
                "--exact",
                "crash::child_writes_until_killed",
                "--nocapture",
                "--test-threads=1",
            ])
            .env(DATABASE, &path)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // Killed after so many answers: at a different place of its work each time.
        let enough = 5 + round * 131;
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
        let mut told: Vec<String> = Vec::new();
        for line in lines.by_ref() {
            told.push(line);
            if told.len() >= enough {
                break;
            }
        }
        child.kill().unwrap();
        // What it said before it died counts, too; a line is written at once, so none is cut.
        told.extend(lines);
        child.wait().unwrap();
        let store = Store::open(&path).unwrap();
        assert_eq!(store.check().await.unwrap(), Vec::<String>::new());
        for line in &told {
            answered += usize::from(check_answer(&store, line).await);
        }
        store.close().await;
    }
    assert!(answered > 500, "only {answered} writes were answered");
}

/// Whether `line` is an answer; if so, what it tells must be in the store.
async fn check_answer(store: &Store, line: &str) -> bool {
    match line.split(' ').collect::<Vec<_>>()[..] {
        ["change", id] => {
            let Ok(id) = id.parse() else { return false };
            let change = store.read(move |c| changes::get(c, ChangeId(id))).await.unwrap();
            assert!(change.is_some(), "change {id} was answered and is not there");
        }
        ["log", id, lines] => {
            let (id, lines): (i64, usize) = (id.parse().unwrap(), lines.parse().unwrap());
            let log = store.read(move |c| logs::get(c, LogId(id))).await.unwrap().unwrap();
            assert!(log.complete);
            let content = store.logs().lines(LogId(id), 0, i64::MAX).await.unwrap().content;
            assert_eq!(content.lines().count(), lines);
        }
        _ => return false,
    }
    true
}
