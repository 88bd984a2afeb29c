//! What is different on Windows.

mod files;
mod roles;
mod session;
mod shell;
