//! Projects (§6).

use super::field::{Kind, Place, Resource, fields};
use model::{Json, Project};
use serde_json::json;

/// Fields of a project.
pub const RESOURCE: Resource = Resource {
    plural: "projects",
    place: Place::Memory,
    fields: fields![
        projectid: Kind::Integer,
        name: Kind::Identifier(70),
        slug: Kind::Identifier(70),
        active: Kind::Bool,
        description: Kind::Text,
        description_format: Kind::Text,
        description_html: Kind::Text,
    ],
};

/// The project; `active` is null unless the request filters by it.
pub fn json(row: &Project, active: Option<bool>) -> Json {
    json!({
        "active": active,
        "description": row.description,
        "description_format": row.description_format,
        "description_html": null,
        "name": row.name,
        "projectid": row.id,
        "slug": row.slug,
    })
}
