//! The names of the collections at the top (§5).

use super::field::{Kind, Place, Resource, fields};
use model::Json;
use serde_json::json;

/// Fields of a root link.
pub const RESOURCE: Resource = Resource {
    plural: "rootlinks",
    place: Place::Memory,
    fields: fields![name: Kind::Text],
};

/// Buildbot's order; `codebases` is left out because it is not served.
const NAMES: [&str; 13] = [
    "builders",
    "builds",
    "buildrequests",
    "workers",
    "logchunks",
    "buildsets",
    "changes",
    "changesources",
    "masters",
    "sourcestamps",
    "schedulers",
    "forceschedulers",
    "projects",
];

/// All of them.
pub fn rows() -> Vec<Json> {
    NAMES.iter().map(|name| json!({"name": name})).collect()
}
