//! Name and password in an HTTP header: Basic authentication as the protocol has it (`worker-protocol-msgpack` §1).

use crate::Login;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use subtle::ConstantTimeEq;
use tokio_tungstenite::tungstenite::http::HeaderMap;

/// What a worker shows at the door.
#[derive(Clone)]
pub(super) enum Authorization {
    /// Nothing.
    Absent,
    /// Something that cannot be understood.
    Unusable,
    /// A name and a password.
    Basic {
        /// Up to the first colon.
        name: String,
        /// The rest.
        password: String,
    },
}

/// The header's value for a login. A name with a colon cannot be said.
pub(super) fn header(login: &Login) -> Option<String> {
    let plain = format!("{}:{}", login.name, login.password);
    (!login.name.contains(':')).then(|| format!("Basic {}", STANDARD.encode(plain)))
}

impl Authorization {
    /// What the request's headers say.
    pub(super) fn of(headers: &HeaderMap) -> Authorization {
        let Some(value) = headers.get("authorization") else {
            return Authorization::Absent;
        };
        let basic = || {
            let encoded = value.to_str().ok()?.strip_prefix("Basic ")?;
            let plain = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
            let (name, password) = plain.split_once(':')?;
            Some(Authorization::Basic {
                name: name.to_owned(),
                password: password.to_owned(),
            })
        };
        basic().unwrap_or(Authorization::Unusable)
    }
}

/// Whether the passwords are the same, in a time that tells nothing but their length.
pub(super) fn same_password(given: &str, wanted: &str) -> bool {
    given.as_bytes().ct_eq(wanted.as_bytes()).into()
}
