//! Tests of the crate through its public surface, with the real `git`.

mod change;
mod facts;
#[cfg(unix)]
mod git_change;
#[cfg(unix)]
mod other_systems;
mod remote;
mod restart;
mod rig;
mod trouble;
mod watching;
