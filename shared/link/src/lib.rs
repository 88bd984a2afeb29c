//! Carries worker calls ([`wire::worker`]) over a network: Perspective Broker, and msgpack over WebSocket; both ends.
//!
//! By Perspective Broker changes come to a master as well ([`pb::tries`], [`pb::TryDesk`]).
//!
//! Either end gets a [`wire::worker::link::End`], the same as in one process, so that neither `master` nor `worker` can
//! tell how bytes travel. This crate must not know what a command does or who may log in: it asks a [`Door`].

pub mod address;
mod connect;
mod door;
pub mod msgpack;
pub mod pb;
pub mod stream;

pub use connect::{Protocol, Target, UnknownProtocol, connect};
pub use door::{ConnectError, Connected, Door, DoorFuture, Guest, Login, Visitor};
