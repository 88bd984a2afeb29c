//! How a worker comes to a master, and how it learns that it is taken.

use super::limits::HANDSHAKE;
use super::peer;
use super::worker::WorkerSide;
use super::{greeting, login};
use crate::{ConnectError, Connected, Login};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::oneshot;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::error::{Error, ProtocolError};
use tokio_tungstenite::tungstenite::http::StatusCode;
use tokio_util::sync::CancellationToken;
use wire::worker::Failure;
use wire::worker::link::{End, pair};

/// Logs in to a master over an open byte stream. `address` is for messages and the HTTP head, `path` is what is asked
/// for, `/` as a rule.
///
/// A master of this protocol does not say that it has taken a worker. [`Connected::accepted`] resolves when it has
/// taken note of the worker's folder, which it lists first of all, or does what it only does afterwards: it greets a
/// builder, or runs a command of one. A master that closes the connection before it has said anything does not take the
/// worker, as a rule because one of its name is there already.
pub async fn connect<S>(stream: S, address: &str, path: &str, login: Login) -> Result<Connected, ConnectError>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let Some(authorization) = login::header(&login) else {
        return Err(rejected(
            address,
            format!("a worker's name cannot have a colon over msgpack: '{}'", login.name),
        ));
    };
    let request = greeting::request(address, path, &authorization).map_err(|reason| ConnectError::Protocol {
        address: address.to_owned(),
        reason,
    })?;
    let greeted = tokio_tungstenite::client_async_with_config(request, stream, Some(greeting::config()));
    let (socket, response) = match tokio::time::timeout(HANDSHAKE, greeted).await {
        Ok(greeted) => greeted.map_err(|error| not_greeted(error, address, &login))?,
        Err(_) => {
            return Err(ConnectError::Protocol {
                address: address.to_owned(),
                reason: format!("it did not answer within {} seconds", HANDSHAKE.as_secs()),
            });
        }
    };
    let (end, ours) = pair();
    let (accept, accepted) = oneshot::channel();
    let side = WorkerSide::new(greeting::is_ours(response.headers()), accept);
    let closed = CancellationToken::new();
    tokio::spawn(serve(socket, ours, side, address.to_owned(), closed.clone()));
    Ok(Connected { end, accepted, closed })
}

/// Serves the connection to its end, and then says why the worker was not taken, if it was not.
async fn serve<S>(socket: WebSocketStream<S>, ours: End, side: WorkerSide, address: String, closed: CancellationToken)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let accept = side.clone();
    peer::run(socket, ours, side, address.clone(), closed, move || {
        let error = if accept.has_heard() {
            ConnectError::Lost { address }
        } else {
            let reason = "it closed the connection at once; as a rule a worker of this name is connected already";
            rejected(&address, reason.to_owned())
        };
        accept.attached(Err(error));
    })
    .await;
}

fn rejected(address: &str, message: String) -> ConnectError {
    ConnectError::Rejected {
        address: address.to_owned(),
        failure: Failure {
            kind: "builtins.RuntimeError".to_owned(),
            message,
        },
    }
}

fn not_greeted(error: Error, address: &str, login: &Login) -> ConnectError {
    let address = address.to_owned();
    let reason = match error {
        Error::Http(response) if response.status() == StatusCode::UNAUTHORIZED => {
            let name = login.name.clone();
            return ConnectError::Refused { address, name };
        }
        Error::Http(response) => format!(
            "it answers 'HTTP {}' instead of opening a WebSocket; is this the msgpack port of a master?",
            response.status()
        ),
        Error::Io(_) | Error::ConnectionClosed | Error::Protocol(ProtocolError::HandshakeIncomplete) => {
            return ConnectError::Lost { address };
        }
        error => format!("{error}; is this the msgpack port of a master?"),
    };
    ConnectError::Protocol { address, reason }
}
