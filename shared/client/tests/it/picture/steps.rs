//! The steps and logs of the made-up master's builds.

use super::model::{Told, told};
use super::rows;
use client::picture::{Event, Picture};
use client::rest::{Log, Step};
use model::{BuildId, LogId};
use serde_json::{Value, json};
use std::collections::BTreeMap;

#[derive(Clone, Debug, Default)]
pub struct Steps {
    steps: BTreeMap<i64, Value>,
    /// Each step's only log; it has the step's id.
    logs: BTreeMap<i64, Value>,
}

impl Steps {
    /// The step that is under way ends, or the next one begins.
    pub fn go_on(&mut self, build: i64) -> Vec<Told> {
        if self.open(build).is_some() {
            return self.end(build);
        }
        let id = self.steps.len() as i64 + 1;
        let number = self.steps.values().filter(|step| step["buildid"] == build).count();
        self.steps.insert(
            id,
            json!({"stepid": id, "number": number, "name": format!("s{number}"), "buildid": build, "started_at": 1,
                "complete": false, "results": null, "state_string": "begins"}),
        );
        self.logs.insert(
            id,
            json!({"logid": id, "stepid": id, "name": "stdio", "slug": "stdio", "type": "s", "num_lines": 0,
                "complete": false}),
        );
        vec![self.step(id, "new"), self.log(id, "new")]
    }

    /// The step that is under way prints something and says what it does.
    pub fn print(&mut self, build: i64) -> Vec<Told> {
        let Some(id) = self.open(build) else { return vec![] };
        let lines = self.logs[&id]["num_lines"].as_i64().expect("a number") + 3;
        self.logs.get_mut(&id).expect("it")["num_lines"] = json!(lines);
        self.steps.get_mut(&id).expect("it")["state_string"] = json!(format!("{lines} lines"));
        vec![self.log(id, "append"), self.step(id, "updated")]
    }

    /// The step that is under way ends.
    pub fn end(&mut self, build: i64) -> Vec<Told> {
        let Some(id) = self.open(build) else { return vec![] };
        self.logs.get_mut(&id).expect("it")["complete"] = json!(true);
        let step = self.steps.get_mut(&id).expect("it");
        (step["complete"], step["results"]) = (json!(true), json!(0));
        vec![self.log(id, "finished"), self.step(id, "finished")]
    }

    fn open(&self, build: i64) -> Option<i64> {
        let is_open = |step: &Value| step["buildid"] == build && step["complete"] == false;
        let open = self.steps.iter().find(|(_, step)| is_open(step));
        open.map(|(id, _)| *id)
    }

    fn step(&self, id: i64, verb: &str) -> Told {
        let build = &self.steps[&id]["buildid"];
        let key = format!("builds/{build}/steps/{id}/{verb}");
        told(format!("steps of {build}"), key, self.steps[&id].clone())
    }

    fn log(&self, id: i64, verb: &str) -> Told {
        let build = &self.steps[&id]["buildid"];
        let key = format!("steps/{id}/logs/stdio/{verb}");
        told(format!("steps of {build}"), key, self.logs[&id].clone())
    }

    /// What is read of builds that somebody watches: all steps, and the logs of those that are under way.
    pub fn read(&self) -> Vec<Event> {
        let steps: Vec<Step> = rows(&self.steps.values().cloned().collect());
        let open = steps.iter().filter(|step| !step.complete).map(|step| step.id.0);
        let logs: Vec<Log> = rows(&open.map(|id| self.logs[&id].clone()).collect());
        let steps = steps.into_iter().map(|step| Event::Step(Box::new(step)));
        steps
            .chain(logs.into_iter().map(|log| Event::Log(Box::new(log))))
            .collect()
    }

    /// What is known of a watched build is what it has: its steps, and the logs of those under way. Of a log that ended
    /// while nobody listened, no more is known than was told.
    pub fn are_known(&self, picture: &Picture, build: i64) {
        let watched = picture.watched(BuildId(build)).expect("somebody watches it");
        let own = |step: &&Value| step["buildid"] == build;
        let steps: Vec<Step> = rows(&self.steps.values().filter(own).cloned().collect());
        assert_eq!(watched.steps.values().cloned().collect::<Vec<_>>(), steps);
        for step in steps {
            let [log] = &rows::<Log>(&json!([self.logs[&step.id.0]]))[..] else {
                panic!("one log");
            };
            let known = watched.logs.get(&LogId(step.id.0));
            if !step.complete {
                assert_eq!(known, Some(log));
            }
            let fits = |known: &Log| known.num_lines <= log.num_lines && (log.complete || !known.complete);
            assert!(known.is_none_or(fits), "{known:?} is more than {log:?}");
        }
    }
}
