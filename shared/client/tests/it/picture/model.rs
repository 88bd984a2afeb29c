//! A master that is made up: what it has, and what it tells while that changes.

use super::rows;
use super::steps::Steps;
use client::picture::{Picture, Snapshot};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

pub const BUILDERS: i64 = 3;

/// What happens on it.
#[derive(Clone, Debug)]
pub enum Act {
    /// A request for a builder.
    Ask(i64),
    /// A request for each builder, of one set.
    AskAll,
    /// The oldest request that waits is built, or none.
    Start,
    /// A build does something else: one of those that run.
    Work(usize),
    /// The step of a build ends, or its next one begins.
    Step(usize),
    /// The step of a build prints something.
    Print(usize),
    /// A build is over.
    End(usize, i64),
    /// A build is to be repeated: its request waits again.
    Retry(usize),
    /// A request is cancelled.
    Cancel(usize),
    /// A worker comes or goes.
    Worker(i64),
}

/// An event: what it is about, its key and its body.
#[derive(Clone, Debug)]
pub struct Told {
    pub about: String,
    pub key: String,
    pub body: Value,
}

#[derive(Clone, Debug, Default)]
pub struct Master {
    builds: BTreeMap<i64, Value>,
    requests: BTreeMap<i64, Value>,
    sets: BTreeMap<i64, Value>,
    workers: BTreeMap<i64, bool>,
    pub steps: Steps,
    clock: i64,
}

impl Master {
    /// Does it; what is told of it.
    pub fn act(&mut self, act: &Act) -> Vec<Told> {
        self.clock += 1;
        match act {
            Act::Ask(builder) => {
                let set = self.sets.len() as i64 + 1;
                self.add_set(set, &[*builder])
            }
            Act::AskAll => {
                let set = self.sets.len() as i64 + 1;
                self.add_set(set, &(1..=BUILDERS).collect::<Vec<_>>())
            }
            Act::Start => self.start(),
            Act::Work(which) => match self.running(*which) {
                Some(id) => {
                    self.set(id, "state_string", json!(format!("step {}", self.clock)));
                    vec![self.build(id, "update")]
                }
                None => vec![],
            },
            Act::Step(which) => self.running(*which).map_or(vec![], |id| self.steps.go_on(id)),
            Act::Print(which) => self.running(*which).map_or(vec![], |id| self.steps.print(id)),
            Act::End(which, results) => self.end(*which, *results),
            Act::Retry(which) => self.retry(*which),
            Act::Cancel(which) => self.cancel(*which),
            Act::Worker(id) => {
                let here = self.workers.entry(*id).or_default();
                *here = !*here;
                let verb = if *here { "connected" } else { "disconnected" };
                let body = worker(*id, *here);
                vec![told(format!("worker {id}"), format!("workers/{id}/{verb}"), body)]
            }
        }
    }

    fn add_set(&mut self, set: i64, builders: &[i64]) -> Vec<Told> {
        let row = json!({"bsid": set, "reason": format!("reason {set}"), "complete": false, "results": null,
            "rebuilt_buildid": null, "sourcestamps": []});
        self.sets.insert(set, row);
        let mut told = vec![self.set_row(set, "new")];
        for builder in builders {
            let id = self.requests.len() as i64 + 1;
            let row = json!({"buildrequestid": id, "buildsetid": set, "builderid": builder, "priority": 0,
                "claimed": false, "complete": false, "results": -1, "submitted_at": self.clock});
            self.requests.insert(id, row);
            told.push(self.request(id, "new"));
        }
        told
    }

    /// Its set is over with its last request.
    fn set_over(&mut self, request: i64) -> Option<Told> {
        let set = self.set_of(request);
        let mut of_it = self.requests.values().filter(|row| row["buildsetid"] == set);
        let over = of_it.all(|row| row["complete"] == true);
        over.then(|| {
            self.sets.get_mut(&set).expect("it")["complete"] = json!(true);
            self.set_row(set, "complete")
        })
    }

    /// The set of a request.
    pub fn set_of(&self, request: i64) -> i64 {
        self.requests[&request]["buildsetid"].as_i64().expect("a set")
    }

    /// The sets that are under way.
    pub fn sets_under_way(&self) -> BTreeSet<i64> {
        let under_way = self.sets.iter().filter(|(_, set)| set["complete"] == false);
        under_way.map(|(id, _)| *id).collect()
    }

    fn set_row(&self, id: i64, verb: &str) -> Told {
        told(
            format!("set {id}"),
            format!("buildsets/{id}/{verb}"),
            self.sets[&id].clone(),
        )
    }

