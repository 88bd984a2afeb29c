//! Masters (§6).

use super::field::{Kind, Place, Resource, fields};
use model::{Json, Master};
use serde_json::json;

/// Fields of a master.
pub const RESOURCE: Resource = Resource {
    plural: "masters",
    place: Place::Memory,
    fields: fields![
        masterid: Kind::Integer,
        name: Kind::Text,
        active: Kind::Bool,
        last_active: Kind::Time,
    ],
};

/// The master, also as it stands inside schedulers and change sources.
pub fn json(row: &Master) -> Json {
    json!({
        "active": row.active,
        "last_active": row.last_active.seconds(),
        "masterid": row.id,
        "name": row.name,
    })
}
