//! What proves to a master who asks, from where it does not show: a file, standard input, or a terminal without echo.

use super::worker::password;
use crate::failure::{Failure, USAGE};
use crate::unseen;
use app::api::masters::{SignInSecret, SignInWay};
use clap::Args;
use std::io::{BufRead, IsTerminal, Write};
use std::path::{Path, PathBuf};

/// How a person signs in at a master.
#[derive(Debug, Args)]
pub struct Credentials {
    /// Signs in as this user; the password is asked for
    #[arg(long, value_name = "NAME")]
    pub user: Option<String>,

    /// Reads the password or the cookie from the first line of a file, or with - from standard input
    #[arg(long, value_name = "FILE")]
    pub password_file: Option<PathBuf>,

    /// Takes over the session of a browser that is signed in: its cookie TWISTED_SESSION is asked for
    #[arg(long, conflicts_with = "user")]
    pub cookie: bool,

    /// Keeps the secret until Outpost ends only, not in the keychain
    #[arg(long)]
    pub session_only: bool,
}

impl Credentials {
    /// Whether the person wants to sign in.
    pub fn are_given(&self) -> bool {
        self.user.is_some() || self.cookie || self.password_file.is_some()
    }

    /// The secret that was asked for by the options; what is missing is asked for.
    pub fn secret(&self, master: &str, way: &SignInWay) -> Result<SignInSecret, Failure> {
        let takes_cookie = self.cookie || (self.user.is_none() && matches!(way, SignInWay::Provider { .. }));
        if takes_cookie {
            if let SignInWay::Provider { name, page } = way {
                eprintln!("Sign in at {name} with a browser: {page}");
                eprintln!("Then copy the value of its cookie TWISTED_SESSION (TWISTED_SECURE_SESSION with TLS).");
            }
            let cookie = self.read("the cookie", &format!("Cookie of {master}"))?;
            return Ok(SignInSecret::Cookie { cookie });
        }
        let user = match &self.user {
            Some(user) => user.clone(),
            None => ask_user(master)?,
        };
        let password = self.read("the password", &format!("Password of {user} at {master}"))?;
        Ok(SignInSecret::Password { user, password })
    }

    fn read(&self, what: &str, question: &str) -> Result<String, Failure> {
        let secret = match &self.password_file {
            Some(file) => password::from_file(file)?,
            None if std::io::stdin().is_terminal() => unseen::ask(question)?,
            None => password::from_file(Path::new("-"))?,
        };
        if secret.is_empty() {
            return Err(Failure::new(USAGE, format!("{what} is empty")));
        }
        Ok(secret)
    }
}

fn ask_user(master: &str) -> Result<String, Failure> {
    if !std::io::stdin().is_terminal() {
        return Err(
            Failure::new(USAGE, format!("to sign in at {master} a user is needed")).hint("Give it with --user NAME")
        );
    }
    eprint!("User at {master}: ");
    std::io::stderr().flush()?;
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line)?;
    Ok(line.trim().to_owned())
}
