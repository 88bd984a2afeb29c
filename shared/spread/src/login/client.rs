//! Logging in.

use super::response;
use crate::jelly::Value;
use crate::{CallError, Connection, Failure, Object, Reference};
use bytes::Bytes;
use std::sync::Arc;

/// Why a login did not succeed.
#[derive(Clone, Debug, thiserror::Error)]
pub enum LoginError {
    /// Wrong name or password; servers do not tell which.
    #[error("wrong name or password")]
    Refused,
    /// The password may have been right, but something else was not.
    #[error("{0}")]
    Failed(Failure),
    /// The connection was lost.
    #[error("the connection was lost")]
    Lost,
    /// What answers there is something else.
    #[error("the server does not answer a login as it should: {0}")]
    Strange(String),
}

impl From<CallError> for LoginError {
    fn from(error: CallError) -> Self {
        match error {
            CallError::Lost => LoginError::Lost,
            CallError::Failed(failure) if failure.is(Failure::UNAUTHORIZED) => LoginError::Refused,
            CallError::Failed(failure) => LoginError::Failed(failure),
            CallError::Unsendable(error) | CallError::Unreadable(error) => LoginError::Strange(error.to_string()),
        }
    }
}

/// Logs in. `mind` is an object of this end for the server to call, also before the login is answered. The answer is the
/// server's object for this user: hold it as long as the user shall be logged in.
pub async fn login(
    connection: &Connection,
    user: &str,
    password: &str,
    mind: Option<Arc<dyn Object>>,
) -> Result<Reference, LoginError> {
    let user = Value::Bytes(Bytes::copy_from_slice(user.as_bytes()));
    let answer = connection.root().call("login", vec![user]).await?;
    let Some([Value::Bytes(challenge), Value::Remote(challenger)]) = answer.items() else {
        return Err(LoginError::Strange("it gives no challenge".to_owned()));
    };
    let proof = Bytes::copy_from_slice(&response(password, challenge));
    let args = vec![Value::Bytes(proof), mind.into()];
    let pending = challenger.send("respond", args, Vec::new()).await?;
    // The challenger is given back now, not when the login is answered: that may take long.
    drop(answer);
    match pending.answer().await? {
        Value::Remote(perspective) => Ok(perspective),
        other => Err(LoginError::Strange(format!("its answer is {}", other.kind()))),
    }
}
