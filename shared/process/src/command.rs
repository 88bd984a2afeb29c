//! What to run.

use bytes::Bytes;
use std::ffi::OsString;
use std::path::PathBuf;

/// A program with all that it gets. Nothing is inherited.
#[derive(Clone, Debug)]
pub struct Command {
    /// The program, searched in `PATH` of `env` unless it has a slash, and its arguments. Never empty.
    pub argv: Vec<OsString>,
    /// The whole environment.
    pub env: Vec<(OsString, OsString)>,
    /// Where it runs; must exist.
    pub cwd: PathBuf,
    /// What it reads. `None`: standard input is at its end from the start.
    pub stdin: Option<Bytes>,
    /// Give it a terminal of its own, which then carries input and output; `stdin` is not used.
    pub pty: bool,
}
