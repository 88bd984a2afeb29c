//! The crate as a program that uses it, and as a peer, sees it.

mod banana;
mod calls;
mod hostile;
mod jelly;
mod login;
mod memory;
mod rig;
mod table;
mod vectors;
