//! From the filled dictionary to the configuration, with everything that only the whole can tell: names that are
//! used twice or are not there, builders that nobody builds.

mod builders;
mod changes;
mod filter;
mod force;
mod ports;
mod properties;
mod render;
mod schedulers;
mod sources;
mod steps;
mod transfers;
mod tries;
mod workers;

use crate::arg::Arg;
use crate::evaluation::Run;
use crate::made::Made;
use crate::names;
use crate::registry::{Served, UNKNOWN};
use crate::text::{Kind, tokens};
use model::config::{Collapse, Location, MasterConfig};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Keys of the dictionary that Buildbot has and this version does nothing with.
const NOT_YET: &[&str] = &[
    "buildCacheSize",
    "caches",
    "changeCacheSize",
    "codebaseGenerator",
    "configurators",
    "db",
    "db_url",
    "logCompressionLimit",
    "logCompressionMethod",
    "logEncoding",
    "logMaxSize",
    "logMaxTailSize",
    "machines",
    "manhole",
    "metrics",
    "mq",
    "multiMaster",
    "prioritizeBuilders",
    "revlink",
    "secretsProviders",
    "select_next_worker",
    "user_managers",
    "validation",
    "www",
];

/// Keys that are served, or that ask for nothing.
const SERVED: &[&str] = &[
    "workers",
    "protocols",
    "change_source",
    "schedulers",
    "builders",
    "projects",
    "services",
    "title",
    "titleURL",
    "buildbotURL",
    "properties",
    "collapseRequests",
    "changeHorizon",
    "buildbotNetUsageData",
    "codebases",
];

/// Where the keys of the dictionary stand in the main file.
pub(crate) struct Keys {
    file: String,
    places: BTreeMap<String, Location>,
}

impl Keys {
    /// Finds `…['key']` and `{'key': …` in the text; the first one counts.
    pub(crate) fn of(file: &str, source: &str) -> Keys {
        let lines = crate::text::Lines::new(file, source);
        let mut places = BTreeMap::new();
        for group in tokens(source).windows(3) {
            let [before, key, after] = group else { continue };
            let indexed = before.is("[") && after.is("]");
            let member = (before.is("{") || before.is(",")) && after.is(":");
            if key.kind == Kind::Text && (indexed || member) {
                let name = key.text.trim_matches(['"', '\'']).to_owned();
                places.entry(name).or_insert_with(|| lines.place(source, key.at));
            }
        }
        Keys {
            file: file.to_owned(),
            places,
        }
    }

    fn place(&self, key: &str) -> Location {
        self.places.get(key).cloned().unwrap_or_else(|| Location {
            file: self.file.clone(),
            ..Location::default()
        })
    }
}

/// The configuration of the dictionary's members. Errors are added to the run; the value is then incomplete.
pub(crate) fn assemble(members: Vec<(Arg, Arg)>, run: &Run, keys: &Keys) -> MasterConfig {
    let mut dictionary = BTreeMap::new();
    for (key, value) in members {
        match key {
            Arg::Text(key) => {
                check_key(&key, run, keys);
                dictionary.insert(key, value);
            }
            other => run.error(
                &keys.place(""),
                format!("BuildmasterConfig has the key {}, which is no text", other.described()),
                "keys are texts like \"builders\"",
            ),
        }
    }
    let whole = Whole { run, keys, dictionary };
    let workers = whole.made("workers", "worker");
    let builders = whole.made("builders", "util");
    let scheduled = whole.made("schedulers", "schedulers");
    let sources = whole.made("change_source", "changes");
    let projects = whole.made("projects", "util");
    let known = Known {
        workers: names_of(&workers),
        builders: names_of(&builders),
        projects: names_of(&projects),
        all_schedulers_served: scheduled.iter().all(|made| made.spec.served == Served::Yes),
    };
    for (what, made) in [
        ("worker", &workers),
        ("builder", &builders),
        ("scheduler", &scheduled),
        ("project", &projects),
    ] {
        told_twice(run, what, made);
    }
    let config = MasterConfig {
        title: whole.text("title"),
        title_url: whole.text("titleURL"),
        buildbot_url: whole.text("buildbotURL"),
        workers: served(&workers).map(|made| workers::worker(made, run)).collect(),
        worker_ports: ports::ports(whole.dictionary.get("protocols"), &keys.place("protocols"), run),
        builders: served(&builders)
            .filter(|made| made.spec.name == "BuilderConfig")
            .map(|made| builders::builder(made, &known, run))
            .collect(),
        schedulers: served(&scheduled)
            .map(|made| schedulers::scheduler(made, &known, run))
            .collect(),
        change_sources: served(&sources).map(|made| changes::change_source(made, run)).collect(),
        projects: served(&projects).map(|made| builders::project(made)).collect(),
        properties: whole.properties(),
        collapse: whole.collapse(),
        change_horizon: whole.change_horizon(),
    };
    builders::tell_unbuilt(&config, &known, run);
    ports::tell_unreachable(&config, run);
    tries::tell_ambiguous(&config, run);
    config
}

fn check_key(key: &str, run: &Run, keys: &Keys) {
    if SERVED.contains(&key) {
        return;
    }
    let place = keys.place(key);
    if NOT_YET.contains(&key) {
        let fix = match key {
            "db" | "db_url" => "remove it; the history is kept in a database of its own, and no other is ever opened",
            "www" => "remove it; pages are served by outpost run",
            "secretsProviders" => "remove it; secret(\"name\") comes from the keychain of this machine",
            _ => "remove it, or leave it for a version that serves it",
        };
        run.warning(&place, format!("c['{key}'] is not served yet and does nothing"), fix);
        return;
    }
    let all = SERVED.iter().chain(NOT_YET).copied();
    let fix = match names::nearest(key, all) {
        Some(near) => format!("did you mean '{near}'?"),
        None => format!("there are {}", SERVED.join(", ")),
    };
    run.error(&place, format!("BuildmasterConfig has no key '{key}'"), fix);
}

