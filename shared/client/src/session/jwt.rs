//! What a session's token says of itself. It is not verified: only its master can, and only its master needs to.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use model::{Json, Time};

/// Longest token that is looked into, in bytes.
const LONGEST: usize = 16 << 10;

/// What a token claims.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Claims {
    /// When the master will not accept it any more.
    pub expires: Option<Time>,
    /// Who it is for; `None` also for nobody.
    pub user: Option<String>,
}

/// Reads a token; nothing of what cannot be read.
pub fn claims(token: &str) -> Claims {
    decoded(token).map(|told| of_json(&told)).unwrap_or_default()
}

fn decoded(token: &str) -> Option<Json> {
    if token.len() > LONGEST {
        return None;
    }
    let mut parts = token.split('.');
    let (_header, payload, _signature) = (parts.next()?, parts.next()?, parts.next()?);
    let bytes = URL_SAFE_NO_PAD.decode(payload.trim_end_matches('=')).ok()?;
    serde_json::from_slice(&bytes).ok()
}

fn of_json(told: &Json) -> Claims {
    let seconds = told
        .get("exp")
        .and_then(|exp| exp.as_i64().or_else(|| exp.as_f64().map(|exp| exp as i64)));
    Claims {
        expires: seconds.filter(|seconds| *seconds > 0).map(Time::from_seconds),
        user: told.get("user_info").and_then(user),
    }
}

/// The name to show of a master's object about a user: the first that it has.
pub fn user(info: &Json) -> Option<String> {
    let name = ["username", "full_name", "email"]
        .iter()
        .filter_map(|key| info.get(key)?.as_str())
        .find(|name| !name.trim().is_empty())?;
    Some(name.chars().take(200).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn token(payload: &str) -> String {
        let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
        format!(
            "{}.{}.{}",
            part(r#"{"alg":"HS256","typ":"JWT"}"#),
            part(payload),
            part("signed")
        )
    }

    #[test]
    fn a_token_tells_its_user_and_its_end() {
        let token = token(r#"{"user_info":{"username":"alice","email":"alice@example.org"},"exp":1900000000}"#);
        let told = claims(&token);
        assert_eq!(told.user.as_deref(), Some("alice"));
        assert_eq!(told.expires, Some(Time::from_seconds(1_900_000_000)));
        assert_eq!(
            claims(&self::token(r#"{"user_info":{"anonymous":true},"exp":1.5e9}"#)).user,
            None
        );
    }

    #[test]
    fn what_is_no_token_tells_nothing() {
        for text in ["", "a.b", "a.b.c", "..", "a.!!.c", &"a.".repeat(20_000)] {
            assert_eq!(claims(text), Claims::default(), "{text:.20}");
        }
    }

    proptest! {
        #[test]
        fn any_token_is_read_without_a_panic(text in ".{0,200}", payload in ".{0,200}") {
            claims(&text);
            claims(&token(&payload));
        }
    }
}
