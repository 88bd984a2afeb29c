//! Events of the resident, passed on to the pages; with the state of the link.

use crate::link::{Link, State};
use crate::{stream, window};
use futures_util::StreamExt;
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;
use tauri::{AppHandle, Emitter, Runtime};
use tokio_tungstenite::tungstenite::Message;

/// The first wait after the link was lost; doubled up to [`LONGEST`].
const FIRST: Duration = Duration::from_millis(250);
/// So that a resident that is started again is found within a few seconds.
const LONGEST: Duration = Duration::from_secs(4);

/// Name of the event that carries the resident's events.
pub const EVENT: &str = "outpost";
/// Name of the event that carries the link's state.
pub const LINK: &str = "outpost-link";

/// Starts the resident if need be, then hears it for as long as the window is open. A resident that ended is not
/// started again: somebody may have ended it on purpose.
pub async fn pass_on<R: Runtime>(link: Arc<Link>, app: AppHandle<R>) {
    if link.start().await.is_err() {
        note(&link, &app, State::Lost);
    }
    let mut wait = FIRST;
    loop {
        if listen(&link, &app).await {
            wait = FIRST;
        }
        note(&link, &app, State::Lost);
        tokio::time::sleep(wait).await;
        wait = (wait * 2).min(LONGEST);
    }
}

/// Hears until the link is lost; tells whether there was one.
async fn listen<R: Runtime>(link: &Link, app: &AppHandle<R>) -> bool {
    let Ok(stream) = stream::connect(&link.place.socket).await else {
        return false;
    };
    let Ok((mut socket, _)) = tokio_tungstenite::client_async("ws://outpost/api/outpost/v1/events", stream).await
    else {
        return false;
    };
    note(link, app, State::Live);
    while let Some(Ok(message)) = socket.next().await {
        if let Message::Text(text) = message {
            pass(text.as_str(), app);
        }
    }
    true
}

fn pass<R: Runtime>(text: &str, app: &AppHandle<R>) {
    let event: Value = match serde_json::from_str(text) {
        Ok(event) => event,
        Err(error) => {
            eprintln!("outpost-desktop: an event is no JSON: {error}");
            return;
        }
    };
    if event["kind"] == "open" {
        window::bring_forward(app);
    }
    send(app, EVENT, event);
}

fn note<R: Runtime>(link: &Link, app: &AppHandle<R>, state: State) {
    if link.note(state) {
        send(app, LINK, state);
    }
}

/// A window that closes just now hears nothing any more, which is no error.
pub fn send<R: Runtime>(app: &AppHandle<R>, name: &str, payload: impl serde::Serialize + Clone) {
    let _ = app.emit(name, payload);
}
