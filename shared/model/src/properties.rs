//! Build properties: named JSON values that remember where they came from.

use crate::Json;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Property names with values and sources, sorted by name.
///
/// Precedence is the order of setting: a later [`Properties::set`] wins. The engine applies Buildbot's order
/// (B-159): default properties of worker and builder first, then global, scheduler, change, force, worker, builder,
/// build and at last the steps' own.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Properties(BTreeMap<String, (Json, String)>);

impl Properties {
    /// Sets `name`, replacing what was there. `source` says who set it, for example `"Change"` or `"Builder"`.
    pub fn set(&mut self, name: impl Into<String>, value: impl Into<Json>, source: impl Into<String>) {
        self.0.insert(name.into(), (value.into(), source.into()));
    }

    /// The value of `name`.
    pub fn get(&self, name: &str) -> Option<&Json> {
        self.0.get(name).map(|(value, _)| value)
    }

    /// The value of `name` if it is text.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.get(name).and_then(Json::as_str)
    }

    /// Who set `name`.
    pub fn source(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(|(_, source)| source.as_str())
    }

    /// Takes over everything of `other`; what both have is `other`'s.
    pub fn update(&mut self, other: &Properties) {
        for (name, value) in &other.0 {
            self.0.insert(name.clone(), value.clone());
        }
    }

    /// Name, value and source of each property, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Json, &str)> {
        self.0
            .iter()
            .map(|(name, (value, source))| (name.as_str(), value, source.as_str()))
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }
}
