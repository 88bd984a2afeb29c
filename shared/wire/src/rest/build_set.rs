//! Build sets (§6).

use super::{
    field::{Kind, Place, Resource, fields},
    source_stamp,
};
use model::{BuildSet, Json, Time};
use serde_json::json;

/// Fields of a build set.
pub const RESOURCE: Resource = Resource {
    plural: "buildsets",
    place: Place::Store,
    fields: fields![
        bsid: Kind::Integer,
        external_idstring: Kind::Text,
        reason: Kind::Text,
        rebuilt_buildid: Kind::Integer,
        submitted_at: Kind::Integer,
        complete: Kind::Bool,
        complete_at: Kind::Integer,
        results: Kind::Integer,
        sourcestamps: Kind::Object,
        parent_buildid: Kind::Integer,
        parent_relationship: Kind::Text,
    ],
};

/// The set; `results` is −1 until it is complete.
pub fn json(row: &BuildSet) -> Json {
    json!({
        "bsid": row.id,
        "complete": row.complete_at.is_some(),
        "complete_at": row.complete_at.map(Time::seconds),
        "external_idstring": row.external_id,
        "parent_buildid": row.parent_build,
        "parent_relationship": row.parent_relationship,
        "reason": row.reason,
        "rebuilt_buildid": row.rebuilt_build,
        "results": row.results.map_or(-1, |results| i64::from(u8::from(results))),
        "sourcestamps": row.source_stamps.iter().map(source_stamp::json).collect::<Vec<_>>(),
        "submitted_at": row.submitted_at.seconds(),
    })
}

/// The body of `buildsets/{id}/new`: with the scheduler's name, without the relationship, and with null `results`.
pub fn json_of_new(row: &BuildSet) -> Json {
    let mut body = json(row);
    if let Some(body) = body.as_object_mut() {
        body.shift_remove("parent_relationship");
        body.insert("scheduler".into(), row.scheduler.as_str().into());
        body.insert("results".into(), Json::Null);
    }
    body
}
