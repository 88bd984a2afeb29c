//! What this end lends to the peer, and a call to it.

use crate::jelly::Value;
use crate::{BoxFuture, Reply};

/// An object that a peer may call once it was passed to it, as an argument or in an answer.
///
/// Wrap it in an [`Arc`](std::sync::Arc) and pass [`Value::Object`]; the same `Arc` is the same object to the peer.
pub trait Object: Send + Sync + 'static {
    /// Takes a call (§3.1). Calls over one connection come in the order in which they were sent, one after another: the
    /// connection reads nothing more until the returned future is done. That is the back-pressure on the peer, so the
    /// future may wait for room at whatever takes the call, but must not wait for an answer of the same peer: let a task
    /// do that, and answer from there.
    fn call<'a>(&'a self, call: Call) -> BoxFuture<'a, ()>;

    /// The peer holds it no more: its count went to 0, or the connection is gone. Once per connection, and again if it
    /// was passed anew in between.
    fn released(&self) {}
}

/// A call of the peer.
#[derive(Debug)]
pub struct Call {
    /// The bare name, as the peer sent it.
    pub method: String,
    /// By position.
    pub args: Vec<Value>,
    /// By name. Python callers choose freely between the two, so take either.
    pub kwargs: Vec<(String, Value)>,
    /// Where the answer goes, now or later.
    pub reply: Reply,
}
