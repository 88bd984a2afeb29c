//! Rows of REST v2, as Buildbot 4.3 writes them.

use serde_json::{Value, json};
use std::sync::Arc;

/// A build.
#[derive(Clone, Debug)]
pub struct Build {
    pub id: i64,
    pub number: i64,
    pub builder: i64,
    pub started: i64,
    pub ended: Option<i64>,
    pub results: Option<u8>,
    pub words: String,
    pub author: Option<String>,
    /// Lines of its log, if it is red and they are many.
    pub long_log: usize,
    /// What its log says, if that is HTML.
    pub html_log: Arc<str>,
}

impl Build {
    /// As in lists and events; properties are asked for by name.
    pub fn row(&self, properties: &[&str]) -> Value {
        let all = self.properties();
        let wanted = |(name, _): &(&String, &Value)| properties.contains(&name.as_str()) || properties.contains(&"*");
        let given: serde_json::Map<String, Value> = all
            .as_object()
            .into_iter()
            .flatten()
            .filter(wanted)
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        json!({
            "buildid": self.id, "number": self.number, "builderid": self.builder, "buildrequestid": self.id,
            "workerid": 1, "masterid": 1, "started_at": self.started, "complete_at": self.ended,
            "locks_duration_s": 0, "complete": self.ended.is_some(), "state_string": self.words,
            "results": self.results, "properties": given,
        })
    }

    /// Its properties with their sources.
    pub fn properties(&self) -> Value {
        json!({
            "owners": [self.author.iter().collect::<Vec<_>>(), "Build"],
            "workername": ["worker", "Worker"],
            "branch": ["main", "Build"],
            "revision": [self.revision(), "Build"],
            "got_revision": [self.revision(), "Git"],
        })
    }

    /// Its build request; it has the build's id.
    pub fn request(&self) -> Value {
        json!({
            "buildrequestid": self.id, "buildsetid": self.id, "builderid": self.builder, "priority": 0,
            "claimed": true, "claimed_at": self.started, "claimed_by_masterid": 1,
            "complete": self.ended.is_some(), "results": self.results.map_or(-1, i64::from),
            "submitted_at": self.started, "complete_at": self.ended, "waited_for": false, "properties": null,
        })
    }

    /// Its build set; it has the build's id.
    pub fn build_set(&self) -> Value {
        json!({
            "bsid": self.id, "external_idstring": null, "reason": "a change", "parent_buildid": null,
            "parent_relationship": null, "rebuilt_buildid": null, "submitted_at": self.started,
            "complete": self.ended.is_some(), "complete_at": self.ended,
            "results": self.results.map_or(-1, i64::from), "sourcestamps": [self.source_stamp()],
        })
    }

    /// The change that it has, if somebody made one; it has the build's id.
    pub fn change(&self) -> Option<Value> {
        let author = self.author.as_ref()?;
        Some(json!({
            "changeid": self.id, "author": author, "committer": null, "comments": format!("change {}", self.id),
            "branch": "main", "revision": self.revision(), "revlink": "", "when_timestamp": self.started,
            "category": null, "parent_changeids": [], "repository": "", "codebase": "", "project": "",
            "files": ["main.c"], "sourcestamp": self.source_stamp(), "properties": {},
        }))
    }

    /// Its only step; it has the build's id.
    pub fn step(&self) -> Value {
        json!({
            "stepid": self.id, "number": 0, "name": "compile", "buildid": self.id, "started_at": self.started,
            "locks_acquired_at": self.started, "complete": self.ended.is_some(), "complete_at": self.ended,
            "state_string": self.words, "results": self.results, "urls": [], "hidden": false,
        })
    }

    /// The only log of its step; it has the build's id.
    pub fn log(&self) -> Value {
        let kind = if self.html_log.is_empty() { "s" } else { "h" };
        json!({
            "logid": self.id, "name": "stdio", "slug": "stdio", "stepid": self.id,
            "complete": self.ended.is_some(), "num_lines": self.num_lines(), "type": kind,
        })
    }

    fn num_lines(&self) -> usize {
        match self.results {
            _ if !self.html_log.is_empty() => self.html_log.lines().count(),
            Some(2) if self.long_log > 0 => self.long_log,
            Some(2) => 4,
            _ => 2,
        }
    }

    /// What that log says in these lines.
    pub fn lines(&self, first: usize, limit: usize) -> String {
        let end = self.num_lines().min(first.saturating_add(limit));
        (first..end).map(|line| self.line(line) + "\n").collect()
    }

    fn line(&self, line: usize) -> String {
        match line {
            _ if !self.html_log.is_empty() => self.html_log.lines().nth(line).unwrap_or_default().to_owned(),
            _ if self.long_log > 0 && line + 1000 == self.long_log => "emain.c:3: error: broken".to_owned(),
            _ if self.long_log > 0 => format!("o{line:0>199}"),
            0 => "hmake".to_owned(),
            1 => "ocompiling".to_owned(),
            2 => "emain.c:3: error: broken".to_owned(),
            _ => "hexit 2".to_owned(),
        }
    }

    fn source_stamp(&self) -> Value {
        json!({
            "ssid": self.id, "branch": "main", "revision": self.revision(), "project": "", "repository": "",
            "codebase": "", "created_at": self.started, "patch": null,
        })
    }

    fn revision(&self) -> String {
        format!("{:040x}", self.id)
    }
}

/// A builder.
pub fn builder(id: i64, name: &str) -> Value {
    json!({
        "builderid": id, "description": null, "description_format": null, "description_html": null,
        "masterids": [1], "name": name, "projectid": null, "tags": [format!("tag{}", id % 7)],
    })
}

/// The only worker.
pub fn worker(builders: i64) -> Value {
    let on: Vec<Value> = (1..=builders)
        .map(|id| json!({"builderid": id, "masterid": 1}))
        .collect();
    json!({
        "workerid": 1, "name": "worker", "workerinfo": {}, "paused": false, "pause_reason": null,
        "graceful": false, "connected_to": [{"masterid": 1}], "configured_on": on,
    })
}

/// The only master of the database.
pub fn master(now: i64) -> Value {
    json!({"active": true, "last_active": now, "masterid": 1, "name": "made-up:/master"})
}
