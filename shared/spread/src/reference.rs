//! An object of the peer, and calls to it.

use crate::jelly::{self, Luid, Value};
use crate::shared::Shared;
use crate::{Connection, Failure};
use std::sync::Arc;
use tokio::sync::oneshot;

/// An object of the peer. Clones are the same; when the last one is dropped, the peer hears that it is held no more, after
/// the calls that were made on it (§3.2).
#[derive(Clone)]
pub struct Reference {
    held: Arc<Held>,
}

/// One receipt of an object.
struct Held {
    connection: Connection,
    target: Luid,
}

/// Why a call has no answer.
#[derive(Clone, Debug, thiserror::Error)]
pub enum CallError {
    /// The connection is gone, or was when the call was made. Whether the call was carried out is not known.
    #[error("the connection was lost")]
    Lost,
    /// The peer says that it failed.
    #[error("{0}")]
    Failed(Failure),
    /// An argument cannot be sent; nothing was.
    #[error("an argument cannot be sent: {0}")]
    Unsendable(jelly::Error),
    /// The peer answered with something that has no meaning here.
    #[error("the answer cannot be read: {0}")]
    Unreadable(jelly::Error),
}

/// A call under way. Dropping it forgets the answer; the call is carried out all the same.
#[derive(Debug)]
pub struct Pending {
    answer: oneshot::Receiver<Result<Value, CallError>>,
}

impl Pending {
    /// Waits for the answer.
    pub async fn answer(self) -> Result<Value, CallError> {
        self.answer.await.unwrap_or(Err(CallError::Lost))
    }
}

impl Reference {
    pub(crate) fn root(connection: Connection) -> Self {
        let target = Luid::Root;
        Reference {
            held: Arc::new(Held { connection, target }),
        }
    }

    pub(crate) fn receive(shared: &Arc<Shared>, number: i64) -> Self {
        shared.tables().held += 1;
        let connection = Connection::of(shared);
        let target = Luid::Number(number);
        Reference {
            held: Arc::new(Held { connection, target }),
        }
    }

    /// Its number, if the owner is at the other end of this connection.
    pub(crate) fn luid_in(&self, shared: &Arc<Shared>) -> Option<Luid> {
        Arc::ptr_eq(self.held.connection.shared(), shared).then_some(self.held.target)
    }

    /// Calls and waits for the answer.
    pub async fn call(&self, method: &str, args: Vec<Value>) -> Result<Value, CallError> {
        self.send(method, args, Vec::new()).await?.answer().await
    }

    /// Sends a call; waits only for room in the outgoing queue. Calls go out in the order in which they were sent. When
    /// the future is dropped before it is done, nothing is sent.
    pub async fn send(
        &self,
        method: &str,
        args: Vec<Value>,
        kwargs: Vec<(String, Value)>,
    ) -> Result<Pending, CallError> {
        let shared = self.held.connection.shared();
        let args = Value::Tuple(args);
        let kwargs = Value::Dict(
            kwargs
                .into_iter()
                .map(|(name, value)| (Value::Text(name), value))
                .collect(),
        );
        let _turn = shared.turn.lock().await;
        shared.room().await?;
        let answer = shared.call(self.held.target, method, &args, &kwargs)?;
        Ok(Pending { answer })
    }

    /// Over which the object is reached.
    pub fn connection(&self) -> &Connection {
        &self.held.connection
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        if let Luid::Number(number) = self.target {
            self.connection.shared().give_up(number);
        }
    }
}

impl PartialEq for Reference {
    /// Whether it is the same object, not whether it was received at the same time.
    fn eq(&self, other: &Self) -> bool {
        self.held.target == other.held.target && self.held.connection == other.held.connection
    }
}

impl std::fmt::Debug for Reference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Reference({})", self.held.target)
    }
}
