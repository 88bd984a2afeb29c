//! Perspective Broker: remote objects over any byte stream, as Twisted speaks it.

pub mod banana;
mod calls;
mod connection;
mod dispatch;
mod drive;
mod failure;
pub mod jelly;
pub mod login;
mod object;
mod options;
mod passage;
mod queue;
mod reference;
mod reply;
mod shared;
mod tables;

pub use connection::{Closed, Connection, Counts, client, server};
pub use failure::Failure;
pub use object::{Call, Object};
pub use options::Options;
pub use reference::{CallError, Pending, Reference};
pub use reply::Reply;

use std::pin::Pin;

/// A boxed future, as the traits of this crate return it.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;
