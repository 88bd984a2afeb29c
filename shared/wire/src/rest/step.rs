//! Steps (§6).

use super::field::{Kind, Place, Resource, fields};
use model::{Json, Step, Time};
use serde_json::json;

/// Fields of a step.
pub const RESOURCE: Resource = Resource {
    plural: "steps",
    place: Place::Memory,
    fields: fields![
        stepid: Kind::Integer,
        number: Kind::Integer,
        name: Kind::Identifier(50),
        buildid: Kind::Integer,
        started_at: Kind::Time,
        locks_acquired_at: Kind::Time,
        complete: Kind::Bool,
        complete_at: Kind::Time,
        results: Kind::Integer,
        state_string: Kind::Text,
        urls: Kind::Object,
        hidden: Kind::Bool,
    ],
};

/// The step.
pub fn json(row: &Step) -> Json {
    json!({
        "buildid": row.build,
        "complete": row.complete_at.is_some(),
        "complete_at": row.complete_at.map(Time::seconds),
        "hidden": row.hidden,
        "locks_acquired_at": row.locks_acquired_at.map(Time::seconds),
        "name": row.name,
        "number": row.number,
        "results": row.results,
        "started_at": row.started_at.map(Time::seconds),
        "state_string": row.state_string,
        "stepid": row.id,
        "urls": row.urls,
    })
}
