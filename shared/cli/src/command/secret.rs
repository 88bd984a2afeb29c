//! `outpost secret set|remove NAME`

use crate::arguments::Secret;
use crate::failure::Failure;
use app::places::Places;
use app::secrets;
use std::io::{BufRead, IsTerminal, Write};

/// Keeps or forgets a secret.
pub fn run(places: &Places, command: Secret) -> Result<(), Failure> {
    let done = match command {
        Secret::Set { name } => {
            let secret = ask(&format!("Secret '{name}'"))?;
            if secret.is_empty() {
                return Err(Failure::other("nothing was given, so nothing was kept"));
            }
            secrets::write(&places.profile, &name, secret)
        }
        Secret::Remove { name } => secrets::remove(&places.profile, &name),
    };
    done.map_err(|error| Failure::other(error.to_string()))
}

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

/// The terminal without echo, until dropped.
struct Unseen(rustix::termios::Termios);

impl Unseen {
    fn begin() -> Result<Unseen, Failure> {
        use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};
        let before = tcgetattr(std::io::stdin()).map_err(std::io::Error::from)?;
        let mut silent = before.clone();
        silent.local_modes.remove(LocalModes::ECHO);
        tcsetattr(std::io::stdin(), OptionalActions::Flush, &silent).map_err(std::io::Error::from)?;
        Ok(Unseen(before))
    }
}

impl Drop for Unseen {
    fn drop(&mut self) {
        // On the way out there is nothing better to do than to try.
        let _ = rustix::termios::tcsetattr(std::io::stdin(), rustix::termios::OptionalActions::Flush, &self.0);
    }
}
