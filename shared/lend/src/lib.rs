//! Keeps workers on their masters: connects, serves, waits, comes back, pauses, leaves; and the folders they live in.
//!
//! A [`Lender`] is one worker on one master for as long as its owner wants. What the owner sees is a [`State`] and the
//! list of what runs; what the owner says are orders. [`basedir`] reads the folders that `outpost worker create` and
//! `buildbot-worker create-worker` make.
//!
//! This crate must not know how bytes travel, what a command does, or why the owner wants the machine back.

mod backoff;
pub mod basedir;
mod keeper;
mod lender;
mod state;
mod way;

pub use backoff::Retry;
pub use lender::{Lender, Lending};
pub use state::{State, Trouble, Why};
pub use way::{Connecting, Way, to_master};
pub use worker::Run;
