//! One connection, as its owner sees it.

use crate::banana::Dialect;
use crate::drive::{Driven, End, drive};
use crate::shared::Shared;
use crate::{Object, Options, Reference};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};

/// A connection to a peer; clones are the same. It lives as long as the future that came with it.
#[derive(Clone)]
pub struct Connection {
    shared: Arc<Shared>,
}

/// Why a connection is over.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Closed {
    /// [`Connection::close`], or the future that drives it was dropped.
    #[error("closed at this end")]
    Here,
    /// The peer closed it.
    #[error("the peer closed the connection")]
    There,
    /// The stream failed.
    #[error("the connection failed: {0}")]
    Failed(String),
    /// The peer broke the protocol.
    #[error("the peer broke the protocol: {0}")]
    Broken(String),
    /// The peer did not begin in time ([`Options::first_word`]).
    #[error("the peer did not begin within {0:?}")]
    Silent(Duration),
    /// The peer calls, but takes no answers ([`Options::stall`]).
    #[error("the peer took none of its answers for {0:?}")]
    Stalled(Duration),
}

/// What a connection has on its books. All three go to 0 at both ends when nothing is passed, held or called any more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Objects of this end that the peer holds.
    pub exported: usize,
    /// References to the peer's objects that this end holds, the root not counted.
    pub held: usize,
    /// Calls of this end that wait for their answers.
    pub calls_waiting: usize,
}

impl Connection {
    pub(crate) fn of(shared: &Arc<Shared>) -> Self {
        Connection {
            shared: Arc::clone(shared),
        }
    }

    pub(crate) fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }

    /// The object that a server offers to whoever connects (§4). A client has none: a call to it fails.
    pub fn root(&self) -> Reference {
        Reference::root(self.clone())
    }

    /// Whether the server offered the [mark](Options::mark) of this client. Known as soon as a call was answered.
    pub fn is_marked(&self) -> bool {
        self.shared.is_marked()
    }

    /// Ends the connection: nothing more is read; what was sent and answered before is written, if the peer takes it
    /// within a second.
    pub fn close(&self) {
        self.shared.close(Closed::Here);
    }

    /// Waits until it is over: every call has failed by then, every object is released.
    pub async fn closed(&self) -> Closed {
        self.shared.over().await
    }

    /// What is on the books.
    pub fn counts(&self) -> Counts {
        self.shared.counts()
    }
}

impl PartialEq for Connection {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.shared, &other.shared)
    }
}

impl std::fmt::Debug for Connection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Connection").field("counts", &self.counts()).finish()
    }
}

/// The connecting end over an open stream. The future drives the connection until it is over: spawn it.
pub fn client<S>(stream: S, options: Options) -> (Connection, impl Future<Output = Closed> + Send + 'static)
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    // A server that does not offer this one is left before anything is written.
    let shared = Shared::new(options, None, Some(Dialect::Pb));
    (Connection::of(&shared), drive(Driven(shared), stream, End::Client))
}

/// The accepting end over an open stream, offering `root`. The future drives the connection until it is over: spawn it.
pub fn server<S>(
    stream: S,
    root: Arc<dyn Object>,
    options: Options,
) -> (Connection, impl Future<Output = Closed> + Send + 'static)
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let shared = Shared::new(options, Some(root), None);
    (Connection::of(&shared), drive(Driven(shared), stream, End::Server))
}
