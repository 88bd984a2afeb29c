//! What a person's force form says, checked and turned into a build set (B-043, S-209; `rest-v2` §9).

mod check;
mod collect;

use super::new_set;
use model::config::{ForceScheduler, SchedulerConfig};
use model::{Json, NewBuildSet};
use std::collections::BTreeMap;

/// What the person sent: flat, keyed by the fields' full names.
pub type Params = serde_json::Map<String, Json>;

/// Source of the properties that a form sets.
pub const FORM: &str = "Force Build Form";

/// What is wrong with a form, by the full name of the field.
pub type Problems = BTreeMap<String, String>;

/// On which of the scheduler's builders.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Builders {
    /// All of them.
    All,
    /// The one of that id.
    Id(i64),
    /// Those of these names that the scheduler has.
    Named(Vec<String>),
}

/// The builders that the special parameters `builderid` and `builderNames` ask for.
pub fn builders(params: &Params) -> Builders {
    let names = |names: &[Json]| names.iter().filter_map(Json::as_str).map(str::to_owned).collect();
    match (params.get("builderid"), params.get("builderNames")) {
        (Some(id), _) if as_int(id).is_some() => Builders::Id(as_int(id).unwrap_or_default()),
        (_, Some(Json::Array(list))) => Builders::Named(names(list)),
        (_, Some(Json::String(one))) => Builders::Named(vec![one.clone()]),
        _ => Builders::All,
    }
}

fn as_int(value: &Json) -> Option<i64> {
    value.as_i64().or_else(|| value.as_str()?.trim().parse().ok())
}

/// The set that the form asks for, still without builders; or everything that is wrong with it.
///
/// `owner` is who is logged in; empty or `anonymous` when nobody is, and then the form's user name stands for it.
pub fn requested(
    config: &SchedulerConfig,
    form: &ForceScheduler,
    owner: &str,
    params: &Params,
) -> Result<NewBuildSet, Problems> {
    let given = collect::values(&form.fields, params)?;
    let owner = owner_of(owner, &given);
    let reason = given.text("reason").unwrap_or_default().to_owned();
    let mut set = new_set(config, reason_of(form, &owner, &reason));
    if let Some(priority) = given.values.get("priority").and_then(Json::as_i64) {
        set.priority = priority;
    }
    set.source_stamps = given.source_stamps();
    for (name, value) in given.values {
        if !matches!(name.as_str(), "username" | "priority") {
            set.properties.set(name, value, FORM);
        }
    }
    set.properties.set("reason", reason, FORM);
    set.properties.set("owner", owner, FORM);
    Ok(set)
}

fn owner_of(session: &str, given: &collect::Given) -> String {
    let anonymous = session.is_empty() || session == "anonymous";
    match given.text("username").filter(|name| !name.is_empty()) {
        Some(name) if anonymous => name.to_owned(),
        _ if anonymous => "anonymous".to_owned(),
        _ => session.to_owned(),
    }
}

fn reason_of(form: &ForceScheduler, owner: &str, reason: &str) -> String {
    let template = match form.reason_string.as_str() {
        "" => "A build was forced by '%(owner)s': %(reason)s",
        given => given,
    };
    // One pass, so that a reason that looks like a placeholder stays as it was typed.
    let mut out = String::new();
    let mut rest = template;
    while let Some(at) = rest.find("%(") {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        if let Some(after) = rest.strip_prefix("%(owner)s") {
            out.push_str(owner);
            rest = after;
        } else if let Some(after) = rest.strip_prefix("%(reason)s") {
            out.push_str(reason);
            rest = after;
        } else {
            out.push_str("%(");
            rest = &rest[2..];
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests;
