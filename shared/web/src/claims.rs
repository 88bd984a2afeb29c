//! `/api/outpost/v1/claims`: who has which broken builder, for every Outpost that follows this master.
//!
//! Whoever may give orders by REST v2 may say so too; a name is taken as it is given, as a builder's owner is.

use crate::commands::CommandError;
use crate::router::State;
use axum::extract;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use axum::{Json as Body, body::Bytes};
use master::ControlError;
use model::BuilderId;
use std::collections::BTreeMap;
use wire::claims::{Order, list};

/// `GET`: the claims in force.
pub async fn read(extract::State(state): extract::State<State>) -> Response {
    match state.master.claims().await {
        Ok(claims) => Body(list(&claims)).into_response(),
        Err(error) => failed(error.to_string()).into_response(),
    }
}

/// `POST`: claims a builder or gives it back, and answers the claims in force.
pub async fn order(extract::State(state): extract::State<State>, headers: HeaderMap, body: Bytes) -> Response {
    let order = match crate::commands::input(&headers, &body).and_then(|input| {
        serde_json::from_value::<Order>(input).map_err(|error| invalid(format!("This is no claim: {error}.")))
    }) {
        Ok(order) => order,
        Err(error) => return error.into_response(),
    };
    let builder = BuilderId(order.builderid);
    let done = match &order.by {
        Some(by) => state.master.claim(builder, by).await.map(drop),
        None => state.master.unclaim(builder).await,
    };
    match done {
        Ok(()) => read(extract::State(state)).await,
        Err(ControlError::Store(error)) => failed(error.to_string()).into_response(),
        Err(error) => invalid(format!("This cannot be claimed: {error}.")).into_response(),
    }
}

fn invalid(message: String) -> CommandError {
    CommandError {
        code: "invalid".into(),
        message,
        hint: Some("Send {\"builderid\": 3, \"by\": \"a name\"}, with the id of a builder that is configured.".into()),
        fields: BTreeMap::new(),
    }
}

fn failed(message: String) -> CommandError {
    CommandError {
        code: "failed".into(),
        message,
        hint: None,
        fields: BTreeMap::new(),
    }
}
