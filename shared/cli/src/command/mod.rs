//! One file per command. A command asks the resident and prints; what it means is decided there.

pub mod builders;
pub mod builds;
pub mod cancel;
pub mod changes;
pub mod claim;
pub mod completions;
pub mod force;
pub mod init;
pub mod join;
pub mod leave;
pub mod lend;
pub mod log;
pub mod master;
pub mod masters;
pub mod mute;
pub mod priority;
pub mod quit;
pub mod rebuild;
pub mod reconnect;
pub mod schedulers;
pub mod secret;
pub mod sign_in;
pub mod status;
pub mod stop;
pub mod tries;
pub mod try_;
pub mod tryserver;
pub mod why;
pub mod worker;
pub mod workers;

mod board;
mod build_name;
mod credentials;
mod name;
mod request_name;
mod wait;

use crate::failure::Failure;
use crate::json::print_json;
use serde::Serialize;

/// Prints a value as JSON on one line.
fn print_json_line(value: &impl Serialize) -> Result<(), Failure> {
    let text = serde_json::to_string(value).map_err(|error| Failure::other(error.to_string()))?;
    println!("{text}");
    Ok(())
}
