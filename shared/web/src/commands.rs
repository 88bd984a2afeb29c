//! `app`'s commands and events at `/api/outpost/v1`, which this crate carries and does not know.

use crate::access::Caller;
use crate::router::State;
use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket, WebSocketUpgrade};
use axum::extract::{self, Path};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json as Body};
use futures_util::future::BoxFuture;
use futures_util::stream::BoxStream;
use futures_util::{FutureExt, StreamExt};
use model::Json;
use serde::Serialize;
use serde_json::json;
use std::collections::BTreeMap;
use std::time::Duration;

/// The version of the commands; a face that speaks another one says so.
pub const PROTOCOL: u32 = 1;

/// What the owner's faces can ask for.
pub trait Commands: Send + Sync + 'static {
    /// Carries out the command `name`.
    fn call(&self, name: &str, input: Json, caller: Caller) -> BoxFuture<'static, Result<Json, CommandError>>;

    /// What happens from now on. The stream ends when the resident does; it yields [`Lagged`] and ends when the
    /// listener was too slow.
    fn events(&self) -> BoxStream<'static, Result<Json, Lagged>>;
}

/// A listener was too slow, and events are lost to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lagged;

/// Why a command was not done, as it is shown; the body of the answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CommandError {
    /// Stable word for programs: `not_found`, `invalid`, `conflict`, `unavailable`, `forbidden` or `failed`.
    pub code: String,
    /// One sentence: the thing and the reason.
    pub message: String,
    /// The next step, if there is one.
    pub hint: Option<String>,
    /// Problems of single fields of a form, by full name.
    pub fields: BTreeMap<String, String>,
}

impl CommandError {
    fn status(&self) -> StatusCode {
        match self.code.as_str() {
            "not_found" => StatusCode::NOT_FOUND,
            "invalid" => StatusCode::BAD_REQUEST,
            "conflict" => StatusCode::CONFLICT,
            "unavailable" => StatusCode::SERVICE_UNAVAILABLE,
            "forbidden" => StatusCode::FORBIDDEN,
            _ => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

impl IntoResponse for CommandError {
    fn into_response(self) -> Response {
        (self.status(), Body(self)).into_response()
    }
}

/// For a master without `app`, such as `outpost master start`: there are no commands, and no events come.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoCommands;

impl Commands for NoCommands {
    fn call(&self, name: &str, _input: Json, _caller: Caller) -> BoxFuture<'static, Result<Json, CommandError>> {
        let error = CommandError {
            code: "not_found".into(),
            message: format!("There is no command '{name}' here."),
            hint: Some("This is a master alone; its REST API is at /api/v2.".into()),
            fields: BTreeMap::new(),
        };
        async move { Err(error) }.boxed()
    }

    fn events(&self) -> BoxStream<'static, Result<Json, Lagged>> {
        futures_util::stream::pending().boxed()
    }
}

/// `GET /api/outpost/v1`: what is spoken here, and whether the caller may use it.
pub async fn discover(Extension(caller): Extension<Caller>) -> Response {
    Body(json!({
        "protocol": PROTOCOL,
        "version": env!("CARGO_PKG_VERSION"),
        "signed_in": caller.is_owner(),
    }))
    .into_response()
}

/// `POST /api/outpost/v1/call/{name}`: the input as JSON, an empty body being `{}`; the output as JSON.
pub async fn call(
    extract::State(state): extract::State<State>,
    Extension(caller): Extension<Caller>,
    Path(name): Path<String>,
    headers: axum::http::HeaderMap,
    body: axum::body::Bytes,
) -> Response {
    let input = match input(&headers, &body) {
        Ok(input) => input,
        Err(error) => return error.into_response(),
    };
    match state.commands.call(&name, input, caller).await {
        Ok(output) => Body(output).into_response(),
        Err(error) => error.into_response(),
    }
}

/// The JSON content type is asked for because no page of another site can send it without being asked first.
pub(crate) fn input(headers: &axum::http::HeaderMap, body: &[u8]) -> Result<Json, CommandError> {
    let media = headers
        .get(axum::http::header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    let invalid = |message: String| CommandError {
        code: "invalid".into(),
        message,
        hint: Some("Send one JSON value with Content-Type: application/json.".into()),
        fields: BTreeMap::new(),
    };
    if !media.is_some_and(|media| media.trim_start().starts_with("application/json")) {
        return Err(invalid("The command's input is not marked as JSON.".into()));
    }
    if body.is_empty() {
        return Ok(json!({}));
    }
    serde_json::from_slice(body).map_err(|error| invalid(format!("The command's input is not JSON: {error}.")))
}

/// `GET /api/outpost/v1/events`: a WebSocket with one JSON text per event.
pub async fn events(
    extract::State(state): extract::State<State>,
    upgrade: Result<WebSocketUpgrade, extract::ws::rejection::WebSocketUpgradeRejection>,
) -> Response {
    match upgrade {
        Ok(upgrade) => {
            let events = state.commands.events();
            upgrade
                .max_message_size(4096)
                .on_upgrade(move |socket| async move { tell(socket, events, state.hub.closed()).await })
        }
        Err(_) => StatusCode::UPGRADE_REQUIRED.into_response(),
    }
}

/// A face that does not take an event for so long is gone.
const PATIENCE: Duration = Duration::from_secs(30);

async fn tell(
    mut socket: WebSocket,
    mut events: BoxStream<'static, Result<Json, Lagged>>,
    stopping: impl Future<Output = ()>,
) {
    let mut stopping = std::pin::pin!(stopping);
    loop {
        let event = tokio::select! {
            event = events.next() => event,
            said = socket.recv() => match said {
                // Nothing is expected but answers to pings, and the close.
                Some(Ok(Message::Close(_)) | Err(_)) | None => return,
                Some(Ok(_)) => continue,
            },
            () = &mut stopping => None,
        };
        let (message, last) = match event {
            Some(Ok(event)) => (Message::Text(event.to_string().into()), false),
            Some(Err(Lagged)) => (
                close(
                    1013,
                    "events were lost because they were read too slowly; read all again",
                ),
                true,
            ),
            None => (close(1001, "the resident stops"), true),
        };
        let sent = tokio::time::timeout(PATIENCE, socket.send(message)).await;
        if last || !matches!(sent, Ok(Ok(()))) {
            return;
        }
    }
}

fn close(code: u16, reason: &'static str) -> Message {
    Message::Close(Some(CloseFrame {
        code,
        reason: Utf8Bytes::from_static(reason),
    }))
}