    fn start(&mut self) -> Vec<Told> {
        let waits = |row: &&Value| row["claimed"] == false && row["complete"] == false;
        let Some(row) = self.requests.values().find(waits) else {
            return vec![];
        };
        let (request, builder) = (row["buildrequestid"].as_i64().expect("an id"), row["builderid"].clone());
        self.requests.get_mut(&request).expect("it")["claimed"] = json!(true);
        let number = self
            .builds
            .values()
            .filter(|build| build["builderid"] == builder)
            .count()
            + 1;
        let id = self.builds.len() as i64 + 1;
        let row = json!({"buildid": id, "number": number, "builderid": builder, "buildrequestid": request,
            "workerid": 1, "masterid": 1, "started_at": self.clock, "complete": false, "complete_at": null,
            "results": null, "state_string": "starting", "properties": {}});
        self.builds.insert(id, row);
        vec![
            self.request(request, "claimed"),
            self.build(id, "update"),
            self.build(id, "new"),
        ]
    }

    fn end(&mut self, which: usize, results: i64) -> Vec<Told> {
        let Some((id, request)) = self.over(which, results) else {
            return vec![];
        };
        let mut told = self.steps.end(id);
        let row = self.requests.get_mut(&request).expect("it");
        row["complete"] = json!(true);
        row["results"] = json!(results);
        told.extend([self.build(id, "finished"), self.request(request, "complete")]);
        told.extend(self.set_over(request));
        told
    }

    fn retry(&mut self, which: usize) -> Vec<Told> {
        let Some((id, request)) = self.over(which, 5) else {
            return vec![];
        };
        self.requests.get_mut(&request).expect("it")["claimed"] = json!(false);
        let mut told = self.steps.end(id);
        told.extend([self.build(id, "finished"), self.request(request, "unclaimed")]);
        told
    }

    fn over(&mut self, which: usize, results: i64) -> Option<(i64, i64)> {
        let id = self.running(which)?;
        let clock = self.clock;
        self.set(id, "complete", json!(true));
        self.set(id, "complete_at", json!(clock));
        self.set(id, "results", json!(results));
        Some((id, self.builds[&id]["buildrequestid"].as_i64()?))
    }

    fn cancel(&mut self, which: usize) -> Vec<Told> {
        let waits = self
            .requests
            .values()
            .filter(|row| row["claimed"] == false && row["complete"] == false);
        let waits: Vec<i64> = waits.filter_map(|row| row["buildrequestid"].as_i64()).collect();
        let Some(id) = waits.get(which % waits.len().max(1)).copied() else {
            return vec![];
        };
        let row = self.requests.get_mut(&id).expect("it");
        (row["claimed"], row["complete"], row["results"]) = (json!(true), json!(true), json!(6));
        let null = told(
            format!("request {id}"),
            format!("buildrequests/{id}/cancel"),
            Value::Null,
        );
        let mut told = vec![self.request(id, "complete")];
        told.extend(self.set_over(id));
        told.push(null);
        told
    }

    fn running(&self, which: usize) -> Option<i64> {
        let running = self.builds.iter().filter(|(_, build)| build["complete"] == false);
        let running: Vec<i64> = running.map(|(id, _)| *id).collect();
        running.get(which % running.len().max(1)).copied()
    }

    fn set(&mut self, build: i64, name: &str, value: Value) {
        self.builds.get_mut(&build).expect("a build")[name] = value;
    }

    fn build(&self, id: i64, verb: &str) -> Told {
        told(
            format!("build {id}"),
            format!("builds/{id}/{verb}"),
            self.builds[&id].clone(),
        )
    }

    fn request(&self, id: i64, verb: &str) -> Told {
        told(
            format!("request {id}"),
            format!("buildrequests/{id}/{verb}"),
            self.requests[&id].clone(),
        )
    }

    fn of(&self, complete: bool) -> Value {
        self.builds
            .values()
            .filter(|build| build["complete"] == complete)
            .cloned()
            .collect()
    }

    /// What runs, as it answers now.
    pub fn read_running(&self, snapshot: &mut Snapshot) {
        snapshot.running = rows(&self.of(false));
    }

    /// The rest, as it answers now.
    pub fn read_others(&self, snapshot: &mut Snapshot) {
        snapshot.builders = rows(&(1..=BUILDERS).map(builder).collect());
        snapshot.finished = rows(&self.of(true));
        snapshot.requests = rows(&self.waiting());
        snapshot.claimed = rows(&self.claimed());
        snapshot.build_sets = rows(&self.unfinished_sets());
        snapshot.workers = rows(&self.workers.iter().map(|(id, here)| worker(*id, *here)).collect());
    }