fn served(list: &[Arc<Made>]) -> impl Iterator<Item = &Arc<Made>> {
    list.iter()
        .filter(|made| made.spec.served == Served::Yes && !std::ptr::eq(made.spec, &UNKNOWN))
}

fn names_of(list: &[Arc<Made>]) -> BTreeMap<String, Location> {
    list.iter()
        .filter_map(|made| Some((made.text("name")?.to_owned(), made.location.clone())))
        .collect()
}

fn told_twice(run: &Run, what: &str, list: &[Arc<Made>]) {
    let mut first: BTreeMap<&str, &Location> = BTreeMap::new();
    for made in list {
        let Some(name) = made.text("name") else { continue };
        match first.get(name) {
            Some(place) => run.error(
                &made.location,
                format!("the {what} '{name}' is already at {}:{}", place.file, place.line),
                "give one of them another name",
            ),
            None => {
                first.insert(name, &made.location);
            }
        }
    }
}

/// Names that parts of a configuration use to speak of one another.
pub(super) struct Known {
    workers: BTreeMap<String, Location>,
    builders: BTreeMap<String, Location>,
    projects: BTreeMap<String, Location>,
    all_schedulers_served: bool,
}

/// Tells that `name` is not among `known`, with the place of what may have been meant.
fn not_there(run: &Run, place: &Location, user: &str, what: &str, name: &str, known: &BTreeMap<String, Location>) {
    let fix = match names::nearest(name, known.keys().map(String::as_str)).and_then(|near| known.get_key_value(near)) {
        Some((near, at)) => format!("did you mean '{near}' of {}:{}?", at.file, at.line),
        None if known.is_empty() => format!("there is no {what} at all; add one to c['{what}s']"),
        None => format!(
            "there are {}",
            known
                .iter()
                .map(|(name, at)| format!("'{name}' ({}:{})", at.file, at.line))
                .take(10)
                .collect::<Vec<_>>()
                .join(", ")
        ),
    };
    run.error(
        place,
        format!("{user} names the {what} '{name}', which is not there"),
        fix,
    );
}

/// The dictionary with what is needed to speak about it.
struct Whole<'r> {
    run: &'r Run,
    keys: &'r Keys,
    dictionary: BTreeMap<String, Arg>,
}

impl Whole<'_> {
    fn wrong(&self, key: &str, found: &Arg, expected: &str) {
        self.run.error(
            &self.keys.place(key),
            format!("c['{key}'] cannot be {}", found.described()),
            format!("give {expected}"),
        );
    }

    fn text(&self, key: &str) -> String {
        match self.dictionary.get(key) {
            None | Some(Arg::None) => String::new(),
            Some(Arg::Text(text)) => text.clone(),
            Some(other) => {
                self.wrong(key, other, "a text");
                String::new()
            }
        }
    }

    /// The objects of a list; one object stands for a list of it.
    fn made(&self, key: &str, namespace: &str) -> Vec<Arc<Made>> {
        let one;
        let items = match self.dictionary.get(key) {
            None | Some(Arg::None) => return Vec::new(),
            Some(Arg::List(items)) => items,
            Some(single @ Arg::Made(_)) if key == "change_source" => {
                one = vec![single.clone()];
                &one
            }
            Some(other) => {
                self.wrong(key, other, "a list");
                return Vec::new();
            }
        };
        let mut list = Vec::new();
        for item in items {
            match item {
                Arg::Made(made) if made.spec.namespace == namespace && fits(key, made) => list.push(made.clone()),
                // Told where it was made.
                Arg::Made(made) if std::ptr::eq(made.spec, &UNKNOWN) => {}
                other => self.wrong(key, other, &format!("a list of {}", expected(key))),
            }
        }
        list
    }

    fn properties(&self) -> model::Properties {
        match self.dictionary.get("properties") {
            None => model::Properties::default(),
            Some(arg) => properties::properties(arg, "global", &self.keys.place("properties"), "c", self.run),
        }
    }

    fn collapse(&self) -> Collapse {
        match self.dictionary.get("collapseRequests") {
            None | Some(Arg::None | Arg::Bool(true)) => Collapse::Compatible,
            Some(Arg::Bool(false)) => Collapse::Never,
            Some(Arg::Function(function)) => Collapse::Asked(function.clone()),
            Some(other) => {
                self.wrong("collapseRequests", other, "True, False or a function of two requests");
                Collapse::Compatible
            }
        }
    }

    fn change_horizon(&self) -> Option<u64> {
        match self.dictionary.get("changeHorizon") {
            None | Some(Arg::None) => None,
            Some(Arg::Int(number)) if *number >= 0 => Some(*number as u64),
            Some(other) => {
                self.wrong("changeHorizon", other, "a number of changes to keep, or None");
                None
            }
        }
    }
}

fn fits(key: &str, made: &Made) -> bool {
    match key {
        "builders" => made.spec.name == "BuilderConfig",
        "projects" => made.spec.name == "Project",
        _ => true,
    }
}

fn expected(key: &str) -> &'static str {
    match key {
        "workers" => "worker.LocalWorker(…) or worker.Worker(…)",
        "builders" => "util.BuilderConfig(…)",
        "schedulers" => "schedulers.SingleBranchScheduler(…) and its like",
        "projects" => "util.Project(…)",
        _ => "changes.GitPoller(…) and its like",
    }
}
