//! The JSON-RPC envelope of control calls (§4, §8).

use model::Json;
use serde_json::{Map, json};

/// An order: a method and its parameters.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// A text, a whole number or null; echoed.
    pub id: Json,
    /// For example `force`.
    pub method: String,
    /// By name.
    pub params: Map<String, Json>,
}

/// A call that was refused: the HTTP status and the members of `error`.
#[derive(Clone, Debug, PartialEq)]
pub struct Refusal {
    /// Of the answer.
    pub status: u16,
    /// JSON-RPC's.
    pub code: i64,
    /// A sentence, or for a form an object from field name to sentence.
    pub message: Json,
}

impl Refusal {
    /// The path, the method or the envelope is wrong.
    pub fn new(status: u16, code: i64, message: impl Into<Json>) -> Refusal {
        Refusal {
            status,
            code,
            message: message.into(),
        }
    }

    /// The endpoint has no such method.
    pub fn unsupported(method: &str) -> Refusal {
        Refusal::new(501, METHOD_NOT_FOUND, format!("action: {method} is not supported"))
    }
}

/// The request is no proper call, or its path does not exist.
pub const INVALID_REQUEST: i64 = -32600;
/// There is no such method here.
pub const METHOD_NOT_FOUND: i64 = -32601;
/// The parameters were checked and refused.
pub const INVALID_PARAMS: i64 = -32602;
/// Something went wrong while it was carried out.
pub const INTERNAL_ERROR: i64 = -32603;
/// The body is not JSON.
pub const PARSE_ERROR: i64 = -32700;

/// Reads the body of a POST. Refusals of the envelope never echo an id.
pub fn parse(content_type: Option<&str>, body: &[u8]) -> Result<Call, Refusal> {
    let media = content_type
        .unwrap_or_default()
        .split(';')
        .next()
        .unwrap_or_default()
        .trim();
    if !media.eq_ignore_ascii_case("application/json") {
        return Err(invalid("Invalid content-type (use application/json)"));
    }
    let value: Json = serde_json::from_slice(body)
        .map_err(|error| Refusal::new(400, PARSE_ERROR, format!("JSON parse error: {error}")))?;
    match value {
        Json::Object(members) => call(members),
        Json::Array(_) => Err(invalid("JSONRPC batch requests are not supported")),
        _ => Err(invalid("JSONRPC root object must be an object")),
    }
}

fn call(mut members: Map<String, Json>) -> Result<Call, Refusal> {
    let version = string(take(&mut members, "jsonrpc")?, "jsonrpc")?;
    let method = string(take(&mut members, "method")?, "method")?;
    let id = take(&mut members, "id")?;
    if !(id.is_string() || id.is_null() || id.is_i64() || id.is_u64()) {
        return Err(invalid("'id' must be a string, number, or null"));
    }
    let Json::Object(params) = take(&mut members, "params")? else {
        return Err(invalid("'params' must be an object"));
    };
    if version != "2.0" {
        return Err(invalid("only JSONRPC 2.0 is supported"));
    }
    Ok(Call { id, method, params })
}

fn take(members: &mut Map<String, Json>, key: &str) -> Result<Json, Refusal> {
    members
        .swap_remove(key)
        .ok_or_else(|| invalid(&format!("missing key '{key}'")))
}

fn string(value: Json, key: &str) -> Result<String, Refusal> {
    match value {
        Json::String(text) => Ok(text),
        _ => Err(invalid(&format!("'{key}' must be a string"))),
    }
}

fn invalid(message: &str) -> Refusal {
    Refusal::new(400, INVALID_REQUEST, message)
}

/// The body of a 200.
pub fn answer(id: &Json, result: Json) -> Json {
    json!({"id": id, "jsonrpc": "2.0", "result": result})
}

/// The body of a refusal; `id` is `None` when the envelope could not be read.
pub fn refusal(id: Option<&Json>, refusal: &Refusal) -> Json {
    let mut body = json!({
        "error": {"code": refusal.code, "message": refusal.message},
        "jsonrpc": "2.0",
    });
    if let (Some(body), Some(id)) = (body.as_object_mut(), id) {
        body.insert("id".into(), id.clone());
    }
    body
}
