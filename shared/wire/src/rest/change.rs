//! Changes (§6).

use super::{
    field::{Kind, Place, Resource, fields},
    properties, source_stamp,
};
use model::{Change, Json};
use serde_json::json;

/// Fields of a change.
pub const RESOURCE: Resource = Resource {
    plural: "changes",
    place: Place::Store,
    fields: fields![
        changeid: Kind::Integer,
        parent_changeids: Kind::Object,
        author: Kind::Text,
        committer: Kind::Text,
        files: Kind::Texts,
        comments: Kind::Text,
        revision: Kind::Text,
        when_timestamp: Kind::Integer,
        branch: Kind::Text,
        category: Kind::Text,
        revlink: Kind::Text,
        properties: Kind::Object,
        repository: Kind::Text,
        project: Kind::Text,
        codebase: Kind::Text,
        sourcestamp: Kind::Object,
    ],
};

/// The change.
pub fn json(row: &Change) -> Json {
    let new = &row.new;
    json!({
        "author": new.author,
        "branch": new.branch,
        "category": new.category,
        "changeid": row.id,
        "codebase": new.codebase,
        "comments": new.comments,
        "committer": new.committer,
        "files": new.files,
        "parent_changeids": row.parent.iter().collect::<Vec<_>>(),
        "project": new.project,
        "properties": properties::json(&new.properties),
        "repository": new.repository,
        "revision": new.revision,
        "revlink": new.revlink,
        "sourcestamp": source_stamp::json(&row.source_stamp),
        "when_timestamp": new.when.seconds(),
    })
}
