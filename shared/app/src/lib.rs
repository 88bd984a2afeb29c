//! What the program can be asked to do, and what it tells while it runs: the one list of commands and events.
//!
//! A face (window, browser page, command line) knows this list and nothing below it. The list also makes the
//! TypeScript that the front end is compiled against, so a misspelt command does not compile there either.
//! This crate knows no HTTP, no Tauri and no tray.

pub mod api;
pub mod autostart;
pub mod configuration;
pub mod detect;
pub mod joined;
pub mod lending;
pub mod news;
pub mod places;
pub mod ports;
pub mod project_file;
pub mod secrets;
pub mod service;
pub mod tries;
pub mod watching;
