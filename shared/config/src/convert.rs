//! Between JSON and the interpreter's values, for functions that run with a build.

use crate::function::PropertiesValue;
use model::{Json, Properties};
use starlark::values::dict::DictRef;
use starlark::values::list::ListRef;
use starlark::values::structs::AllocStruct;
use starlark::values::tuple::TupleRef;
use starlark::values::{Heap, UnpackValue, Value};

/// Deeper values are lists that hold themselves.
const MAX_DEPTH: usize = 40;

/// A function's answer.
pub(crate) fn to_json(value: Value<'_>) -> Result<Json, String> {
    json(value, 0)
}

fn json(value: Value<'_>, depth: usize) -> Result<Json, String> {
    if depth > MAX_DEPTH {
        return Err("it gave a value that holds itself".to_owned());
    }
    if value.is_none() {
        return Ok(Json::Null);
    }
    if let Some(value) = value.unpack_bool() {
        return Ok(value.into());
    }
    if let Some(text) = value.unpack_str() {
        return Ok(text.into());
    }
    if let Ok(Some(number)) = i64::unpack_value(value) {
        return Ok(number.into());
    }
    if let Ok(Some(number)) = starlark::values::float::UnpackFloat::unpack_value(value) {
        return Ok(number.0.into());
    }
    if let Some(list) = ListRef::from_value(value) {
        return list.iter().map(|item| json(item, depth + 1)).collect();
    }
    if let Some(tuple) = TupleRef::from_value(value) {
        return tuple.iter().map(|item| json(item, depth + 1)).collect();
    }
    if let Some(dict) = DictRef::from_value(value) {
        return dict
            .iter()
            .map(|(key, value)| match key.unpack_str() {
                Some(key) => Ok((key.to_owned(), json(value, depth + 1)?)),
                None => Err(format!("it gave a dictionary with the key {key}, which is no text")),
            })
            .collect();
    }
    Err(format!("it gave a {}, which is no plain value", value.get_type()))
}

/// A change with Buildbot's attribute names.
pub(crate) fn change<'v>(heap: Heap<'v>, change: &Json, properties: &Properties) -> Value<'v> {
    let mut members: Vec<(&str, Value<'v>)> = change
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, value)| (name.as_str(), heap.alloc(value)))
        .collect();
    members.push(("properties", heap.alloc(PropertiesValue(properties.clone()))));
    heap.alloc(AllocStruct(members))
}

/// The change behind such a value, as far as conditions need it.
pub(crate) fn change_given<'v>(value: Value<'v>, heap: Heap<'v>) -> Option<(Json, Properties)> {
    let attribute = |name: &str| value.get_attr(name, heap).ok().flatten();
    let files = to_json(attribute("files")?).ok()?;
    let branch = to_json(attribute("branch")?).ok()?;
    let properties = attribute("properties")
        .and_then(PropertiesValue::from_value)
        .map(|properties| properties.0.clone())
        .unwrap_or_default();
    Some((serde_json::json!({"files": files, "branch": branch}), properties))
}
