//! Worker calls over Perspective Broker (`worker-protocol-pb`), both ends.
//!
//! [`connect`] is the worker's end, [`serve`] the master's, which lets in people with a change as well; [`tries`] is
//! their end. Either maps calls of [`wire::worker`] to calls of objects
//! and back: whose object, which method, which arguments. Calls keep their order, and none waits for the answer to the
//! one before. What a command means is not known here, nor what a password is good for.

mod arguments;
mod connect;
mod failure;
mod serve;
pub mod tries;
mod value;

/// What our masters offer behind the dialects, so that our senders know them (`perspective-broker` §1.3).
const MARK: &str = "outpost";

pub use connect::connect;
pub use serve::{Happening, Taken, TryDesk, serve};
