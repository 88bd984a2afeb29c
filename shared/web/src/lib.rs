//! The HTTP face of the resident: Buildbot's REST v2 and live events, the front end as a page, and `app`'s commands.
//!
//! | path | what | who may |
//! |---|---|---|
//! | `/api/v2/…`, `/api`, `/config` | REST v2: reading, and control by JSON-RPC | see [`access`] |
//! | `/ws`, `/sse/…` | live events | as REST |
//! | `/api/outpost/v1` | which version of the commands is spoken | everybody |
//! | `/api/outpost/v1/claims` | who has which broken builder | as REST |
//! | `/api/outpost/v1/call/{name}`, `/api/outpost/v1/events` | `app`'s commands and events | the owner only |
//! | anything else | the front end | everybody |
//!
//! The same [`router`] is served on the local socket ([`serve_socket`]) and on TCP ([`serve_tcp`]); which of them a
//! request came by decides what it may do. Reads go to the store, orders to the master's handle.
//!
//! This crate must not know how builds are scheduled or run, what `app`'s commands do, or where the resident keeps its
//! files. `application.spec`, Buildbot's list of endpoints for its About page, is not served.

pub mod access;
mod answer;
mod claims;
mod commands;
mod compress;
mod live;
mod page;
mod rest;
mod router;
mod serve;

pub use access::{Access, Caller, Gate, Peer};
pub use commands::{CommandError, Commands, Lagged, NoCommands};
pub use page::FrontEnd;
pub use router::{Setup, router};
pub use serve::{serve_socket, serve_tcp};
