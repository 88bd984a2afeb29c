//! What a client of `/ws` says (§1.2), and the answers.

use crate::rest::text;
use model::Json;
use serde_json::{Map, json};

/// A proper command with the `_id` to echo.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Deliver events that match this path.
    Start(String, Json),
    /// Deliver them no more.
    Stop(String, Json),
    /// Answer.
    Ping(Json),
}

/// A frame that is answered by an error, or by the end of the connection.
#[derive(Clone, Debug, PartialEq)]
pub enum Mistake {
    /// Not JSON, not an object, or a `cmd` that is no text: Buildbot drops the connection without a close frame.
    Unreadable,
    /// A frame with this code and text is sent back.
    Answered {
        /// 400 or 404.
        code: u16,
        /// What is wrong.
        text: String,
        /// As sent, or null.
        id: Json,
    },
}

/// Reads one text frame.
pub fn parse(frame: &str) -> Result<Command, Mistake> {
    let Ok(Json::Object(members)) = serde_json::from_str(frame) else {
        return Err(Mistake::Unreadable);
    };
    let id = members.get("_id").cloned().unwrap_or_default();
    if id.is_null() && !members.contains_key("type") {
        return Err(mistake(400, "no '_id' or 'type' in websocket frame", Json::Null));
    }
    match members.get("cmd") {
        None | Some(Json::Null) => Err(mistake(400, "no 'cmd' in websocket frame", Json::Null)),
        Some(Json::String(name)) => command(name, &members, id),
        Some(_) => Err(Mistake::Unreadable),
    }
}

fn command(name: &str, members: &Map<String, Json>, id: Json) -> Result<Command, Mistake> {
    let allowed: &[&str] = match name {
        "startConsuming" | "stopConsuming" => &["path", "_id"],
        "ping" => &["_id"],
        _ => return Err(mistake(404, &format!("no such command type '{name}'"), id)),
    };
    let extra = members
        .keys()
        .find(|key| *key != "cmd" && !allowed.contains(&key.as_str()));
    let missing = allowed.iter().find(|key| !members.contains_key(**key));
    if let Some(key) = missing {
        return Err(argument(
            name,
            &format!("missing 1 required positional argument: '{key}'"),
            id,
        ));
    }
    if let Some(key) = extra {
        return Err(argument(
            name,
            &format!("got an unexpected keyword argument '{key}'"),
            id,
        ));
    }
    if name == "ping" {
        return Ok(Command::Ping(id));
    }
    match members.get("path") {
        Some(Json::String(path)) if name == "startConsuming" => Ok(Command::Start(path.clone(), id)),
        Some(Json::String(path)) => Ok(Command::Stop(path.clone(), id)),
        other => {
            let path = other.map(text::spaced).unwrap_or_default().replace('"', "'");
            Err(mistake(400, &format!("invalid path format '{path}'"), id))
        }
    }
}

fn argument(command: &str, complaint: &str, id: Json) -> Mistake {
    mistake(400, &format!("Invalid method argument '{command}() {complaint}'"), id)
}

fn mistake(code: u16, text: &str, id: Json) -> Mistake {
    Mistake::Answered {
        code,
        text: text.to_owned(),
        id,
    }
}

/// The answer to `startConsuming` and `stopConsuming`.
pub fn ok(id: &Json) -> String {
    text::compact(&json!({"msg": "OK", "code": 200, "_id": id}))
}

/// The answer to `ping`.
pub fn pong(id: &Json) -> String {
    text::compact(&json!({"msg": "pong", "code": 200, "_id": id}))
}

/// The answer to a mistake.
pub fn error(code: u16, message: &str, id: &Json) -> String {
    text::compact(&json!({"error": message, "code": code, "_id": id}))
}

/// What is said of a path that was stopped without having been started.
pub fn not_consumed(path: &str) -> String {
    format!("path was not consumed '{path}'")
}
