//! Asking a person for a secret.

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(unix)]
use unix::Unseen;
#[cfg(windows)]
use windows::Unseen;

use crate::failure::Failure;
use std::io::{BufRead, IsTerminal, Write};

/// Reads one line, unseen on a terminal.
pub fn ask(what: &str) -> Result<String, Failure> {
    let terminal = std::io::stdin().is_terminal();
    let hidden = if terminal {
        eprint!("{what}: ");
        std::io::stderr().flush()?;
        Some(Unseen::begin()?)
    } else {
        None
    };
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line)?;
    if hidden.is_some() {
        eprintln!();
    }
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}
