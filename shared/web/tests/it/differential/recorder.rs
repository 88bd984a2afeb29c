//! The client: reads, orders, and all events in order.

use super::normal::{self, Ids};
use super::scenario::Peer;
use crate::socket::Ear;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::Duration;

/// Nothing in the scenario takes longer.
const PATIENCE: Duration = Duration::from_secs(60);

/// What one phase of the scenario showed.
#[derive(Debug, Default)]
pub struct Phase {
    pub name: String,
    /// Keys and bodies, in order, made alike.
    pub events: Vec<(String, Value)>,
    /// Status and body of each question, made alike.
    pub answers: BTreeMap<String, (u16, Value)>,
}

pub struct Recorder<'a, P: Peer> {
    peer: &'a P,
    client: reqwest::Client,
    ear: Ear,
    ids: Ids,
    phase: Phase,
    done: Vec<Phase>,
}

impl<'a, P: Peer> Recorder<'a, P> {
    /// Listens to everything from now on.
    pub async fn new(peer: &'a P) -> Self {
        let address = peer
            .base()
            .strip_prefix("http://")
            .expect("an address")
            .parse()
            .expect("an address");
        let mut ear = Ear::new(address).await;
        // By the shortest key of each event; the others are aliases with the same body.
        for path in [
            "changes/*/*",
            "buildsets/*/*",
            "buildrequests/*/*",
            "builds/*/*",
            "builds/*/properties/update",
            "builds/*/steps/*/*",
            "logs/*/*",
            "builders/*/*",
            "workers/*/*",
            "masters/*/*",
            "schedulers/*/*",
            "control/*/*/*",
        ] {
            ear.start(path).await;
        }
        Recorder {
            peer,
            client: crate::asking::builder().build().expect("a client"),
            ear,
            ids: Ids::of(peer.base()).await,
            phase: Phase::default(),
            done: Vec::new(),
        }
    }

    /// Begins a phase; the last one ends.
    pub fn phase(&mut self, name: &str) {
        let next = Phase {
            name: name.to_owned(),
            ..Phase::default()
        };
        let last = std::mem::replace(&mut self.phase, next);
        if !last.name.is_empty() {
            self.done.push(last);
        }
    }

    pub fn finish(mut self) -> Vec<Phase> {
        self.phase("");
        self.done
    }

    /// Records events until one has this last key element and a body that fits; gives its body.
    pub async fn until(&mut self, key: &str, fits: impl Fn(&Value) -> bool) -> Value {
        let pattern = wire::events::Pattern::new(key);
        loop {
            let frame = tokio::time::timeout(PATIENCE, self.ear.frame()).await;
            let frame =
                frame.unwrap_or_else(|_| panic!("no {key} in phase {}: {:#?}", self.phase.name, self.phase.events));
            let (key, body) = self.told(&frame);
            if pattern.matches(&key) && fits(&body) {
                return body;
            }
        }
    }

    /// As [`Recorder::until`], if this phase has no such event yet.
    pub async fn seen_or_until(&mut self, key: &str, fits: impl Fn(&Value) -> bool) {
        let pattern = wire::events::Pattern::new(key);
        if !self
            .phase
            .events
            .iter()
            .any(|(key, body)| pattern.matches(key) && fits(body))
        {
            self.until(key, fits).await;
        }
    }

    /// Records what is on its way: events come in order, so that what was told before is here before the pong.
    pub async fn settle(&mut self) {
        self.ear.say(json!({"cmd": "ping", "_id": "settle"})).await;
        loop {
            let frame = tokio::time::timeout(PATIENCE, self.ear.frame()).await.expect("a pong");
            if frame["msg"] == "pong" {
                return;
            }
            self.told(&frame);
        }
    }

    /// Notes an event.
    fn told(&mut self, frame: &Value) -> (String, Value) {
        let key = frame["k"].as_str().expect("an event").to_owned();
        let event = (normal::key(&self.ids, &key), normal::body(&self.ids, &frame["m"]));
        self.phase.events.push(event);
        (key, frame["m"].clone())
    }

    /// The id of a builder.
    pub fn builder(&self, name: &str) -> i64 {
        self.ids.builder(name)
    }

    /// Asks and records the answer. In the path, `{NAME}` stands for the id of the builder or scheduler of that name.
    pub async fn read(&mut self, path: &str) -> Value {
        let url = format!("{}/api/v2/{}", self.peer.base(), self.ids.filled_in(path));
        let url = url.trim_end_matches('/').to_owned();
        let answer = self
            .client
            .get(url)
            .header("accept", "application/json")
            .send()
            .await
            .expect("an answer");
        let (status, body) = crate::farm::body(answer).await;
        self.phase
            .answers
            .insert(format!("GET {path}"), (status, normal::body(&self.ids, &body)));
        body
    }

    /// Orders and records the answer.
    pub async fn order(&mut self, path: &str, method: &str, params: Value) -> Value {
        let call = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params});
        let (status, body) = self.send(path, &call.to_string()).await;
        let name = format!("POST {path} {method} {}", normal::body(&self.ids, &params));
        self.phase
            .answers
            .insert(name, (status, normal::body(&self.ids, &body)));
        body
    }

    /// Posts any text and records the answer.
    pub async fn post(&mut self, path: &str, text: &str) {
        let (status, body) = self.send(path, text).await;
        let name = format!("POST {path} {text}");
        self.phase
            .answers
            .insert(name, (status, normal::body(&self.ids, &body)));
    }

    async fn send(&self, path: &str, text: &str) -> (u16, Value) {
        let url = format!("{}/api/v2/{}", self.peer.base(), self.ids.filled_in(path));
        let request = self
            .client
            .post(url)
            .header("content-type", "application/json")
            .body(text.to_owned());
        crate::farm::body(request.send().await.expect("an answer")).await
    }
}
