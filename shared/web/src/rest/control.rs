//! Orders by JSON-RPC (§4, §8).
//!
//! Where Buildbot answers a crash (500) because something named in the order does not exist, the answer here is 404 or
//! 400 with a sentence; where it accepts an order about something unknown in silence, so does this.

use super::endpoint;
use super::path::{BuildAt, Endpoint, WorkerAt};
use super::read::locate;
use crate::router::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use master::{ControlError, ForceRequest, Requested, WorkerOrder};
use model::{BuildId, Json, RequestId, SchedulerId};
use serde_json::{Map, json};
use store::StoreError;
use wire::rest::rpc::{self, Call, Refusal};
use wire::rest::text;

/// Carries out the call in `body` and answers it.
pub async fn answer(state: &State, elements: &[String], media: Option<&str>, body: &[u8]) -> Response {
    let call = match rpc::parse(media, body) {
        Ok(call) => call,
        Err(refusal) => return refused(None, &refusal),
    };
    let id = call.id.clone();
    match carry_out(state, elements, call).await {
        Ok(result) => json_response(StatusCode::OK, rpc::answer(&id, result)),
        Err(refusal) => refused(Some(&id), &refusal),
    }
}

fn refused(id: Option<&Json>, refusal: &Refusal) -> Response {
    let status = StatusCode::from_u16(refusal.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    json_response(status, rpc::refusal(id, refusal))
}

fn json_response(status: StatusCode, body: Json) -> Response {
    let media = [(header::CONTENT_TYPE, "application/json")];
    (status, media, text::compact(&text::sorted(body))).into_response()
}

async fn carry_out(state: &State, elements: &[String], call: Call) -> Result<Json, Refusal> {
    let endpoint =
        endpoint(elements).map_err(|failure| Refusal::new(404, rpc::INVALID_REQUEST, failure.to_string()))?;
    match &endpoint {
        Endpoint::Build(at) => build(state, at, &call).await,
        Endpoint::Request(id) => request(state, RequestId(*id), &call).await,
        Endpoint::Scheduler(_, id) => scheduler(state, SchedulerId(*id), &call).await,
        Endpoint::ForceScheduler(name) => force(state, name, call).await,
        Endpoint::Worker(_, _, at) => worker(state, at, &call).await,
        _ => Err(Refusal::unsupported(&call.method)),
    }
}

fn not_found(what: &str, name: &dyn std::fmt::Display) -> Refusal {
    Refusal::new(404, rpc::INVALID_REQUEST, format!("there is no {what} {name}"))
}

fn of_store(error: StoreError) -> Refusal {
    Refusal::new(500, rpc::INTERNAL_ERROR, error.to_string())
}

fn of_master(error: ControlError) -> Refusal {
    let text = error.to_string();
    match error {
        ControlError::Unknown { .. } => Refusal::new(404, rpc::INVALID_REQUEST, text),
        ControlError::Form(problems) => Refusal::new(400, rpc::INVALID_PARAMS, json!(problems)),
        ControlError::NoBuilder { .. } | ControlError::Disabled(_) | ControlError::Removed(_) => {
            Refusal::new(400, rpc::INVALID_PARAMS, text)
        }
        ControlError::Over { .. } => Refusal::new(409, rpc::INVALID_REQUEST, text),
        ControlError::Stopped => Refusal::new(503, rpc::INTERNAL_ERROR, text),
        ControlError::Store(_) => Refusal::new(500, rpc::INTERNAL_ERROR, text),
    }
}

/// An order about something unknown, or over already, is accepted in silence.
fn unchecked(result: Result<(), ControlError>) -> Result<Json, Refusal> {
    match result {
        Ok(()) | Err(ControlError::Unknown { .. } | ControlError::Over { .. }) => Ok(Json::Null),
        Err(error) => Err(of_master(error)),
    }
}

/// As given, or the protocol's words for none.
fn reason(call: &Call) -> Option<String> {
    let given = call.params.get("reason").and_then(Json::as_str);
    Some(given.unwrap_or("no reason").to_owned())
}

async fn build(state: &State, at: &BuildAt, call: &Call) -> Result<Json, Refusal> {
    let id = build_id(state, at.clone()).await?;
    match (call.method.as_str(), id) {
        ("stop", None) => Ok(Json::Null),
        ("stop", Some(id)) => unchecked(state.master.stop_build(id, reason(call)).await),
        ("rebuild", Some(id)) => state.master.rebuild(id).await.map(asked).map_err(of_master),
        ("rebuild", None) => Err(not_found("build", &"of that number")),
        (method, _) => Err(Refusal::unsupported(method)),
    }
}

async fn build_id(state: &State, at: BuildAt) -> Result<Option<BuildId>, Refusal> {
    state
        .store
        .read(move |c| locate::build_id(c, &at))
        .await
        .map_err(of_store)
}

/// `[bsid, {"<builderid>": brid, …}]`
fn asked(for_builds: Requested) -> Json {
    let requests = for_builds.requests.iter();
    let requests: Map<String, Json> = requests.map(|(builder, id)| (builder.to_string(), json!(id))).collect();
    json!([for_builds.set, requests])
}

async fn request(state: &State, id: RequestId, call: &Call) -> Result<Json, Refusal> {
    match call.method.as_str() {
        "cancel" => unchecked(state.master.cancel_request(id, reason(call)).await),
        "set_priority" => {
            let Some(priority) = call.params.get("priority").and_then(Json::as_i64) else {
                let wanted = "'priority' must be a whole number";
                return Err(Refusal::new(400, rpc::INVALID_PARAMS, wanted));
            };
            unchecked(state.master.set_priority(id, priority).await)
        }
        method => Err(Refusal::unsupported(method)),
    }
}

async fn scheduler(state: &State, id: SchedulerId, call: &Call) -> Result<Json, Refusal> {
    if call.method != "enable" {
        return Ok(Json::Null);
    }
    let Some(enabled) = call.params.get("enabled").and_then(Json::as_bool) else {
        return Err(Refusal::new(
            400,
            rpc::INVALID_PARAMS,
            "'enabled' must be true or false",
        ));
    };
    unchecked(state.master.set_scheduler_enabled(id, enabled).await)
}

async fn force(state: &State, name: &str, call: Call) -> Result<Json, Refusal> {
    if call.method != "force" {
        return Ok(Json::Null);
    }
    let request = ForceRequest {
        scheduler: name.to_owned(),
        owner: "anonymous".to_owned(),
        params: call.params,
    };
    state.master.force(request).await.map(asked).map_err(of_master)
}

async fn worker(state: &State, at: &WorkerAt, call: &Call) -> Result<Json, Refusal> {
    let order = match call.method.as_str() {
        "stop" => WorkerOrder::Stop,
        "kill" => WorkerOrder::Kill,
        "pause" => WorkerOrder::Pause,
        "unpause" => WorkerOrder::Unpause,
        method => return Err(Refusal::unsupported(method)),
    };
    let name = worker_name(state, at.clone()).await?;
    let done = state.master.order_worker(&name, order, reason(call)).await;
    done.map(|()| Json::Null).map_err(of_master)
}

async fn worker_name(state: &State, at: WorkerAt) -> Result<String, Refusal> {
    let called = match &at {
        WorkerAt::Id(id) => id.to_string(),
        WorkerAt::Name(name) => name.clone(),
    };
    let row = state
        .store
        .read(move |c| locate::worker(c, &at))
        .await
        .map_err(of_store)?;
    row.map(|row| row.name).ok_or_else(|| not_found("worker", &called))
}
