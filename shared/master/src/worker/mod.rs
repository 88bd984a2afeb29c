//! The master's end of a worker: attaching it, and running its commands one after another.

mod attach;
mod command;
mod connection;
mod keepalive;
pub mod transfer;

pub use attach::attach;
pub use command::{News, Running, StartError};
pub use connection::{Connection, Notice, Origin};
pub use keepalive::keep_alive;
