//! Source stamps (§6).

use super::field::{Kind, Place, Resource, fields};
use model::{Json, Patch, SourceStamp};
use serde_json::json;

/// Fields of a source stamp.
pub const RESOURCE: Resource = Resource {
    plural: "sourcestamps",
    place: Place::Memory,
    fields: fields![
        ssid: Kind::Integer,
        revision: Kind::Text,
        branch: Kind::Text,
        repository: Kind::Text,
        project: Kind::Text,
        codebase: Kind::Text,
        patch: Kind::Object,
        created_at: Kind::Time,
    ],
};

/// The source stamp. A patch's `body` is null, as Buildbot has it: it is bytes, and JSON has none.
pub fn json(row: &SourceStamp) -> Json {
    let new = &row.new;
    json!({
        "branch": new.branch,
        "codebase": new.codebase,
        "created_at": row.created_at.seconds(),
        "patch": new.patch.as_ref().map(|patch| patch_json(patch, row.patch_id)),
        "project": new.project,
        "repository": new.repository,
        "revision": new.revision,
        "ssid": row.id,
    })
}

fn patch_json(patch: &Patch, id: Option<i64>) -> Json {
    json!({
        "author": patch.author,
        "body": null,
        "comment": patch.comment,
        "level": patch.level,
        "patchid": id,
        "subdir": patch.subdir,
    })
}
