//! Build requests (§6).

use super::{
    field::{Kind, Place, Resource, fields},
    properties,
};
use model::{BuildRequest, Json, Properties, Time};
use serde_json::json;

/// Fields of a build request.
pub const RESOURCE: Resource = Resource {
    plural: "buildrequests",
    place: Place::Store,
    fields: fields![
        buildrequestid: Kind::Integer,
        buildsetid: Kind::Integer,
        builderid: Kind::Integer,
        priority: Kind::Integer,
        claimed: Kind::Bool,
        claimed_at: Kind::Time,
        claimed_by_masterid: Kind::Integer,
        complete: Kind::Bool,
        results: Kind::Integer,
        submitted_at: Kind::Time,
        complete_at: Kind::Time,
        waited_for: Kind::Bool,
        properties: Kind::Object,
    ],
};

/// The request with those of its set's properties that were asked for: null when none were. `results` is −1 until
/// it is complete.
pub fn json(row: &BuildRequest, shown: Option<&Properties>) -> Json {
    json!({
        "builderid": row.builder,
        "buildrequestid": row.id,
        "buildsetid": row.build_set,
        "claimed": row.claimed_at.is_some(),
        "claimed_at": row.claimed_at.map(Time::seconds),
        "claimed_by_masterid": row.claimed_by,
        "complete": row.complete_at.is_some(),
        "complete_at": row.complete_at.map(Time::seconds),
        "priority": row.priority,
        "properties": shown.map(properties::json),
        "results": row.results.map_or(-1, |results| i64::from(u8::from(results))),
        "submitted_at": row.submitted_at.seconds(),
        "waited_for": row.waited_for,
    })
}
