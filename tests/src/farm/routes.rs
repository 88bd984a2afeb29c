//! Which rows a path of REST v2 means.

use super::query::Query;
use super::rows::Build;
use super::state::State;
use serde_json::{Value, json};

/// The answer to a GET below `api/v2/`: the status and the body.
pub fn answer(state: &State, path: &str, query: &Query) -> (u16, Value) {
    let parts: Vec<&str> = path.split('/').collect();
    match rows(state, &parts, query) {
        Some((plural, rows)) => {
            let rows = if is_list(&parts) { query.apply(rows) } else { rows };
            if rows.is_empty() && !is_list(&parts) {
                return not_found(path);
            }
            let total = rows.len();
            (200, json!({plural: rows, "meta": {"total": total}}))
        }
        None => not_found(path),
    }
}

fn not_found(path: &str) -> (u16, Value) {
    (404, json!({"error": format!("Invalid path: {path}")}))
}

/// A path with a number at its end means one thing.
fn is_list(parts: &[&str]) -> bool {
    let last = parts.last().copied().unwrap_or_default();
    last.parse::<i64>().is_err() && !matches!(last, "contents" | "properties")
}

fn rows(state: &State, parts: &[&str], query: &Query) -> Option<(&'static str, Vec<Value>)> {
    let properties = query.all("property");
    let number = |text: &str| text.parse::<i64>().ok();
    let build = |id: &str| number(id).and_then(|id| state.build(id));
    let of_builder = |id: &str| {
        let id = number(id);
        state.builds().filter(move |build| Some(build.builder) == id)
    };
    let rows = match *parts {
        ["masters" | "masters/1"] => ("masters", state.masters()),
        ["builders"] => ("builders", state.builders().to_vec()),
        ["builders", id] => ("builders", one(state.builders(), "builderid", id)),
        ["builders", id, "builds"] => ("builds", of_builder(id).map(|build| build.row(&properties)).collect()),
        ["builders", id, "builds", wanted] => {
            let of_number = of_builder(id).filter(|build| Some(build.number) == number(wanted));
            ("builds", of_number.map(|build| build.row(&properties)).collect())
        }
        ["builders", _, "forceschedulers"] | ["forceschedulers"] => ("forceschedulers", Vec::new()),
        ["workers"] => ("workers", state.workers()),
        ["workers", _] => ("workers", state.workers()),
        ["builds"] => ("builds", state.builds().map(|build| build.row(&properties)).collect()),
        ["builds", id] => (
            "builds",
            build(id).map(|build| build.row(&properties)).into_iter().collect(),
        ),
        ["builds", id, "properties"] => (
            "properties",
            build(id).map(|build| build.properties()).into_iter().collect(),
        ),
        ["builds", id, "changes"] => (
            "changes",
            build(id).and_then(|build| build.change()).into_iter().collect(),
        ),
        ["builds", id, "steps"] => ("steps", build(id).map(|build| build.step()).into_iter().collect()),
        ["steps", id, "logs"] => ("logs", build(id).map(|build| build.log()).into_iter().collect()),
        ["logs", id] => ("logs", build(id).map(|build| build.log()).into_iter().collect()),
        ["logs", id, "contents"] => (
            "logchunks",
            build(id).map(|build| chunk(build, query)).into_iter().collect(),
        ),
        ["buildrequests"] => ("buildrequests", state.builds().map(|build| build.request()).collect()),
        ["buildrequests", id] => (
            "buildrequests",
            build(id).map(|build| build.request()).into_iter().collect(),
        ),
        ["buildsets"] => ("buildsets", state.builds().map(|build| build.build_set()).collect()),
        ["buildsets", id] => (
            "buildsets",
            build(id).map(|build| build.build_set()).into_iter().collect(),
        ),
        ["changes"] => ("changes", state.builds().filter_map(|build| build.change()).collect()),
        ["projects"] => ("projects", Vec::new()),
        ["schedulers"] => ("schedulers", Vec::new()),
        _ => return None,
    };
    Some(rows)
}

fn one(rows: &[Value], key: &str, id: &str) -> Vec<Value> {
    let wanted = id.parse::<i64>().ok();
    rows.iter().filter(|row| row[key].as_i64() == wanted).cloned().collect()
}

/// Lines of a log as `contents` gives them.
fn chunk(build: &Build, query: &Query) -> Value {
    let first = query.number("offset").unwrap_or(0);
    let content = build.lines(first, query.number("limit").unwrap_or(usize::MAX));
    json!({"logid": build.id, "firstline": first, "content": content})
}
