//! Builders (§6).

use super::field::{Kind, Place, Resource, fields};
use model::{Builder, Json, MasterId};
use serde_json::json;

/// Fields of a builder.
pub const RESOURCE: Resource = Resource {
    plural: "builders",
    place: Place::Memory,
    fields: fields![
        builderid: Kind::Integer,
        name: Kind::Text,
        masterids: Kind::Integers,
        description: Kind::Text,
        description_format: Kind::Text,
        description_html: Kind::Text,
        projectid: Kind::Integer,
        tags: Kind::Texts,
    ],
};

/// The builder as `master` shows it; one that is no longer configured has no `masterids`.
pub fn json(row: &Builder, master: MasterId) -> Json {
    let masters: &[MasterId] = if row.configured { &[master] } else { &[] };
    json!({
        "builderid": row.id,
        "description": row.description,
        "description_format": row.description_format,
        "description_html": null,
        "masterids": masters,
        "name": row.name,
        "projectid": row.project,
        "tags": row.tags,
    })
}
