//! Properties: `{name: [value, source]}` (§6).

use super::lenient;
use model::{Json, Properties};
use serde::de::Deserializer;

/// Reads properties; those that are no pair are left out, and a bare value is taken as one without a source.
pub(super) fn read<'de, D: Deserializer<'de>>(json: D) -> Result<Properties, D::Error> {
    Ok(of_json(lenient::object(json)?))
}

/// [`read`] of what was read as JSON, for example of an event.
pub fn of_json(told: impl IntoIterator<Item = (String, Json)>) -> Properties {
    let mut properties = Properties::default();
    for (name, pair) in told {
        match pair {
            Json::Array(pair) => {
                let mut parts = pair.into_iter();
                let (Some(value), source) = (parts.next(), parts.next()) else {
                    continue;
                };
                let source = source.and_then(|source| source.as_str().map(str::to_owned));
                properties.set(name, value, source.unwrap_or_default());
            }
            other => properties.set(name, other, ""),
        }
    }
    properties
}
