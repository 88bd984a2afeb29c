//! Makes recordings alike in what must differ: times, paths, names of masters, and ids that are given in no order.

use serde_json::{Map, Value};

/// Builders and schedulers: they get their ids in an order of their own on every start of a Buildbot. In recordings
/// they have the ids that their places here say.
const BUILDERS: [&str; 4] = ["green", "red", "flaky", "slow"];
const SCHEDULERS: [&str; 2] = ["force", "main"];

/// The ids that they really have.
pub struct Ids {
    builders: Vec<i64>,
    schedulers: Vec<i64>,
}

impl Ids {
    /// Asks the master at `base`.
    pub async fn of(base: &str) -> Ids {
        Ids {
            builders: ids(base, "builders", "builderid", &BUILDERS).await,
            schedulers: ids(base, "schedulers", "schedulerid", &SCHEDULERS).await,
        }
    }

    /// The id of a builder.
    pub fn builder(&self, name: &str) -> i64 {
        let place = BUILDERS
            .iter()
            .position(|known| *known == name)
            .expect("a builder of the scenario");
        self.builders[place]
    }

    /// `path` with ids for `{NAME}`.
    pub fn filled_in(&self, path: &str) -> String {
        let names = BUILDERS
            .iter()
            .zip(&self.builders)
            .chain(SCHEDULERS.iter().zip(&self.schedulers));
        names.fold(path.to_owned(), |path, (name, id)| {
            path.replace(&format!("{{{name}}}"), &id.to_string())
        })
    }
}

async fn ids(base: &str, collection: &str, id: &str, names: &[&str]) -> Vec<i64> {
    let url = format!("{base}/api/v2/{collection}");
    let text = reqwest::get(url)
        .await
        .expect("an answer")
        .text()
        .await
        .expect("a body");
    let answer: Value = serde_json::from_str(&text).expect("JSON");
    let rows = answer[collection].as_array().expect("rows");
    let of = |name: &&str| {
        rows.iter()
            .find(|row| row["name"] == **name)
            .and_then(|row| row[id].as_i64())
    };
    names.iter().map(|name| of(name).expect("configured")).collect()
}

/// The place of `id` among `ids`, from 1.
fn place(ids: &[i64], id: i64) -> Value {
    match ids.iter().position(|known| *known == id) {
        Some(place) => (place + 1).into(),
        None => id.into(),
    }
}

/// The key of an event.
pub fn key(ids: &Ids, key: &str) -> String {
    let mut elements: Vec<String> = key.split('/').map(str::to_owned).collect();
    let known = match elements[0].as_str() {
        "builders" => &ids.builders,
        "schedulers" => &ids.schedulers,
        _ => return key.to_owned(),
    };
    if let Some(id) = elements.get(1).and_then(|id| id.parse().ok()) {
        elements[1] = place(known, id).to_string();
    }
    elements.join("/")
}

/// A body.
pub fn body(ids: &Ids, of: &Value) -> Value {
    value(ids, "", of)
}

/// `at` is the name of the member that holds `of`.
fn value(ids: &Ids, at: &str, of: &Value) -> Value {
    match of {
        Value::Number(_) if at.ends_with("_at") || at == "last_active" => "<time>".into(),
        Value::Number(id) if at == "builderid" => place(&ids.builders, id.as_i64().unwrap_or(0)),
        Value::Number(id) if at == "schedulerid" => place(&ids.schedulers, id.as_i64().unwrap_or(0)),
        Value::String(text) => plain(at, text).into(),
        Value::Array(elements) => array(ids, at, elements),
        Value::Object(members) => object(ids, members),
        other => other.clone(),
    }
}

/// Rows whose order nobody asked for are put in order.
fn array(ids: &Ids, at: &str, elements: &[Value]) -> Value {
    let mut elements: Vec<Value> = elements.iter().map(|element| value(ids, at, element)).collect();
    let id = match at {
        "builders" | "configured_on" => "builderid",
        "schedulers" => "schedulerid",
        "_properties" => "name",
        // `[bsid, {"<builderid>": brid}]`
        "result" => {
            if let Some(Value::Object(requests)) = elements.get_mut(1) {
                let placed = requests.iter().map(|(id, request)| {
                    let id = place(&ids.builders, id.parse().unwrap_or(0));
                    (id.to_string(), request.clone())
                });
                *requests = placed.collect();
            }
            return elements.into();
        }
        _ => return elements.into(),
    };
    if elements.iter().all(|row| !row[id].is_null()) {
        elements.sort_by_key(|row| row[id].to_string());
    }
    elements.into()
}

fn object(ids: &Ids, members: &Map<String, Value>) -> Value {
    let mut normal: Map<String, Value> = members
        .iter()
        .map(|(name, member)| (name.clone(), value(ids, name, member)))
        .collect();
    if members.contains_key("masterid") && members.contains_key("active") {
        normal.insert("name".into(), "<master>".into());
    }
    // A row of a property list has its value as JSON text.
    if members.get("name").is_some_and(|name| name == "builderid") && members.contains_key("value") {
        let id = members["value"].as_str().and_then(|id| id.parse().ok()).unwrap_or(0);
        normal.insert("value".into(), place(&ids.builders, id).to_string().into());
    }
    normal.into()
}

fn plain(at: &str, text: &str) -> String {
    match at {
        // Folders of the worker.
        "basedir" | "builddir" if text.starts_with('/') => "<folder>".into(),
        "value" if text.starts_with("\"/") => "<folder>".into(),
        "content" => text.lines().map(|line| log_line(line) + "\n").collect(),
        // Sentences about the server's own program.
        "error" if text.starts_with("not found while getting from endpoint for") => {
            "not found while getting from endpoint for …".into()
        }
        "message" if text.starts_with("JSON parse error: ") => "JSON parse error: …".into(),
        _ => text.to_owned(),
    }
}

/// A line of a log, without the worker's folder and the duration.
fn log_line(line: &str) -> String {
    if let Some((start, rest)) = line.split_once(" in dir /") {
        let end = rest.find(" (timeout").map_or("", |at| &rest[at..]);
        return format!("{start} in dir <folder>{end}");
    }
    if line.starts_with("helapsedTime=") {
        return "helapsedTime=<time>".into();
    }
    line.to_owned()
}
