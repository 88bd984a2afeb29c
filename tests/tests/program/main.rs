//! The whole program, driven from outside.

mod command_line;
mod configuration;
mod crash;
mod first_build;
mod samples;
