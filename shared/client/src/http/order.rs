//! Orders: JSON-RPC over `POST` (§8).

use super::answer::Answer;
use super::{Asked, Http, rows};
use crate::Error;
use model::Json;
use serde_json::json;
use std::collections::BTreeMap;

/// Most sentences about a form's fields that are kept.
const MOST_FIELDS: usize = 1000;

impl Http {
    /// Gives an order to what is at `path`, for example `stop` to `builds/17`; what the master answers. An order is sent
    /// once: whether one that got no answer was carried out, nobody knows.
    pub async fn order(&self, path: &str, method: &str, params: Json) -> Result<Json, Error> {
        let call = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params});
        let answer = self.ask(&Asked::order(path, call.to_string())).await?;
        if answer.status != 200 {
            return Err(refusal(&answer, path));
        }
        let mut told = rows::json(&answer, path)?;
        match told.get_mut("error") {
            Some(error) if !error.is_null() => Err(Error::Failed {
                status: answer.status,
                text: answer.words(),
            }),
            _ => Ok(told.get_mut("result").map(Json::take).unwrap_or_default()),
        }
    }
}

fn refusal(answer: &Answer, path: &str) -> Error {
    let message = answer
        .error()
        .and_then(|mut error| error.get_mut("message").map(Json::take));
    match message {
        Some(Json::Object(fields)) if answer.status == 400 && !fields.is_empty() => {
            let told = fields.into_iter().take(MOST_FIELDS);
            let fields: BTreeMap<String, String> = told.map(|(name, what)| (name, sentence(&what))).collect();
            Error::Refused { fields }
        }
        _ => answer.trouble(path),
    }
}

fn sentence(what: &Json) -> String {
    match what {
        Json::String(text) => text.chars().take(500).collect(),
        other => other.to_string().chars().take(500).collect(),
    }
}
