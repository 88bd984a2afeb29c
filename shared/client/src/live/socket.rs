//! A line over `/ws` (`live-events` §1).

use super::frame::command;
use super::line::{Heard, of_frame};
use crate::Error;
use crate::http::Socket;
use futures_util::{SinkExt, StreamExt};
use std::time::Duration;
use tokio_tungstenite::tungstenite::Message;

/// A master that takes no frame for so long does not listen.
const SENDING: Duration = Duration::from_secs(10);

pub(crate) struct SocketLine {
    socket: Socket,
}

impl SocketLine {
    pub(crate) fn new(socket: Socket) -> SocketLine {
        SocketLine { socket }
    }

    pub(super) async fn next(&mut self) -> Result<Heard, Error> {
        match self.socket.next().await {
            Some(Ok(Message::Text(text))) => Ok(of_frame(&text)),
            Some(Ok(Message::Close(_))) | None => Err(closed()),
            Some(Ok(_)) => Ok(Heard::Life),
            Some(Err(error)) => Err(lost(&error)),
        }
    }

    pub(super) async fn command(&mut self, name: &str, path: &str, number: u64) -> Result<(), Error> {
        self.send(Message::text(command(name, path, number))).await
    }

    pub(super) async fn ping(&mut self) -> Result<(), Error> {
        self.send(Message::Ping(Default::default())).await
    }

    async fn send(&mut self, message: Message) -> Result<(), Error> {
        match tokio::time::timeout(SENDING, self.socket.send(message)).await {
            Ok(sent) => sent.map_err(|error| lost(&error)),
            Err(_) => Err(Error::Unreachable(
                "it takes nothing over the live connection".to_owned(),
            )),
        }
    }
}

fn closed() -> Error {
    Error::Unreachable("the live connection was closed".to_owned())
}

fn lost(error: &tokio_tungstenite::tungstenite::Error) -> Error {
    use tokio_tungstenite::tungstenite::Error as E;
    use tokio_tungstenite::tungstenite::error::ProtocolError;
    match error {
        E::Capacity(_) => Error::TooBig(format!("an event of the live connection: {error}")),
        // The master's machine or something on the way let go of it, which is no lie.
        E::Protocol(ProtocolError::ResetWithoutClosingHandshake) => {
            Error::Unreachable("the live connection was lost".to_owned())
        }
        E::Protocol(_) | E::Utf8(_) => Error::Lies(format!("the live connection makes no sense: {error}")),
        _ => Error::Unreachable("the live connection was lost".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio_tungstenite::tungstenite::error::{Error as Tungstenite, ProtocolError};

    #[test]
    fn a_connection_that_was_cut_is_no_lie() {
        let cut = Tungstenite::Protocol(ProtocolError::ResetWithoutClosingHandshake);
        assert!(matches!(lost(&cut), Error::Unreachable(_)));
        let nonsense = Tungstenite::Protocol(ProtocolError::WrongHttpVersion);
        assert!(matches!(lost(&nonsense), Error::Lies(_)));
    }
}
