//! Whose a master's session is, as its cookie tells.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

/// Whether a session names somebody: its middle part tells who, and `anonymous` is nobody.
pub fn somebody(session: &str) -> bool {
    let claims = session.split('.').nth(1).and_then(|part| {
        let part = part.trim_end_matches('=');
        URL_SAFE_NO_PAD.decode(part).ok()
    });
    let claims = claims.and_then(|text| serde_json::from_slice::<Value>(&text).ok());
    let Some(Value::Object(user)) = claims.and_then(|mut claims| claims.get_mut("user_info").map(Value::take)) else {
        return false;
    };
    !user.is_empty() && user.get("anonymous") != Some(&Value::Bool(true))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(claims: &str) -> String {
        let part = URL_SAFE_NO_PAD.encode(claims);
        format!("eyJhbGciOiJIUzI1NiJ9.{part}.c2ln")
    }

    #[test]
    fn a_session_is_taken_when_it_names_somebody() {
        assert!(somebody(&token(
            r#"{"user_info":{"username":"ann","email":"ann@example.org"},"exp":1}"#
        )));
        for nobody in [
            token(r#"{"user_info":{"anonymous":true},"exp":1}"#),
            token(r#"{"user_info":{}}"#),
            token(r#"{"user_info":"ann"}"#),
            token("[]"),
            token("no json"),
            "a.%%%.b".to_owned(),
            "opaque".to_owned(),
            String::new(),
        ] {
            assert!(!somebody(&nobody), "{nobody}");
        }
    }
}
