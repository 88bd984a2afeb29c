//! Schedulers (§6).

use super::{
    field::{Kind, Place, Resource, fields},
    master,
};
use model::{Json, Master, Scheduler};
use serde_json::json;

/// Fields of a scheduler.
pub const RESOURCE: Resource = Resource {
    plural: "schedulers",
    place: Place::Memory,
    fields: fields![
        schedulerid: Kind::Integer,
        name: Kind::Text,
        enabled: Kind::Bool,
        master: Kind::Object,
    ],
};

/// The scheduler with the master that runs it: null when the configuration no longer has it.
pub fn json(row: &Scheduler, on: &Master) -> Json {
    json!({
        "enabled": row.enabled,
        "master": row.configured.then(|| master::json(on)),
        "name": row.name,
        "schedulerid": row.id,
    })
}
