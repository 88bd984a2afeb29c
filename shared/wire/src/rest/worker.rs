//! Workers (§6).

use super::field::{Kind, Place, Resource, fields};
use model::{Json, MasterId, Worker};
use serde_json::json;

/// Fields of a worker.
pub const RESOURCE: Resource = Resource {
    plural: "workers",
    place: Place::Memory,
    fields: fields![
        workerid: Kind::Integer,
        name: Kind::Text,
        connected_to: Kind::Object,
        configured_on: Kind::Object,
        workerinfo: Kind::Object,
        paused: Kind::Bool,
        pause_reason: Kind::Text,
        graceful: Kind::Bool,
    ],
};

/// The worker as `master` shows it; `connected_to` is empty when it is offline.
pub fn json(row: &Worker, master: MasterId) -> Json {
    let connected: Vec<Json> = row.connected.then(|| json!({"masterid": master})).into_iter().collect();
    let configured: Vec<Json> = row
        .configured_on
        .iter()
        .map(|builder| json!({"builderid": builder, "masterid": master}))
        .collect();
    json!({
        "configured_on": configured,
        "connected_to": connected,
        "graceful": row.graceful,
        "name": row.name,
        "pause_reason": row.pause_reason,
        "paused": row.paused,
        "workerid": row.id,
        "workerinfo": if row.info.is_object() { row.info.clone() } else { json!({}) },
    })
}
