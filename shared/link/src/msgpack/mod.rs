//! The worker protocol over MessagePack and WebSocket, `msgpack_experimental_v7` (`worker-protocol-msgpack`): both ends.
//!
//! Every call of one end is a request with a number, and every answer a response with that number. What differs from
//! Perspective Broker stays here: this protocol has no builder list (the master makes the folders itself, and sends
//! whole paths), names the commands' arguments otherwise, and a file is named by the command that transfers it.
//!
//! What it cannot do, and what becomes of it here:
//!
//! - A worker cannot say "I am here": a WebSocket ping takes its place, and a master that has not answered one when the
//!   next is due is given up.
//! - A worker cannot ask to leave. Two of ours can: each says in the HTTP exchange that it is one (`Outpost-Link: 1`),
//!   and then the worker may send `shutdown`. On another master the wish fails; the worker is then to go when none of
//!   its commands has run for a while.
//! - Buildbot 4.3's master answers a download with nothing: the command fails and says so, instead of making an empty
//!   file. Its worker shows obfuscated words: they are sent only to a worker of ours, and another's step fails.
//!
//! A peer costs at most a few messages of 16 MiB; one that sends what cannot be understood, answers what was not asked,
//! or asks without reading the answers, loses its connection with one line in the log.

mod arguments;
mod connect;
mod decode;
mod encode;
mod envelope;
mod greeting;
mod limits;
mod login;
mod master;
mod paths;
mod peer;
mod reading;
mod serve;
mod setup;
mod transfers;
mod update;
mod worker;

pub use connect::connect;
pub use decode::DecodeError;
pub use envelope::{Message, Request};
pub use serve::serve;

/// Reads one value that fills `payload`, as every message is read.
pub fn decode(payload: &bytes::Bytes) -> Result<wire::worker::Value, DecodeError> {
    envelope::value(payload)
}

/// Writes a value, as every message is written.
pub fn encode(value: &wire::worker::Value) -> Vec<u8> {
    let mut out = Vec::new();
    encode::value(&mut out, value);
    out
}

/// Reads the news of a command: the `args` of an `update`.
pub fn decode_updates(args: &bytes::Bytes) -> Result<Vec<wire::worker::Update>, DecodeError> {
    update::read(args)
}

/// Writes news of a command as the `args` of one `update` or more.
pub fn encode_updates(updates: &[wire::worker::Update]) -> Vec<Vec<u8>> {
    update::write(updates)
}
