//! By a force form that has a patch parameter (`rest-v2` §9.1), for masters of which only the pages can be reached.

use crate::{Arrived, SubmitError, limits};
use client::rest::ForceScheduler;
use client::rest::force_scheduler::{Field, FieldKind};
use client::{Error, Forced, Http};
use std::collections::BTreeMap;
use wire::try_job::{Json, TryJob};

/// Whether a form takes a patch.
pub fn takes_patch(form: &ForceScheduler) -> bool {
    form.enabled && body_of(form).is_some()
}

/// Bytes that its patch may have.
pub fn longest(form: &ForceScheduler) -> usize {
    let told = body_of(form).and_then(|field| field.max_size);
    told.and_then(|size| usize::try_from(size).ok())
        .unwrap_or(limits::FORM)
        .min(limits::FORM)
}

/// Asks for builds of a job by a form; the job's builders must be the form's. `person` is the HTTP of a person who
/// waits. A master answers with what it made, so a try can be followed by its build set.
pub async fn submit(person: &Http, form: &ForceScheduler, job: &TryJob) -> Result<Forced, SubmitError> {
    limits::in_form(job, form)?;
    let values = values(form, job)?;
    let builders = match job.builders.is_empty() {
        true => &form.builders,
        false => &job.builders,
    };
    if let Some(unknown) = builders.iter().find(|name| !form.builders.contains(name)) {
        let message = format!("the form '{}' cannot ask the builder '{unknown}'", form.name);
        return Err(SubmitError::lasting(
            message,
            "Choose among the builders that it names.",
        ));
    }
    let forced = person.force_named(form, builders, &values).await;
    forced.map_err(|error| told(form, error))
}

/// What goes into the form's fields, by their full names.
fn values(form: &ForceScheduler, job: &TryJob) -> Result<BTreeMap<String, String>, SubmitError> {
    let Some(body) = body_of(form) else {
        let message = format!("the form '{}' takes no patch", form.name);
        return Err(SubmitError::lasting(message, "Choose another way."));
    };
    let patch = body.full_name.strip_suffix("_body").unwrap_or_default();
    let codebase = patch.strip_suffix("patch").unwrap_or_default();
    let mut values = BTreeMap::new();
    let mut fill = |name: String, value: String| {
        if !value.is_empty() {
            values.insert(name, value);
        }
    };
    let (level, text) = match &job.patch {
        Some(patch) => (patch.level, String::from_utf8_lossy(&patch.body).into_owned()),
        None => (1, String::new()),
    };
    if text.is_empty() {
        let message = format!(
            "the form '{}' takes no empty patch: it would build without one",
            form.name
        );
        return Err(SubmitError::lasting(message, "Choose some files, or another way."));
    }
    fill(body.full_name.clone(), text);
    fill(format!("{patch}_level"), level.to_string());
    fill(format!("{patch}_author"), job.who.clone());
    fill(format!("{patch}_comment"), job.comment.clone());
    fill(format!("{codebase}branch"), job.branch.clone().unwrap_or_default());
    fill(
        format!("{codebase}revision"),
        job.base_revision.clone().unwrap_or_default(),
    );
    fill(format!("{codebase}repository"), job.repository.clone());
    fill(format!("{codebase}project"), job.project.clone());
    fill("username".to_owned(), job.who.clone());
    fill("reason".to_owned(), reason(job));
    for (name, value) in properties(form, job)? {
        fill(name, value);
    }
    Ok(values)
}

/// As the reason of other tries.
fn reason(job: &TryJob) -> String {
    match job.comment.is_empty() {
        true => "'try' job".to_owned(),
        false => format!("'try' job ({})", job.comment),
    }
}

/// Properties go into the fields of their names, others into the form's pairs of a name and a value.
fn properties(form: &ForceScheduler, job: &TryJob) -> Result<Vec<(String, String)>, SubmitError> {
    let leaves = form.leaves();
    let has = |name: &str| leaves.iter().any(|field| field.full_name == name);
    let mut pairs = leaves.iter().filter_map(|field| {
        let pair = field.full_name.strip_suffix("_name")?;
        (has(&format!("{pair}_value")) && is_empty(&field.default)).then(|| pair.to_owned())
    });
    let mut filled = Vec::new();
    for (name, value) in &job.properties {
        let value = match value {
            Json::String(text) => text.clone(),
            other => other.to_string(),
        };
        if has(name) {
            filled.push((name.clone(), value));
        } else if let Some(pair) = pairs.next() {
            filled.push((format!("{pair}_name"), name.clone()));
            filled.push((format!("{pair}_value"), value));
        } else {
            let message = format!("the form '{}' has no field for the property '{name}'", form.name);
            return Err(SubmitError::lasting(
                message,
                "Leave the property out, or choose another way.",
            ));
        }
    }
    Ok(filled)
}

fn is_empty(default: &Json) -> bool {
    matches!(default, Json::Null) || default.as_str() == Some("")
}

/// The field for the diff: in a group `patch`, a file.
fn body_of(form: &ForceScheduler) -> Option<&Field> {
    let is_body = |field: &&Field| {
        let full = field.full_name.as_str();
        field.kind == FieldKind::File && (full == "patch_body" || full.ends_with("_patch_body"))
    };
    form.leaves().into_iter().find(is_body)
}

fn told(form: &ForceScheduler, error: Error) -> SubmitError {
    let message = format!("'{}': {error}", form.name);
    match &error {
        Error::Unreachable(_) | Error::Lies(_) => SubmitError {
            // An order that got no answer may have been carried out.
            arrived: Arrived::Maybe,
            ..SubmitError::unsure(message)
        },
        Error::Busy { .. } => SubmitError::passing(message),
        Error::SignInNeeded | Error::SignInRefused(_) => SubmitError::lasting(message, "Sign in at the master first."),
        Error::Forbidden(_) => {
            SubmitError::lasting(message, "Ask who looks after the master for the right to force builds.")
        }
        Error::Refused { .. } => SubmitError::lasting(message, "Change what the form does not like."),
        _ => SubmitError::lasting(message, "Look at the form on the master's own page."),
    }
}
