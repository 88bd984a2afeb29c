//! Builds (§6).

use super::{
    field::{Kind, Place, Resource, fields},
    properties,
};
use model::{Build, Json, Properties, Time};
use serde_json::json;

/// Fields of a build.
pub const RESOURCE: Resource = Resource {
    plural: "builds",
    place: Place::Store,
    fields: fields![
        buildid: Kind::Integer,
        number: Kind::Integer,
        builderid: Kind::Integer,
        buildrequestid: Kind::Integer,
        workerid: Kind::Integer,
        masterid: Kind::Integer,
        started_at: Kind::Time,
        complete: Kind::Bool,
        complete_at: Kind::Time,
        locks_duration_s: Kind::Integer,
        results: Kind::Integer,
        state_string: Kind::Text,
        properties: Kind::Object,
    ],
};

/// The build with the properties that were asked for; an empty object when none were.
pub fn json(row: &Build, shown: &Properties) -> Json {
    json!({
        "buildid": row.id,
        "builderid": row.builder,
        "buildrequestid": row.request,
        "complete": row.complete_at.is_some(),
        "complete_at": row.complete_at.map(Time::seconds),
        "locks_duration_s": row.locks_duration_ms / 1000,
        "masterid": row.master,
        "number": row.number,
        "properties": properties::json(shown),
        "results": row.results,
        "started_at": row.started_at.seconds(),
        "state_string": row.state_string,
        "workerid": row.worker,
    })
}
