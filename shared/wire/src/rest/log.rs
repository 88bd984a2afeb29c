//! Logs and pieces of their contents (§6, §7).

use super::field::{Kind, Place, Resource, fields};
use model::{Json, Log, LogId};
use serde_json::json;

/// Fields of a log.
pub const RESOURCE: Resource = Resource {
    plural: "logs",
    place: Place::Memory,
    fields: fields![
        logid: Kind::Integer,
        name: Kind::Text,
        slug: Kind::Identifier(50),
        stepid: Kind::Integer,
        complete: Kind::Bool,
        num_lines: Kind::Integer,
        type: Kind::Identifier(1),
    ],
};

/// Fields of a piece of a log.
pub const CHUNK: Resource = Resource {
    plural: "logchunks",
    place: Place::Memory,
    fields: fields![
        logid: Kind::Integer,
        firstline: Kind::Integer,
        content: Kind::Text,
    ],
};

/// The log's state.
pub fn json(row: &Log) -> Json {
    json!({
        "complete": row.complete,
        "logid": row.id,
        "name": row.name,
        "num_lines": row.num_lines,
        "slug": row.slug,
        "stepid": row.step,
        "type": row.kind.letter(),
    })
}

/// Lines of a log from number `first_line` on; each line of `content` ends in a newline.
pub fn chunk(id: LogId, first_line: i64, content: &str) -> Json {
    json!({"content": content, "firstline": first_line, "logid": id})
}
