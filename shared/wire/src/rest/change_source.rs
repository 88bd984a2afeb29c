//! Change sources (§6).

use super::{
    field::{Kind, Place, Resource, fields},
    master,
};
use model::{ChangeSource, Json, Master};
use serde_json::json;

/// Fields of a change source.
pub const RESOURCE: Resource = Resource {
    plural: "changesources",
    place: Place::Memory,
    fields: fields![
        changesourceid: Kind::Integer,
        name: Kind::Text,
        master: Kind::Object,
    ],
};

/// The change source with the master that runs it: null when the configuration no longer has it.
pub fn json(row: &ChangeSource, on: &Master) -> Json {
    json!({
        "changesourceid": row.id,
        "master": row.configured.then(|| master::json(on)),
        "name": row.name,
    })
}
