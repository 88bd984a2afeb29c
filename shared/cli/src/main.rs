//! `outpost`: the resident, the headless master and the command line in one program, without a GUI toolkit.
//!
//! This crate puts the others together and decides nothing that they could decide. It is also the program that the
//! resident starts again for two small jobs: the parent of the shims of commands, and the evaluation of a configuration.
//!
//! On Windows it is a worker and nothing else: `program` and `command` have a file for that.

#[cfg(unix)]
mod arguments;
#[cfg(unix)]
mod client;
#[cfg_attr(windows, path = "command/windows.rs")]
mod command;
mod failure;
mod json;
mod memory;
#[cfg_attr(unix, path = "program/whole.rs")]
#[cfg_attr(windows, path = "program/worker.rs")]
mod program;
#[cfg(unix)]
mod resident;
#[cfg(unix)]
mod show;
mod unseen;

use failure::{Failure, USAGE};
use std::process::ExitCode;

fn main() -> ExitCode {
    program::main()
}

fn end(done: Result<(), Failure>) -> ExitCode {
    let Err(failure) = done else { return ExitCode::SUCCESS };
    if !failure.message.is_empty() {
        eprintln!("outpost: {}", failure.message);
    }
    if let Some(hint) = &failure.hint {
        eprintln!("  {hint}");
    }
    ExitCode::from(failure.code)
}

fn absolute(folder: &std::path::Path) -> Result<std::path::PathBuf, Failure> {
    std::path::absolute(folder).map_err(|error| Failure::new(USAGE, format!("{}: {error}", folder.display())))
}
