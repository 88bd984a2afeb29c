//! `/ws`: subscriptions, and the events that fit them.

use super::{Shared, lock};
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use std::sync::Arc;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::Role;
use tokio_tungstenite::tungstenite::{Message, Utf8Bytes};

/// Serves a connection that asked for the socket until it ends.
pub async fn serve(mut stream: TcpStream, key: &str, shared: Arc<Shared>) {
    let answer = format!(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {}\r\n\r\n",
        derive_accept_key(key.as_bytes())
    );
    if stream.write_all(answer.as_bytes()).await.is_err() {
        return;
    }
    let socket = WebSocketStream::from_raw_socket(stream, Role::Server, None).await;
    let (frames, mut to_send) = mpsc::unbounded_channel();
    let number = lock(&shared.state).admit(frames);
    talk(socket, number, &mut to_send, &shared).await;
    lock(&shared.state).dismiss(number);
}

async fn talk(
    mut socket: WebSocketStream<TcpStream>,
    number: u64,
    to_send: &mut mpsc::UnboundedReceiver<Utf8Bytes>,
    shared: &Shared,
) {
    loop {
        let answer = tokio::select! {
            frame = to_send.recv() => match frame {
                Some(frame) => frame,
                None => return,
            },
            order = socket.next() => match order {
                Some(Ok(Message::Text(text))) => Utf8Bytes::from(obey(shared, number, &text).to_string()),
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => continue,
                _ => return,
            },
        };
        {
            let mut asked = lock(&shared.asked);
            asked.frames += 1;
            asked.bytes += u64::try_from(answer.len()).unwrap_or(0);
        }
        if socket.send(Message::Text(answer)).await.is_err() {
            return;
        }
    }
}

/// Does what a frame says, and gives the answer.
fn obey(shared: &Shared, number: u64, text: &str) -> Value {
    let order: Value = serde_json::from_str(text).unwrap_or_default();
    let mut state = lock(&shared.state);
    let id = order["_id"].clone();
    let Some(listener) = state.listener(number) else {
        return Value::Null;
    };
    let path = order["path"].as_str().unwrap_or_default().to_owned();
    match order["cmd"].as_str() {
        Some("startConsuming") => {
            if !listener.paths.contains(&path) {
                listener.paths.push(path);
            }
            json!({"msg": "OK", "code": 200, "_id": id})
        }
        Some("stopConsuming") => {
            listener.paths.retain(|other| *other != path);
            json!({"msg": "OK", "code": 200, "_id": id})
        }
        Some("ping") => json!({"msg": "pong", "code": 200, "_id": id}),
        _ => json!({"error": "no such command type", "code": 404, "_id": id}),
    }
}
