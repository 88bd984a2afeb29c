//! Where a master is ([`Address`]) and where it listens ([`Port`]), as people write it.
//!
//! Both accept the endpoint strings that a `buildbot.tac` and a `master.cfg` hold (`perspective-broker` §5). This
//! module must not know how a connection is made: it opens no file and asks no name server.

mod client;
mod port;
mod url;
mod words;

pub use client::{Address, Place, Security};
pub use port::{Identity, Port, PortPlace};

/// The port that a master has when none is written.
pub const DEFAULT_PORT: u16 = 9989;

/// Why a text is no address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{text}' is no {what}: {reason}; {accepted}")]
pub struct AddressError {
    /// As written.
    pub text: String,
    /// What it should be.
    pub what: &'static str,
    /// Which part of it is wrong, and why.
    pub reason: String,
    /// What can be written instead.
    pub accepted: &'static str,
}

/// Longer than any address that makes sense.
const LONGEST: usize = 4096;
