//! Secrets by name, from the system's keychain.
//!
//! A keychain may block, or wait for a person to unlock it: its calls run on a thread of their own with a time limit.

use std::sync::mpsc;
use std::time::Duration;

/// How long a person has to unlock the keychain before the asker gives up.
const PATIENCE: Duration = Duration::from_secs(30);

/// The service under which the keychain keeps our entries.
const SERVICE: &str = "outpost";

/// Why a secret cannot be had or kept. Never holds the secret.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// There is none of that name.
    #[error("the keychain has no secret '{0}'; set it with:  outpost secret set {0}")]
    NotSet(String),
    /// It waits for a person.
    #[error("the keychain is locked, or did not answer within {} seconds; unlock it and try again", PATIENCE.as_secs())]
    Locked,
    /// There is none on this machine.
    #[error("there is no keychain here ({0}); start a Secret Service such as gnome-keyring or KWallet")]
    NoKeychain(String),
    /// Anything else it said.
    #[error("the keychain refused: {0}")]
    Refused(String),
}

/// Reads the secret of that name. Blocks, for as long as a person has patience.
pub fn read(profile: &str, name: &str) -> Result<String, SecretError> {
    on_its_own_thread(profile, name, |entry| entry.get_password())
}

/// Keeps a secret under that name. Blocks as [`read`].
pub fn write(profile: &str, name: &str, secret: String) -> Result<(), SecretError> {
    on_its_own_thread(profile, name, move |entry| entry.set_password(&secret))
}

/// Forgets the secret of that name. Blocks as [`read`].
pub fn remove(profile: &str, name: &str) -> Result<(), SecretError> {
    on_its_own_thread(profile, name, |entry| entry.delete_credential())
}

fn on_its_own_thread<T: Send + 'static>(
    profile: &str,
    name: &str,
    work: impl FnOnce(&keyring::Entry) -> keyring::Result<T> + Send + 'static,
) -> Result<T, SecretError> {
    let (answer, answered) = mpsc::channel();
    let account = format!("{profile}/{name}");
    std::thread::Builder::new()
        .name("keychain".to_owned())
        .spawn(move || {
            let done = keyring::Entry::new(SERVICE, &account).and_then(|entry| work(&entry));
            // The asker may have lost patience.
            let _ = answer.send(done);
        })
        .map_err(|error| SecretError::Refused(error.to_string()))?;
    match answered.recv_timeout(PATIENCE) {
        Ok(done) => done.map_err(|error| classify(name, error)),
        Err(mpsc::RecvTimeoutError::Timeout) => Err(SecretError::Locked),
        Err(mpsc::RecvTimeoutError::Disconnected) => {
            Err(SecretError::Refused("its thread ended without an answer".to_owned()))
        }
    }
}

/// The keychain as the master's place for secrets.
#[derive(Clone, Debug)]
pub struct Keychain {
    profile: String,
}

impl Keychain {
    /// Secrets of that profile.
    pub fn of_profile(profile: &str) -> Keychain {
        Keychain {
            profile: profile.to_owned(),
        }
    }
}

impl master::secrets::Secrets for Keychain {
    fn secret(&self, name: &str) -> Result<String, String> {
        read(&self.profile, name).map_err(|error| error.to_string())
    }
}

fn classify(name: &str, error: keyring::Error) -> SecretError {
    match error {
        keyring::Error::NoEntry => SecretError::NotSet(name.to_owned()),
        keyring::Error::NoStorageAccess(_) => SecretError::Locked,
        keyring::Error::NoDefaultStore => {
            let why = keyring::Entry::store_status()
                .as_ref()
                .err()
                .map_or_else(String::new, ToString::to_string);
            SecretError::NoKeychain(why)
        }
        // Its text may hold bytes of the secret.
        keyring::Error::BadEncoding(_) | keyring::Error::BadDataFormat(..) => {
            SecretError::Refused(format!("what it has under '{name}' is no text"))
        }
        other => SecretError::Refused(other.to_string()),
    }
}
