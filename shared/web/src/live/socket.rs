//! `/ws`: commands in, events out.

use super::hub::{Dress, Ear, End, Frames, Hub};
use crate::router::State;
use axum::extract;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket, WebSocketUpgrade};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt, StreamExt};
use std::time::Duration;
use tokio::time::Instant;
use wire::events::{Command, Mistake, command};

/// Bytes in one frame of a client; a command has far fewer.
const LONGEST_FRAME: usize = 64 * 1024;
/// Frames that are written together.
const BATCH: usize = 256;
/// How long a dropped listener may take to hear why.
const LAST_WORDS: Duration = Duration::from_secs(5);

/// A request that is no upgrade is answered 426 with an empty body, as Buildbot does.
pub async fn open(
    extract::State(state): extract::State<State>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Response {
    let Ok(upgrade) = upgrade else {
        return StatusCode::UPGRADE_REQUIRED.into_response();
    };
    let Some(ear) = state.hub.listen(Dress::Socket) else {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    };
    upgrade
        .max_message_size(LONGEST_FRAME)
        .max_frame_size(LONGEST_FRAME)
        .on_upgrade(move |socket| serve(socket, state.hub, ear))
}

/// Ends without a close frame unless there is something to say: Buildbot's clients know the bare end of the
/// connection as what a bad frame, or a master that stops, gets them.
async fn serve(socket: WebSocket, hub: Hub, mut ear: Ear) {
    let (mut sink, mut stream) = socket.split();
    let id = ear.id();
    let why = tokio::select! {
        () = converse(&mut sink, &mut stream, &hub, &mut ear.frames, id) => None,
        why = &mut ear.end => why.ok(),
    };
    if let Some(why) = why {
        let last = sink.send(Message::Close(Some(close_frame(why))));
        // Who does not read this either is cut off.
        let _ = tokio::time::timeout(LAST_WORDS, last).await;
    }
}

fn close_frame(why: End) -> CloseFrame {
    CloseFrame {
        code: 1013,
        reason: Utf8Bytes::from_static(why.reason()),
    }
}

/// Until the client leaves or says something unreadable, or nothing more will be published.
async fn converse(
    sink: &mut SplitSink<WebSocket, Message>,
    stream: &mut SplitStream<WebSocket>,
    hub: &Hub,
    frames: &mut Frames,
    id: u64,
) {
    let mut batch = Vec::new();
    let mut not_before = Instant::now();
    loop {
        let collected = async {
            tokio::time::sleep_until(not_before).await;
            frames.next(&mut batch, BATCH).await
        };
        tokio::select! {
            count = collected => {
                if count == 0 {
                    return std::future::pending().await;
                }
                for frame in batch.drain(..) {
                    if sink.feed(Message::Text(frame)).await.is_err() {
                        return;
                    }
                }
                if sink.flush().await.is_err() {
                    return;
                }
                not_before = Instant::now() + hub.pause();
            }
            said = stream.next() => match said {
                Some(Ok(Message::Text(said))) => {
                    let Some(answer) = answer(hub, id, &said) else { return };
                    if sink.send(Message::Text(answer.into())).await.is_err() {
                        return;
                    }
                }
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                Some(Ok(Message::Binary(_) | Message::Close(_)) | Err(_)) | None => return,
            },
        }
    }
}

/// What is said to a client's frame; `None` for one that ends the connection.
fn answer(hub: &Hub, id: u64, said: &str) -> Option<String> {
    Some(match command::parse(said) {
        Ok(Command::Ping(echo)) => command::pong(&echo),
        Ok(Command::Start(path, echo)) => match hub.start(id, &path) {
            Ok(()) => command::ok(&echo),
            Err(error) => command::error(500, &format!("Internal Error '{error}'"), &echo),
        },
        Ok(Command::Stop(path, echo)) if hub.stop(id, &path) => command::ok(&echo),
        Ok(Command::Stop(path, echo)) => command::error(400, &command::not_consumed(&path), &echo),
        Err(Mistake::Answered { code, text, id }) => command::error(code, &text, &id),
        Err(Mistake::Unreadable) => return None,
    })
}
