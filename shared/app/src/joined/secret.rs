//! What proves to a joined master who asks: in the system's keychain, and nowhere else.

use crate::secrets::{self, SecretError};
use client::Credentials;
use serde::{Deserialize, Serialize};

/// As the keychain has it.
#[derive(Serialize, Deserialize)]
#[serde(tag = "way", rename_all = "snake_case")]
enum Kept {
    Password { user: String, password: String },
    Proxy { user: String, password: String },
    Cookie { cookie: String },
}

/// Under which name the keychain has it.
fn name(id: i64) -> String {
    format!("master-{id}")
}

/// What the keychain has for a master.
pub(super) async fn read(profile: &str, id: i64) -> Result<Credentials, SecretError> {
    let profile = profile.to_owned();
    let text = in_background(move || secrets::read(&profile, &name(id))).await?;
    let unreadable = |_| SecretError::Refused(format!("what it has under '{}' cannot be understood", name(id)));
    Ok(match serde_json::from_str(&text).map_err(unreadable)? {
        Kept::Password { user, password } => Credentials::Password { user, password },
        Kept::Proxy { user, password } => Credentials::ProxyBasic { user, password },
        Kept::Cookie { cookie } => Credentials::Cookie(cookie),
    })
}

/// Gives it to the keychain.
pub(super) async fn write(profile: &str, id: i64, credentials: &Credentials) -> Result<(), SecretError> {
    let kept = match credentials.clone() {
        Credentials::Password { user, password } => Kept::Password { user, password },
        Credentials::ProxyBasic { user, password } => Kept::Proxy { user, password },
        Credentials::Cookie(cookie) => Kept::Cookie { cookie },
    };
    let text = serde_json::to_string(&kept).map_err(|_| SecretError::Refused("it cannot be written".to_owned()))?;
    let profile = profile.to_owned();
    in_background(move || secrets::write(&profile, &name(id), text)).await
}

/// Takes it out of the keychain, if it is there.
pub(super) async fn forget(profile: &str, id: i64) -> Result<(), SecretError> {
    let profile = profile.to_owned();
    match in_background(move || secrets::remove(&profile, &name(id))).await {
        Err(SecretError::NotSet(_)) => Ok(()),
        done => done,
    }
}

async fn in_background<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, SecretError> + Send + 'static,
) -> Result<T, SecretError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(error) => Err(SecretError::Refused(error.to_string())),
    }
}
