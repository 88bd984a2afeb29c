//! Tests of the crate through its public surface, with the real `git`.

mod change;
mod facts;
mod remote;
mod restart;
mod rig;
mod trouble;
mod watching;
