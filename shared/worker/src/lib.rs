//! The worker: serves a master's commands over a [`wire::worker::link::End`] until that link is lost.
//!
//! One module per idea: [`session`] answers the calls, `command/` has one file per command, and between a command and
//! the link stand `lines` (whole lines, normalised), `buffer` (few updates, but soon) and `report` (both of them, in
//! the order that the protocol wants). Clauses in the comments are those of the worker protocol of Buildbot 4.3.
//!
//! This crate must not know who the master is, how bytes travel to it, or whether the machine wants to lend itself.

mod buffer;
mod command;
mod decoder;
mod environment;
mod header;
mod info;
mod lines;
mod lock;
mod logfile;
mod options;
mod owner;
mod report;
mod session;
mod system;

pub use options::Options;
pub use owner::{Owner, Run};
pub use session::{Ended, run, serve};

/// What the fuzz and property tests drive: the splitter that every stream passes.
pub use lines::Lines;