    /// Everything, as it answers when nothing happens meanwhile.
    pub fn read(&self) -> Snapshot {
        let mut snapshot = Snapshot::default();
        self.read_running(&mut snapshot);
        self.read_others(&mut snapshot);
        snapshot
    }

    pub fn builds_over(&self) -> Vec<i64> {
        let over = self.builds.iter().filter(|(_, build)| build["complete"] == true);
        over.map(|(id, _)| *id).collect()
    }

    pub fn last_build(&self) -> i64 {
        self.builds.len() as i64
    }
}

fn worker(id: i64, here: bool) -> Value {
    let connected = if here { json!([{"masterid": 1}]) } else { json!([]) };
    json!({"workerid": id, "name": format!("w{id}"), "connected_to": connected,
        "configured_on": [{"masterid": 1, "builderid": 1}], "paused": false, "graceful": false, "workerinfo": {}})
}

/// An event.
pub fn told(about: String, key: String, body: Value) -> Told {
    Told { about, key, body }
}

/// What a picture shows, in a form that can be compared.
pub fn shown(picture: &Picture) -> Value {
    let builds = |builder: &client::picture::Builder| builder.finished().map(|build| build.build.0).collect::<Vec<_>>();
    json!({
        "running": picture.running().map(|build| (build.build.0, build.state.to_string())).collect::<Vec<_>>(),
        "finished": picture.builders().map(|builder| (builder.id.0, builds(builder))).collect::<Vec<_>>(),
        "requests": picture.requests().map(|request| request.id.0).collect::<Vec<_>>(),
        "sets": picture.build_sets().map(|set| (set.id.0, set.reason.to_string())).collect::<Vec<_>>(),
        "set of each": picture.running().map(|build| build.request.and_then(|request| picture.set_of(request)).map(|set| set.0)).collect::<Vec<_>>(),
        "workers": picture.workers().map(|worker| (worker.id.0, worker.connected_to.len())).collect::<Vec<_>>(),
    })
}

/// What the same master answers over REST.
impl Master {
    /// Its builds by a query, the newest first.
    pub fn builds(&self, query: &str) -> Vec<Value> {
        let mut wanted: Vec<(&str, i64)> = Vec::new();
        let mut limit = usize::MAX;
        for (name, value) in query.split('&').filter_map(|pair| pair.split_once('=')) {
            match (name, value) {
                ("complete", _) => wanted.push(("complete", i64::from(value == "true"))),
                ("limit", _) => limit = value.parse().expect("a limit"),
                ("buildid" | "buildid__lt" | "buildid__gt" | "builderid", _) => {
                    wanted.push((name, value.parse().expect("an id")));
                }
                _ => {}
            }
        }
        let ids: Vec<i64> = wanted
            .iter()
            .filter(|(name, _)| *name == "buildid")
            .map(|(_, id)| *id)
            .collect();
        let fits = |row: &&Value| {
            wanted.iter().all(|(name, value)| match *name {
                "complete" => row["complete"] == (*value == 1),
                "buildid__lt" => row["buildid"].as_i64() < Some(*value),
                "buildid__gt" => row["buildid"].as_i64() > Some(*value),
                "builderid" => row["builderid"] == *value,
                _ => row["buildid"].as_i64().is_some_and(|id| ids.contains(&id)),
            })
        };
        self.builds.values().rev().filter(fits).take(limit).cloned().collect()
    }

    /// All rows of another collection, in an envelope.
    pub fn rows_of(&self, plural: &str, query: &str) -> Value {
        let rows: Value = match plural {
            "builders" => (1..=BUILDERS).map(builder).collect(),
            "workers" => self.workers.iter().map(|(id, here)| worker(*id, *here)).collect(),
            "buildsets" => self.unfinished_sets(),
            _ if query.contains("claimed=true") => self.claimed(),
            _ => self.waiting(),
        };
        json!({plural: rows, "meta": {}})
    }

    fn unfinished_sets(&self) -> Value {
        let unfinished = self.sets.values().filter(|set| set["complete"] == false);
        unfinished.cloned().collect()
    }

    fn claimed(&self) -> Value {
        let built = |row: &&Value| row["claimed"] == true && row["complete"] == false;
        self.requests.values().filter(built).cloned().collect()
    }

    fn waiting(&self) -> Value {
        let waits = |row: &&Value| row["claimed"] == false && row["complete"] == false;
        self.requests.values().filter(waits).cloned().collect()
    }
}

fn builder(id: i64) -> Value {
    json!({"builderid": id, "name": format!("b{id}"), "masterids": [1], "tags": []})
}
