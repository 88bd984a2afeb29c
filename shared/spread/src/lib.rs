#![doc = include_str!("../README.md")]
//!
//! ## For those who change it
//!
//! The crate must not know what is called: no build, no worker, no name of a method but those of the login. It opens no
//! socket and has no clock but for its own limits. [`banana`] knows elements, [`jelly`] values, [`login`] is built on the
//! rest as any other object is. Section numbers (§) are those of the protocol's specification that the project keeps:
//! §1 banana, §2 jelly, §3 the broker's expressions, §4 login.

mod agree;
pub mod banana;
mod calls;
mod connection;
mod dispatch;
mod drive;
mod failure;
pub mod jelly;
pub mod login;
mod object;
mod options;
mod passage;
mod queue;
mod reference;
mod reply;
mod shared;
mod stream;
mod tables;

pub use connection::{Closed, Connection, Counts, client, server};
pub use failure::Failure;
pub use object::{Call, Object};
pub use options::Options;
pub use reference::{CallError, Pending, Reference};
pub use reply::Reply;

use std::pin::Pin;

/// A boxed future, as the traits of this crate return it.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;
