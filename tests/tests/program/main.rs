//! The whole program, driven from outside.

mod bad_input;
mod command_line;
mod configuration;
mod crash;
mod dashboard;
mod every_step;
mod farm;
mod first_build;
mod history;
mod idle;
mod joined;
mod joined_commands;
mod lending;
mod ports;
mod real_projects;
mod samples;
mod sent;
mod trace;
mod tries;
mod worker;
