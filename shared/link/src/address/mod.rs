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

/// Reads what somebody wrote, within limits, and says what was wrong with it.
fn read<T>(
    text: &str,
    what: &'static str,
    accepted: &'static str,
    parse: impl FnOnce(&str) -> Result<T, String>,
) -> Result<T, AddressError> {
    let parsed = if text.len() > LONGEST {
        Err(format!("it is longer than {LONGEST} bytes"))
    } else if text.chars().any(char::is_control) {
        Err("it has a control character".to_owned())
    } else if text.trim().is_empty() {
        Err("it is empty".to_owned())
    } else {
        parse(text.trim())
    };
    parsed.map_err(|reason| AddressError {
        text: text.chars().take(200).collect(),
        what,
        reason,
        accepted,
    })
}
