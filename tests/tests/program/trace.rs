//! System calls of the resident, seen by strace: what it tells leaves only after the disk has it.
//!
//! Each thing that is told has a word of its own that stands both in the database's write-ahead log and in the message
//! on the socket; so the trace shows in which order they were written, synced and sent.

use serde_json::json;
use std::collections::HashSet;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use tests::{Outpost, Repository, has, skip};

const COMMENT: &str = "comment-of-the-traced-change";
const REASON: &str = "reason-of-the-traced-force";
const CALL: &str = "id-of-the-traced-call";

/// Prints enough that its log has several blocks, and fails.
const TEST: &str = "#!/bin/sh\n[ -e traced ] || exit 0\nseq 100000\nexit 1\n";

/// A zstd frame, with which every block of a log begins, as strace prints bytes.
const LOG_BLOCK: &str = r"(\265/\375";

/// strace of a resident, from now on.
struct Strace {
    child: Child,
    file: PathBuf,
}

impl Strace {
    /// Attaches; the reason if that is not allowed here.
    fn attach(outpost: &Outpost) -> Result<Strace, String> {
        let file = outpost.home().join("trace");
        let mut child = Command::new("strace")
            .args([
                "-f",
                "-yy",
                "-s",
                "100000",
                "-e",
                "trace=pwrite64,fsync,fdatasync,write,writev,sendto,sendmsg",
            ])
            .arg("-o")
            .arg(&file)
            .args(["-p", &outpost.pid().to_string()])
            .stderr(Stdio::piped())
            .spawn()
            .expect("strace starts");
        let mut line = String::new();
        BufReader::new(child.stderr.as_mut().expect("a pipe"))
            .read_line(&mut line)
            .expect("a line");
        let mut strace = Strace { child, file };
        if line.contains("attached") {
            Ok(strace)
        } else {
            strace.child.wait().expect("strace ends");
            Err(line)
        }
    }

    /// The trace, once the resident has ended.
    fn read(mut self) -> Trace {
        self.child.wait().expect("strace ends");
        Trace::read(&self.file)
    }
}

/// What happened, in order.
#[derive(Debug, PartialEq)]
enum Event {
    /// Bytes go into the write-ahead log.
    Written(String),
    /// All that was written into it before is on the disk.
    Synced,
    /// Bytes leave by a socket.
    Sent(String),
}

struct Trace {
    events: Vec<Event>,
}

impl Trace {
    fn read(file: &Path) -> Trace {
        let text = std::fs::read_to_string(file).expect("a trace");
        let mut syncing = HashSet::new();
        Trace {
            events: text.lines().filter_map(|line| event(line, &mut syncing)).collect(),
        }
    }

    fn first(&self, what: &str, wanted: impl Fn(&Event) -> bool) -> usize {
        self.events
            .iter()
            .position(wanted)
            .unwrap_or_else(|| panic!("no {what} in the trace"))
    }

    fn written(&self, text: &str) -> usize {
        self.first(
            &format!("write of {text}"),
            |event| matches!(event, Event::Written(data) if data.contains(text)),
        )
    }

    fn sent(&self, text: &str) -> usize {
        let text = text.replace('"', "\\\"");
        self.first(
            &format!("message with {text}"),
            |event| matches!(event, Event::Sent(data) if data.contains(&text)),
        )
    }

    /// Where the first sync after `at` has ended.
    fn synced_after(&self, at: usize) -> usize {
        at + self.events[at..]
            .iter()
            .position(|event| *event == Event::Synced)
            .expect("a sync after the write")
    }
}

/// What a line of strace tells, if it matters here. A call is told where it begins, a sync where it has ended;
/// `syncing` are the threads whose sync of the write-ahead log was cut in two by other calls.
fn event(line: &str, syncing: &mut HashSet<String>) -> Option<Event> {
    let (thread, call) = line.split_once(' ')?;
    let call = call.trim_start();
    let is_wal = call.contains("outpost.sqlite-wal>");
    if call.starts_with("pwrite64(") && is_wal {
        return Some(Event::Written(call.to_owned()));
    }
    if call.starts_with("fsync(") || call.starts_with("fdatasync(") {
        if is_wal && call.contains("unfinished") {
            syncing.insert(thread.to_owned());
        }
        return (is_wal && call.ends_with("= 0")).then_some(Event::Synced);
    }
    if call.contains("sync resumed") {
        return (syncing.remove(thread) && call.ends_with("= 0")).then_some(Event::Synced);
    }
    let sends = ["write(", "writev(", "sendto(", "sendmsg("]
        .iter()
        .any(|name| call.starts_with(name));
    (sends && call.contains("<UNIX")).then(|| Event::Sent(call.to_owned()))
}

#[tokio::test]
async fn what_is_told_is_on_the_disk() {
    if !has("strace") {
        return skip("trace: strace is not installed");
    }
    let mut outpost = Outpost::start().await;
    let repository = Repository::project(&outpost, "app", TEST);
    let builder = outpost.overview().await["builders"][0]["builder"].clone();
    let mut ear = outpost
        .listen(&["changes/*/new", "logs/*/finished", "builds/*/finished"])
        .await;
    let strace = match Strace::attach(&outpost) {
        Ok(strace) => strace,
        Err(why) => return skip(&format!("trace: strace may not attach here: {why}")),
    };
    repository.write("traced", "");
    repository.commit(COMMENT);
    assert_eq!(
        ear.event("/new").await["comments"].as_str().map(str::trim),
        Some(COMMENT)
    );
    assert_eq!(ear.event("/finished").await["name"], "stdio", "of git");
    let log = ear.event("/finished").await;
    let red = ear.event("/finished").await;
    assert_eq!((&red["results"], &red["number"]), (&json!(2), &json!(2)), "{red:#}");
    let params = json!({"builderid": builder, "reason": REASON});
    let forced = outpost
        .control("forceschedulers/app-force", "force", CALL, params)
        .await;
    assert!(forced["result"].is_array(), "{forced:#}");
    outpost.built("app", 3).await;
    outpost.quit();

    let trace = strace.read();
    let told_after_sync = |what: &str, written: usize, sent: usize| {
        let synced = trace.synced_after(written);
        assert!(
            synced < sent,
            "{what}: written at {written}, synced at {synced}, but told at {sent}"
        );
    };
    told_after_sync("the change", trace.written(COMMENT), trace.sent(COMMENT));
    told_after_sync("the force", trace.written(REASON), trace.sent(&format!("\"{CALL}\"")));
    let build_told = trace.sent(&format!("\"builds/{}/finished\"", red["buildid"]));
    told_after_sync("the result", trace.written("failed './test' (failure)"), build_told);

    let log_told = trace.sent(&format!("\"logs/{}/finished\"", log["logid"]));
    let is_block = |event: &Event| matches!(event, Event::Written(data) if data.contains(LOG_BLOCK));
    let blocks: Vec<usize> = (trace.written(COMMENT)..build_told)
        .filter(|at| is_block(&trace.events[*at]))
        .collect();
    assert!(blocks.len() > 5, "the log has several blocks: {blocks:?}");
    for block in blocks {
        told_after_sync("the log", block, log_told);
    }
}
