//! Who logs in, who is let in, and what either has afterwards.

use crate::pb::TryDesk;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;
use wire::worker::Failure;
use wire::worker::link::End;

/// What a worker says of itself when it comes.
#[derive(Clone)]
pub struct Login {
    /// The worker's name, as the master's configuration has it.
    pub name: String,
    /// The password of both sides.
    pub password: String,
}

impl std::fmt::Debug for Login {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Login")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// A worker's end of a connection.
#[derive(Debug)]
pub struct Connected {
    /// To serve at once: over PB a master asks all its questions before it answers the login.
    pub end: End,
    /// Resolves when the master has taken the worker, or says why not.
    pub accepted: oneshot::Receiver<Result<(), ConnectError>>,
    /// Cancel to close the connection; cancelled when it is gone.
    pub closed: CancellationToken,
}

/// Why a worker has no connection.
#[derive(Clone, Debug, thiserror::Error)]
pub enum ConnectError {
    /// Nobody answers there.
    #[error("cannot reach {address}: {reason}")]
    Unreachable {
        /// Where.
        address: String,
        /// The system's words.
        reason: String,
    },
    /// No secure connection.
    #[error("no secure connection to {address}: {reason}")]
    Tls {
        /// Where.
        address: String,
        /// What was wrong with the certificate or the handshake.
        reason: String,
    },
    /// Wrong name or password: a master does not tell which.
    #[error("{address} does not accept worker '{name}' with this password")]
    Refused {
        /// Where.
        address: String,
        /// The worker's name.
        name: String,
    },
    /// The master knows the worker, but does not take it now, for example because one of its name is there already.
    #[error("{address} does not take the worker: {failure}")]
    Rejected {
        /// Where.
        address: String,
        /// The master's words.
        failure: Failure,
    },
    /// What answers there does not speak this protocol.
    #[error("{address} does not speak the protocol: {reason}")]
    Protocol {
        /// Where.
        address: String,
        /// What came instead.
        reason: String,
    },
    /// It went away before it had taken the worker.
    #[error("{address} closed the connection before it had taken the worker")]
    Lost {
        /// Where.
        address: String,
    },
}

/// A future of a [`Door`].
pub type DoorFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A worker that stands at the door, its password checked.
#[derive(Debug)]
pub struct Visitor {
    /// Its name.
    pub name: String,
    /// Where it comes from; none over a stream that has no address.
    pub from: Option<SocketAddr>,
    /// The master's end.
    pub end: End,
}

/// What somebody is here for.
pub enum Guest {
    /// To build.
    Worker,
    /// To have a change built.
    Try(Arc<dyn TryDesk>),
}

/// Decides who comes in: the master.
pub trait Door: Send + Sync + 'static {
    /// The password that whoever has this name must have; `None` when there is nobody of this name.
    fn password<'a>(&'a self, name: &'a str) -> DoorFuture<'a, Option<String>>;

    /// Someone was turned away: an unknown name or a wrong password, or no such protocol. For the log and the pages.
    fn refused(&self, name: &str, from: Option<SocketAddr>);

    /// What a name is for whose password was right. Over msgpack come workers only.
    fn guest(&self, name: &str) -> Guest {
        let _ = name;
        Guest::Worker
    }

    /// Attaches a worker whose password was right. Resolves when it may build; a failure is told to it as the answer to
    /// its login. Calls over the end are served meanwhile.
    fn attach(&self, visitor: Visitor) -> DoorFuture<'_, Result<(), Failure>>;
}
