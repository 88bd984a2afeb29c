//! How a worker comes in at a master's port.

use super::greeting::{self, Caller};
use super::limits::HANDSHAKE;
use super::login::{self, Authorization};
use super::master::MasterSide;
use super::peer;
use crate::{Door, Visitor};
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_tungstenite::WebSocketStream;
use tokio_util::sync::CancellationToken;
use wire::worker::link::pair;

/// Serves one connection to the port of a master, from its first byte to its end or until `stop` is cancelled. Who does
/// not give a name and a password that the door knows gets an HTTP status and nothing else; whom the door does not take
/// afterwards sees the connection closed, because the protocol has no word for it.
pub async fn serve<S>(stream: S, from: Option<SocketAddr>, door: Arc<dyn Door>, stop: CancellationToken)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let shown = from.map_or("a stream".to_owned(), |from| from.to_string());
    let greeted = tokio::select! {
        greeted = tokio::time::timeout(HANDSHAKE, greet(stream, from, &*door)) => greeted,
        () = stop.cancelled() => return,
    };
    let (name, socket, ours) = match greeted {
        Ok(Ok(Some(greeted))) => greeted,
        // It was told, and the door knows.
        Ok(Ok(None)) => return,
        Ok(Err(error)) => return tracing::info!(from = %shown, %error, "not a worker: a msgpack connection ended"),
        Err(_) => return tracing::info!(from = %shown, "a msgpack connection was silent and is closed"),
    };
    let (end, ours_end) = pair();
    let side = MasterSide::new(&name, ours);
    let closed = stop.child_token();
    let lost = side.clone();
    let lost = move || lost.lost();
    let peer = format!("{name} at {shown}");
    let carry = peer::run(socket, ours_end, side, peer, closed.clone(), lost);
    let visitor = Visitor {
        name: name.clone(),
        from,
        end,
    };
    let attach = async {
        if let Err(failure) = door.attach(visitor).await {
            tracing::info!(worker = %name, from = %shown, %failure, "a worker was not taken");
            closed.cancel();
        }
    };
    tokio::join!(Box::pin(carry), attach);
}

/// A worker whose password is right: its name, its WebSocket, and whether it is one of ours.
type Greeted<S> = (String, WebSocketStream<S>, bool);

/// Decides who comes in (`worker-protocol-msgpack` §1).
async fn greet<S>(stream: S, from: Option<SocketAddr>, door: &dyn Door) -> io::Result<Option<Greeted<S>>>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let caller: Caller<S> = greeting::read(stream).await?;
    let (name, password) = match caller.authorization() {
        Authorization::Basic { name, password } => (name, password),
        Authorization::Absent => {
            door.refused("", from);
            return caller.refuse("401 Unauthorized").await.map(|()| None);
        }
        Authorization::Unusable => {
            door.refused("", from);
            return caller.refuse("400 Bad request").await.map(|()| None);
        }
    };
    let wanted = door.password(&name).await;
    if !wanted.is_some_and(|wanted| login::same_password(&password, &wanted)) {
        door.refused(&name, from);
        return caller.refuse("401 Unauthorized").await.map(|()| None);
    }
    let ours = caller.is_ours();
    Ok(Some((name, caller.accept().await?, ours)))
}
