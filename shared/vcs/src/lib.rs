//! Version control: what a repository is, who its person is, the changes that arrive in it, and the uncommitted one.
//!
//! Reads repositories and reports [`model::NewChange`]s; it never writes to a repository of the person's, except for the
//! push that they ask for ([`working_copy::git::push`]).
//! It knows nothing of masters, schedulers or screens, and it does not check anything out: that is the source step's
//! work, done by worker commands.

pub mod git;
pub mod working_copy;
