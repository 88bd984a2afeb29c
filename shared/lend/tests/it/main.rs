//! Workers that are kept on their masters, and the folders they live in.

mod basedir;
mod commands;
mod keeping;
mod master;
mod stalling;
mod tac;
