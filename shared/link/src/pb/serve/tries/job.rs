//! The arguments of `try`, as clients of all ages send them (`try-and-sendchange` §1.1).

use crate::pb::arguments::Arguments;
use crate::pb::value::{from_jelly, text};
use bytes::Bytes;
use spread::Failure;
use spread::jelly::Value;
use std::collections::BTreeMap;
use wire::try_job::{Json, TryJob, TryPatch};
use wire::worker;

/// Six to nine arguments, by position or name; `parts` is what came of a patch before.
pub(super) fn read(mut arguments: Arguments, parts: Bytes) -> Result<TryJob, Failure> {
    let mut job = TryJob {
        branch: text_or_none(&mut arguments, "branch")?,
        base_revision: text_or_none(&mut arguments, "revision")?,
        patch: patch(&mut arguments, parts)?,
        repository: text_or_none(&mut arguments, "repository")?.unwrap_or_default(),
        project: text_or_none(&mut arguments, "project")?.unwrap_or_default(),
        builders: builders(&mut arguments)?,
        ..TryJob::default()
    };
    match arguments.optional("who") {
        // Clients of Buildbot 0.8.2 knew no `who`, and had the properties here.
        Some(Value::Dict(pairs)) => job.properties = properties(pairs),
        who => job.who = optional_text(&arguments, "who", who)?,
    }
    let comment = arguments.optional("comment");
    job.comment = optional_text(&arguments, "comment", comment)?;
    match arguments.optional("properties") {
        None | Some(Value::None) => {}
        Some(Value::Dict(pairs)) => job.properties = properties(pairs),
        Some(_) => return Err(arguments.wrong("properties", "a dictionary")),
    }
    arguments.end()?;
    Ok(job)
}

fn text_or_none(arguments: &mut Arguments, name: &str) -> Result<Option<String>, Failure> {
    match arguments.needed(name)? {
        Value::None => Ok(None),
        value => text(value).map(Some).map_err(|_| arguments.wrong(name, "text or None")),
    }
}

fn optional_text(arguments: &Arguments, name: &str, value: Option<Value>) -> Result<String, Failure> {
    match value {
        None | Some(Value::None) => Ok(String::new()),
        Some(value) => text(value).map_err(|_| arguments.wrong(name, "text or None")),
    }
}

/// A level and a body; or a level and how long the parts are that came before.
fn patch(arguments: &mut Arguments, parts: Bytes) -> Result<Option<TryPatch>, Failure> {
    let value = arguments.needed("patch")?;
    let wrong = || arguments.wrong("patch", "a level and a diff");
    let (Value::Tuple(both) | Value::List(both)) = value else {
        return Err(wrong());
    };
    let [level, body] = <[Value; 2]>::try_from(both).map_err(|_| wrong())?;
    let level = level
        .int()
        .and_then(|level| u32::try_from(level).ok())
        .ok_or_else(wrong)?;
    if body == Value::None {
        return Ok(None);
    }
    if let Some(length) = body.int() {
        let whole = !parts.is_empty() && i64::try_from(parts.len()) == Ok(length);
        let lost = || arguments.wrong("patch", "a level and the length of the parts that were sent before");
        return whole.then_some(Some(TryPatch { level, body: parts })).ok_or_else(lost);
    }
    let body = body.into_bytes().ok_or_else(wrong)?;
    Ok(Some(TryPatch { level, body }))
}

/// `None` and no names are all builders.
fn builders(arguments: &mut Arguments) -> Result<Vec<String>, Failure> {
    let name = "builderNames";
    let (Value::List(names) | Value::Tuple(names)) = (match arguments.needed(name)? {
        Value::None => return Ok(Vec::new()),
        names => names,
    }) else {
        return Err(arguments.wrong(name, "a list of names"));
    };
    let names = names.into_iter().map(text).collect::<Result<_, _>>();
    names.map_err(|_| arguments.wrong(name, "a list of names"))
}

fn properties(pairs: Vec<(Value, Value)>) -> BTreeMap<String, Json> {
    match json(from_jelly(Value::Dict(pairs))) {
        Json::Object(members) => members.into_iter().collect(),
        _ => BTreeMap::new(),
    }
}

fn json(value: worker::Value) -> Json {
    match value {
        worker::Value::None => Json::Null,
        worker::Value::Bool(truth) => truth.into(),
        worker::Value::Int(number) => number.into(),
        worker::Value::Float(number) => number.into(),
        worker::Value::Text(text) => text.into(),
        worker::Value::Bytes(bytes) => String::from_utf8_lossy(&bytes).into(),
        worker::Value::List(items) | worker::Value::Tuple(items) => items.into_iter().map(json).collect(),
        worker::Value::Dict(pairs) => {
            let members = pairs.into_iter().map(|(key, value)| (key, json(value)));
            Json::Object(members.collect())
        }
    }
}
