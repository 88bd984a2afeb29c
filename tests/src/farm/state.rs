//! What a made-up master has, and whom it tells of what happens.

use super::Knobs;
use super::rows::{Build, builder, master, worker};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};
use tokio::sync::mpsc;
use tokio_tungstenite::tungstenite::Utf8Bytes;

/// Ended builds that are kept of a builder.
const KEPT: usize = 12;

/// Somebody who listens: the paths, and where frames go.
pub struct Listener {
    pub number: u64,
    pub paths: Vec<String>,
    pub frames: mpsc::UnboundedSender<Utf8Bytes>,
}

/// A master's whole state.
pub struct State {
    title: String,
    behind: i64,
    long_log: usize,
    html_log: Arc<str>,
    address: SocketAddr,
    builders: Vec<Value>,
    builds: BTreeMap<i64, Build>,
    /// Builds of each builder, oldest first.
    of_builder: BTreeMap<i64, Vec<i64>>,
    numbers: BTreeMap<i64, i64>,
    next_build: i64,
    listeners: Vec<Listener>,
    next_listener: u64,
}

impl State {
    pub fn new(title: &str, builders: i64, knobs: &Knobs, address: SocketAddr) -> State {
        let name = |id: i64| {
            let given = usize::try_from(id - 1).ok().and_then(|at| knobs.names.get(at));
            given.cloned().unwrap_or_else(|| format!("builder {id}"))
        };
        let mut state = State {
            title: title.to_owned(),
            behind: knobs.behind,
            long_log: knobs.long_log,
            html_log: knobs.html_log.as_str().into(),
            address,
            builders: (1..=builders).map(|id| builder(id, &name(id))).collect(),
            builds: BTreeMap::new(),
            of_builder: BTreeMap::new(),
            numbers: BTreeMap::new(),
            next_build: 1,
            listeners: Vec::new(),
            next_listener: 0,
        };
        for builder in 1..=builders {
            let build = state.begin(builder, None);
            state.end(build, 0);
        }
        state
    }

    pub fn listeners(&self) -> usize {
        self.listeners.len()
    }

    /// Lets somebody listen; gives the listener's number.
    pub fn admit(&mut self, frames: mpsc::UnboundedSender<Utf8Bytes>) -> u64 {
        self.next_listener += 1;
        self.listeners.push(Listener {
            number: self.next_listener,
            paths: Vec::new(),
            frames,
        });
        self.next_listener
    }

    /// The listener of that number, while it is there.
    pub fn listener(&mut self, number: u64) -> Option<&mut Listener> {
        self.listeners.iter_mut().find(|listener| listener.number == number)
    }

    /// Somebody went.
    pub fn dismiss(&mut self, number: u64) {
        self.listeners.retain(|listener| listener.number != number);
    }

    /// Nobody listens any more.
    pub fn let_go(&mut self) {
        self.listeners.clear();
    }

    pub fn begin(&mut self, builder: i64, author: Option<&str>) -> i64 {
        let id = self.next_build;
        self.next_build += 1;
        let number = self.numbers.entry(builder).or_default();
        *number += 1;
        let build = Build {
            id,
            number: *number,
            builder,
            started: self.now(),
            ended: None,
            results: None,
            words: "starting".to_owned(),
            author: author.map(str::to_owned),
            long_log: self.long_log,
            html_log: self.html_log.clone(),
        };
        self.of_builder.entry(builder).or_default().push(id);
        if let Some(change) = build.change() {
            self.publish(&format!("changes/{id}/new"), &change);
        }
        self.publish(&format!("buildrequests/{id}/claimed"), &build.request());
        self.publish(&format!("builds/{id}/update"), &build.row(&[]));
        self.publish(&format!("builds/{id}/new"), &build.row(&[]));
        self.builds.insert(id, build);
        id
    }

    pub fn says(&mut self, id: i64, words: &str) {
        let Some(build) = self.builds.get_mut(&id) else { return };
        words.clone_into(&mut build.words);
        let row = build.row(&[]);
        self.publish(&format!("builds/{id}/update"), &row);
    }

    pub fn end(&mut self, id: i64, results: u8) {
        let now = self.now();
        let Some(build) = self.builds.get_mut(&id) else { return };
        build.ended = Some(now);
        build.results = Some(results);
        let words = if results == 0 {
            "build successful"
        } else {
            "failed compile (failure)"
        };
        words.clone_into(&mut build.words);
        let (row, request, builder) = (build.row(&[]), build.request(), build.builder);
        self.publish(&format!("builds/{id}/finished"), &row);
        self.publish(&format!("buildrequests/{id}/complete"), &request);
        let kept = self.of_builder.entry(builder).or_default();
        if kept.len() > KEPT {
            let oldest = kept.remove(0);
            self.builds.remove(&oldest);
        }
    }

    /// By its clock.
    pub fn now(&self) -> i64 {
        now() - self.behind
    }

    fn publish(&self, key: &str, body: &Value) {
        if self.listeners.is_empty() {
            return;
        }
        let frame = Utf8Bytes::from(json!({"k": key, "m": body}).to_string());
        for listener in &self.listeners {
            // Once for each subscription that fits, as Buildbot does.
            for _ in listener.paths.iter().filter(|path| fits(path, key)) {
                let _ = listener.frames.send(frame.clone());
            }
        }
    }

    /// Sends a frame to everybody.
    pub fn send(&self, frame: String) {
        let frame = Utf8Bytes::from(frame);
        for listener in &self.listeners {
            let _ = listener.frames.send(frame.clone());
        }
    }

    pub fn builders(&self) -> &[Value] {
        &self.builders
    }

    pub fn builds(&self) -> impl DoubleEndedIterator<Item = &Build> {
        self.builds.values()
    }

    pub fn build(&self, id: i64) -> Option<&Build> {
        self.builds.get(&id)
    }

    pub fn workers(&self) -> Vec<Value> {
        vec![worker(i64::try_from(self.builders.len()).unwrap_or(0))]
    }

    pub fn masters(&self) -> Vec<Value> {
        vec![master(self.now())]
    }

    /// What `/config` tells.
    pub fn config(&self) -> Value {
        let url = format!("http://{}/", self.address);
        json!({
            "auth": {"name": "NoAuth"}, "authz": {}, "avatar_methods": [], "buildbotURL": url, "multiMaster": false,
            "plugins": {}, "title": self.title, "titleURL": url, "user": {"anonymous": true},
            "versions": [["Python", "3.11.7"], ["Buildbot", "4.3.0"], ["Twisted", "26.10.0"]],
        })
    }
}

/// Whether a path with `*` for any one part means this key.
fn fits(path: &str, key: &str) -> bool {
    let (mut path, mut key) = (path.split('/'), key.split('/'));
    loop {
        match (path.next(), key.next()) {
            (None, None) => return true,
            (Some("*"), Some(_)) => {}
            (Some(wanted), Some(part)) if wanted == part => {}
            _ => return false,
        }
    }
}

fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970");
    i64::try_from(since.as_secs()).expect("a date")
}
