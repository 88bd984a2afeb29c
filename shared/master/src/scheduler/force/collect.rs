//! The tree of a form's fields walked once: flat parameters in, values by name out.

use super::{Params, Problems, check};
use model::config::{ForceField, ForceKind};
use model::{Json, NewSourceStamp, Patch};
use std::collections::BTreeMap;

/// What a form gives: values by name, and for each codebase the values of its group.
#[derive(Debug, Default)]
pub struct Given {
    /// Properties; a named group is one object.
    pub values: BTreeMap<String, Json>,
    codebases: Vec<(String, BTreeMap<String, Json>)>,
}

/// All values of the form, or all that is wrong, by full name.
pub fn values(fields: &[ForceField], params: &Params) -> Result<Given, Problems> {
    let mut given = Given::default();
    let mut problems = Problems::new();
    let mut values = BTreeMap::new();
    walk(fields, "", params, &mut values, &mut given.codebases, &mut problems);
    given.values = values;
    if problems.is_empty() { Ok(given) } else { Err(problems) }
}

fn walk(
    fields: &[ForceField],
    parent: &str,
    params: &Params,
    out: &mut BTreeMap<String, Json>,
    codebases: &mut Vec<(String, BTreeMap<String, Json>)>,
    problems: &mut Problems,
) {
    for field in fields {
        let full_name = full_name(parent, &field.name);
        let ForceKind::Nested { fields, codebase, .. } = &field.kind else {
            match check::value(field, params.get(&full_name)) {
                Ok(value) if !field.name.is_empty() => {
                    out.insert(field.name.clone(), value);
                }
                Ok(_) => {}
                Err(problem) => {
                    problems.insert(full_name, problem);
                }
            }
            continue;
        };
        match codebase {
            Some(codebase) => {
                let mut group = BTreeMap::new();
                walk(fields, &full_name, params, &mut group, codebases, problems);
                codebases.push((codebase.clone(), group));
            }
            None if field.name.is_empty() => walk(fields, &full_name, params, out, codebases, problems),
            None => {
                let mut group = BTreeMap::new();
                walk(fields, &full_name, params, &mut group, codebases, problems);
                out.insert(field.name.clone(), Json::Object(group.into_iter().collect()));
            }
        }
    }
}

fn full_name(parent: &str, name: &str) -> String {
    match (parent, name) {
        ("", name) => name.to_owned(),
        (parent, "") => parent.to_owned(),
        (parent, name) => format!("{parent}_{name}"),
    }
}

impl Given {
    /// The value of `name` if it is text.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.values.get(name).and_then(Json::as_str)
    }

    /// One tree for each codebase of the form; the newest of the default branch when the form asks for none.
    pub fn source_stamps(&self) -> Vec<NewSourceStamp> {
        if self.codebases.is_empty() {
            return vec![NewSourceStamp::default()];
        }
        self.codebases
            .iter()
            .map(|(codebase, group)| stamp(codebase, group))
            .collect()
    }
}

fn stamp(codebase: &str, group: &BTreeMap<String, Json>) -> NewSourceStamp {
    let text = |name: &str| group.get(name).and_then(Json::as_str).map(str::to_owned);
    NewSourceStamp {
        branch: text("branch"),
        revision: text("revision"),
        repository: text("repository").unwrap_or_default(),
        project: text("project").unwrap_or_default(),
        codebase: codebase.to_owned(),
        patch: patch(group),
    }
}

/// The codebase's patch (`rest-v2` §9.1): its fields may stand in a group `patch` or flat, named `patch_body` and so
/// on. An empty body is no patch.
fn patch(group: &BTreeMap<String, Json>) -> Option<Patch> {
    let field = |name: &str| -> Option<Json> {
        let flat = group.get(&format!("patch_{name}"));
        let nested = || {
            let patch = group.get("patch")?.as_object()?;
            patch.get(name).or_else(|| patch.get(&format!("patch_{name}")))
        };
        flat.or_else(nested).cloned()
    };
    let text = |name: &str| {
        field(name)
            .and_then(|value| value.as_str().map(str::to_owned))
            .unwrap_or_default()
    };
    let body = text("body");
    if body.is_empty() {
        return None;
    }
    let subdir = text("subdir");
    Some(Patch {
        level: field("level").and_then(|level| level.as_i64()).unwrap_or(1),
        subdir: if subdir == "." { String::new() } else { subdir },
        author: text("author"),
        comment: text("comment"),
        body: body.into_bytes(),
    })
}
