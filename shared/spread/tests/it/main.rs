//! The crate as a program that uses it, and as a peer, sees it.

mod banana;
mod calls;
mod counts;
mod hostile;
mod jelly;
mod login;
mod memory;
mod replay;
mod rig;
mod same;
mod table;
mod twisted;
mod vectors;
