//! Jelly: the values of calls and answers, as typed banana (§2).
//!
//! [`decode`] makes a [`Value`] of a peer's element, [`encode`] writes one. What refers to objects goes through the tables
//! of the connection, which are behind [`Passing`]. A decoder of foreign values grants them a budget, since a few bytes
//! can ask for the same value to be repeated without end.
//!
//! This module must not know the connection: neither who calls what, nor how bytes travel.

mod decode;
mod encode;
mod error;
mod passing;
mod share;
mod value;
mod view;

pub use decode::{BUDGET, decode, decode_within};
pub use encode::encode;
pub use error::Error;
pub use passing::{Luid, Passing};
pub use value::{Copied, Value};

/// How many lists of banana a value may nest, those repeated by a dereference included; a dictionary takes two, all else
/// one. A bit less than [banana's limit](crate::banana::DEPTH_LIMIT), because a message has lists around its values.
pub const DEPTH_LIMIT: usize = crate::banana::DEPTH_LIMIT - 8;
