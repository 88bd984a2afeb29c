//! A worker's password, from where it does not show.

use crate::failure::{Failure, USAGE};
use crate::unseen;
use std::io::{BufRead, IsTerminal};
use std::path::Path;

/// From the first line of a file, or of standard input for `-`.
pub fn from_file(file: &Path) -> Result<String, Failure> {
    let line = if file == Path::new("-") {
        let mut line = String::new();
        std::io::stdin().lock().read_line(&mut line)?;
        line
    } else {
        let text = std::fs::read_to_string(file)
            .map_err(|error| Failure::new(USAGE, format!("the password file '{}': {error}", file.display())))?;
        text.lines().next().unwrap_or_default().to_owned()
    };
    checked(line.trim_end_matches(['\r', '\n']).to_owned())
}

/// From the person, unseen.
pub fn asked(worker: &str) -> Result<String, Failure> {
    if !std::io::stdin().is_terminal() {
        let failure = Failure::new(USAGE, "a worker needs a password");
        return Err(failure.hint("Give it as the last word, or with --passwd-file FILE (- for standard input)."));
    }
    checked(unseen::ask(&format!("Password of worker '{worker}'"))?)
}

fn checked(password: String) -> Result<String, Failure> {
    if password.is_empty() {
        Err(Failure::new(USAGE, "the password is empty"))
    } else {
        Ok(password)
    }
}
