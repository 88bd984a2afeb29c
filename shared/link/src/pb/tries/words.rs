//! A job as the master's `try` takes it (`try-and-sendchange` §1.1).

use super::LONGEST;
use spread::jelly::Value;
use wire::try_job::{Json, TryJob};

/// The nine arguments, by position. Instead of a patch that went in parts stands how many bytes those had.
pub(super) fn arguments(job: &TryJob) -> Vec<Value> {
    let text_or_none = |text: &str| match text {
        "" => Value::None,
        text => text.into(),
    };
    let patch = match &job.patch {
        Some(patch) if patch.body.len() > LONGEST => {
            let length = i64::try_from(patch.body.len()).unwrap_or(i64::MAX);
            vec![i64::from(patch.level).into(), length.into()]
        }
        Some(patch) => vec![i64::from(patch.level).into(), Value::Bytes(patch.body.clone())],
        None => vec![1_i64.into(), Value::None],
    };
    let builders: Vec<Value> = job.builders.iter().map(|name| name.as_str().into()).collect();
    let properties: Value = job
        .properties
        .iter()
        .map(|(name, json)| (name.as_str(), value(json)))
        .collect();
    vec![
        job.branch.clone().into(),
        job.base_revision.clone().into(),
        Value::Tuple(patch),
        job.repository.as_str().into(),
        job.project.as_str().into(),
        match builders.is_empty() {
            true => Value::None,
            false => builders.into(),
        },
        text_or_none(&job.who),
        text_or_none(&job.comment),
        properties,
    ]
}

fn value(json: &Json) -> Value {
    match json {
        Json::Null => Value::None,
        Json::Bool(truth) => (*truth).into(),
        Json::Number(number) => match (number.as_i64(), number.as_u64()) {
            (Some(number), _) => number.into(),
            (_, Some(number)) => number.into(),
            // Every other number of JSON is one of these.
            _ => number.as_f64().unwrap_or_default().into(),
        },
        Json::String(text) => text.as_str().into(),
        Json::Array(items) => items.iter().map(value).collect::<Vec<_>>().into(),
        Json::Object(members) => members
            .iter()
            .map(|(name, json)| (name.as_str(), value(json)))
            .collect(),
    }
}
