//! The worker's end (`worker-protocol-pb` §1): logs in and serves the master's questions meanwhile.

mod bot;
mod builder;
mod calls;
mod commands;

use super::failure::from_spread;
use crate::{ConnectError, Connected, Login};
use bot::Bot;
use calls::Perspective;
use commands::Commands;
use spread::login::LoginError;
use spread::{Closed, Connection, Options, Reference};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::{oneshot, watch};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use wire::worker::link::{End, pair};

/// So long a master may take from the connection to its first question. It first makes sure that an earlier worker of the
/// name is gone, which takes a while when that one does not answer.
const LOGIN: Duration = Duration::from_secs(60);

/// Logs in to the master at the other end of `stream`; `address` is for messages. Resolves when the master has begun to
/// ask about the worker, which it does before it answers the login, or has said no.
pub async fn connect<S>(stream: S, address: &str, login: Login) -> Result<Connected, ConnectError>
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let (connection, driving) = spread::client(stream, Options::default());
    let (end, End { caller, inbox }) = pair();
    let commands = Arc::new(Commands::default());
    let answering = TaskTracker::new();
    let asked = CancellationToken::new();
    let bot = Bot::new(caller, Arc::clone(&commands), answering.clone(), asked.clone());
    let (found, perspective): (_, Perspective) = watch::channel(None);
    let closed = CancellationToken::new();
    // Whoever gives up waiting here leaves no connection behind.
    let unless_connected = closed.clone().drop_guard();
    tokio::spawn(driving);
    tokio::spawn({
        let (connection, closed, address) = (connection.clone(), closed.clone(), address.to_owned());
        async move {
            tokio::select! {
                reason = connection.closed() => tell_end(&address, &reason),
                () = calls::carry(inbox, commands, perspective.clone()) => leave(&answering).await,
                () = closed.cancelled() => {}
            }
            connection.close();
            closed.cancel();
            connection.closed().await;
            // To give it back earlier would be to log out, while the connection stays.
            drop(perspective);
        }
    });
    let (answer, mut accepted) = oneshot::channel();
    tokio::spawn(enter(
        connection,
        address.to_owned(),
        login,
        Arc::new(bot),
        found,
        answer,
    ));
    tokio::select! {
        () = asked.cancelled() => {}
        () = tokio::time::sleep(LOGIN) => {
            return Err(ConnectError::Protocol {
                address: address.to_owned(),
                reason: format!("it did not answer the login within {} seconds", LOGIN.as_secs()),
            });
        }
        result = &mut accepted => {
            result.unwrap_or_else(|_| Err(ConnectError::Lost { address: address.to_owned() }))?;
            let (answer, again) = oneshot::channel();
            let _ = answer.send(Ok(()));
            accepted = again;
        }
    }
    unless_connected.disarm();
    Ok(Connected { end, accepted, closed })
}

/// Logs in, and says to whoever waits how it went.
async fn enter(
    connection: Connection,
    address: String,
    login: Login,
    bot: Arc<Bot>,
    found: watch::Sender<Option<Reference>>,
    answer: oneshot::Sender<Result<(), ConnectError>>,
) {
    let result = match spread::login::login(&connection, &login.name, &login.password, Some(bot)).await {
        Ok(perspective) => {
            found.send_replace(Some(perspective));
            Ok(())
        }
        Err(error) => Err(refusal(error, &connection, address, login.name).await),
    };
    // Whoever does not wait for it learns of it by the connection's end.
    let _ = answer.send(result);
}

async fn refusal(error: LoginError, connection: &Connection, address: String, name: String) -> ConnectError {
    match error {
        LoginError::Refused => ConnectError::Refused { address, name },
        LoginError::Failed(failure) => ConnectError::Rejected {
            address,
            failure: from_spread(failure),
        },
        LoginError::Strange(reason) => ConnectError::Protocol { address, reason },
        LoginError::Lost => match connection.closed().await {
            reason @ (Closed::Broken(_) | Closed::Silent(_)) => ConnectError::Protocol {
                address,
                reason: reason.to_string(),
            },
            _ => ConnectError::Lost { address },
        },
    }
}

/// The worker is gone: what it still answered is to be sent, above all the answer to the master that sent it away.
async fn leave(answering: &TaskTracker) {
    answering.close();
    answering.wait().await;
}

fn tell_end(address: &str, reason: &Closed) {
    match reason {
        Closed::Here | Closed::There => tracing::info!(%address, "the connection to the master is over: {reason}"),
        _ => tracing::warn!(%address, "the connection to the master is over: {reason}"),
    }
}
