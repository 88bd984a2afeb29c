//! Properties, as an object and as a list (§6).

use super::{
    field::{Kind, Place, Resource, fields},
    text,
};
use model::{Json, Properties};
use serde_json::{Map, json};

/// The resource `properties`: its fields are the properties' own names, so none is declared.
pub const RESOURCE: Resource = Resource {
    plural: "properties",
    place: Place::Memory,
    fields: &[],
};

/// Fields of a row of a property list; the underscore is Buildbot's.
pub const LIST: Resource = Resource {
    plural: "_properties",
    place: Place::Memory,
    fields: fields![
        name: Kind::Text,
        source: Kind::Text,
        value: Kind::Object,
    ],
};

/// `{name: [value, source]}`.
pub fn json(properties: &Properties) -> Json {
    let pairs: Map<String, Json> = properties
        .iter()
        .map(|(name, value, source)| (name.to_owned(), json!([value, source])))
        .collect();
    pairs.into()
}

/// One row for each; the value is a JSON text.
pub fn rows(properties: &Properties) -> Vec<Json> {
    properties
        .iter()
        .map(|(name, value, source)| json!({"name": name, "source": source, "value": text::spaced(value)}))
        .collect()
}
