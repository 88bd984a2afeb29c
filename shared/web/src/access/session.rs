//! One-time tokens and the sessions they become.
//!
//! Sessions outlive a restart, so that a page that is open goes on. They are kept in a file that only its owner can
//! read; who can read it can use the local socket, and needs no session.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use std::collections::VecDeque;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use subtle::ConstantTimeEq;

/// Unused tokens that are kept; an older one is forgotten for a new one.
const MOST_TOKENS: usize = 16;
/// Sessions that are kept; the one used longest ago is forgotten for a new one.
const MOST_SESSIONS: usize = 64;
/// Wrong tokens that are listened to in [`ATTEMPT_SPAN`].
const MOST_ATTEMPTS: usize = 10;
/// See [`MOST_ATTEMPTS`].
const ATTEMPT_SPAN: Duration = Duration::from_secs(60);

/// What became of a token.
#[derive(Debug, PartialEq, Eq)]
pub enum Exchange {
    /// It was good, and is spent; this is the session's secret.
    Session(String),
    /// Unknown, or used before.
    Wrong,
    /// Too many wrong ones came; it was not even looked at.
    TooMany,
}

/// All tokens of this run, and all sessions.
#[derive(Debug, Default)]
pub struct Sessions {
    kept: Mutex<Kept>,
    file: Option<PathBuf>,
}

#[derive(Debug, Default)]
struct Kept {
    tokens: VecDeque<String>,
    sessions: VecDeque<String>,
    wrong: VecDeque<Instant>,
}

impl Sessions {
    /// Those that `file` has from earlier runs; new ones are added to it. A file that cannot be read is begun anew.
    pub fn kept_in(file: PathBuf) -> Sessions {
        let text = std::fs::read_to_string(&file).unwrap_or_default();
        let whole = |line: &&str| line.len() == secret().len();
        let sessions = text
            .lines()
            .filter(whole)
            .take(MOST_SESSIONS)
            .map(str::to_owned)
            .collect();
        let kept = Kept {
            sessions,
            ..Kept::default()
        };
        Sessions {
            kept: Mutex::new(kept),
            file: Some(file),
        }
    }

    /// A new token, good for one use.
    pub fn token(&self) -> String {
        let token = secret();
        let mut kept = self.kept();
        if kept.tokens.len() == MOST_TOKENS {
            kept.tokens.pop_front();
        }
        kept.tokens.push_back(token.clone());
        token
    }

    /// Spends `token` at the time `now`.
    pub fn exchange(&self, token: &str, now: Instant) -> Exchange {
        let mut kept = self.kept();
        while kept
            .wrong
            .front()
            .is_some_and(|at| now.duration_since(*at) >= ATTEMPT_SPAN)
        {
            kept.wrong.pop_front();
        }
        if kept.wrong.len() >= MOST_ATTEMPTS {
            return Exchange::TooMany;
        }
        let Some(at) = position(&kept.tokens, token) else {
            kept.wrong.push_back(now);
            return Exchange::Wrong;
        };
        kept.tokens.remove(at);
        let session = secret();
        if kept.sessions.len() == MOST_SESSIONS {
            kept.sessions.pop_front();
        }
        kept.sessions.push_back(session.clone());
        if let Some(file) = &self.file
            && let Err(error) = keep(file, &kept.sessions)
        {
            tracing::warn!(
                "browsers will have to sign in again after a restart: {}: {error}",
                file.display()
            );
        }
        Exchange::Session(session)
    }

    /// Whether `session` is the secret of a session; that one then counts as used last.
    pub fn knows(&self, session: &str) -> bool {
        let mut kept = self.kept();
        let Some(at) = position(&kept.sessions, session) else {
            return false;
        };
        if let Some(used) = kept.sessions.remove(at) {
            kept.sessions.push_back(used);
        }
        true
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Where `given` stands among `secrets`. Looks at all of them, and at all of each, whatever is given.
fn position(secrets: &VecDeque<String>, given: &str) -> Option<usize> {
    let mut found = None;
    for (at, secret) in secrets.iter().enumerate() {
        if bool::from(secret.as_bytes().ct_eq(given.as_bytes())) {
            found = Some(at);
        }
    }
    found
}

/// Replaces the file as a whole.
fn keep(file: &Path, sessions: &VecDeque<String>) -> io::Result<()> {
    let new = file.with_extension("new");
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut writer = options.open(&new)?;
    for session in sessions {
        writeln!(writer, "{session}")?;
    }
    drop(writer);
    std::fs::rename(new, file)
}

/// 256 random bits.
fn secret() -> String {
    URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_good_once() {
        let sessions = Sessions::default();
        let token = sessions.token();
        let Exchange::Session(session) = sessions.exchange(&token, Instant::now()) else {
            panic!("a fresh token is good");
        };
        assert!(sessions.knows(&session));
        assert!(!sessions.knows(&token));
        assert_eq!(sessions.exchange(&token, Instant::now()), Exchange::Wrong);
    }

    #[test]
    fn a_session_outlives_the_process_and_its_file_is_private() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("sessions");
        let sessions = Sessions::kept_in(file.clone());
        let Exchange::Session(session) = sessions.exchange(&sessions.token(), Instant::now()) else {
            panic!("a fresh token is good");
        };
        let token = sessions.token();
        drop(sessions);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = std::fs::metadata(&file).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        let later = Sessions::kept_in(file);
        assert!(later.knows(&session));
        assert!(!later.knows(""));
        assert_eq!(later.exchange(&token, Instant::now()), Exchange::Wrong);
    }

    #[test]
    fn what_the_file_has_besides_sessions_opens_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("sessions");
        std::fs::write(&file, "\nx\n").unwrap();
        let sessions = Sessions::kept_in(file);
        assert!(!sessions.knows("") && !sessions.knows("x"));
    }

    #[test]
    fn wrong_tokens_are_soon_not_listened_to_for_a_while() {
        let sessions = Sessions::default();
        let token = sessions.token();
        let start = Instant::now();
        for _ in 0..MOST_ATTEMPTS {
            assert_eq!(sessions.exchange("guess", start), Exchange::Wrong);
        }
        assert_eq!(sessions.exchange("guess", start), Exchange::TooMany);
        assert_eq!(sessions.exchange(&token, start), Exchange::TooMany);
        let later = start + ATTEMPT_SPAN;
        assert!(matches!(sessions.exchange(&token, later), Exchange::Session(_)));
    }

    #[test]
    fn what_is_kept_is_bounded_and_the_least_used_goes_first() {
        let sessions = Sessions::default();
        let first_token = sessions.token();
        let opened: Vec<String> = (0..MOST_SESSIONS)
            .map(|_| match sessions.exchange(&sessions.token(), Instant::now()) {
                Exchange::Session(session) => session,
                other => panic!("{other:?}"),
            })
            .collect();
        assert!(sessions.knows(&opened[0]), "the oldest is used again");
        assert!(matches!(
            sessions.exchange(&first_token, Instant::now()),
            Exchange::Session(_)
        ));
        assert!(sessions.knows(&opened[0]));
        assert!(!sessions.knows(&opened[1]));
    }
}
