//! A master's session cookie: finding it in an answer, and giving it back.

use super::jwt;
use crate::Error;
use reqwest::header::{HeaderMap, HeaderValue, SET_COOKIE};
use std::fmt;

/// What the names of session cookies begin with; a master below a path appends the path's elements.
const NAMES: [&str; 2] = ["TWISTED_SESSION", "TWISTED_SECURE_SESSION"];
/// Longest header that is kept, in bytes.
const LONGEST: usize = 8 << 10;

/// What is sent as `Cookie:`. Shown to nobody.
#[derive(Clone, PartialEq)]
pub(crate) struct Cookie {
    header: HeaderValue,
    claims: jwt::Claims,
}

impl fmt::Debug for Cookie {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Cookie({:?})", self.claims)
    }
}

impl Cookie {
    /// The session that an answer sets, if it sets one. Of several with one name the last counts.
    pub(crate) fn set_by(headers: &HeaderMap) -> Option<Cookie> {
        let mut found: Vec<(&str, &str)> = Vec::new();
        for line in headers.get_all(SET_COOKIE) {
            let Some((name, value)) = line.to_str().ok().and_then(pair) else {
                continue;
            };
            if is_session(name) && !value.is_empty() {
                found.retain(|(other, _)| *other != name);
                found.push((name, value));
            }
        }
        let (_, last) = found.last()?;
        let claims = jwt::claims(last);
        let text: Vec<String> = found.iter().map(|(name, value)| format!("{name}={value}")).collect();
        Cookie::of(&text.join("; "), claims)
    }

    /// Reads what a person copied or a window took over: a whole `Cookie:` header, one cookie, or only a session's value.
    pub(crate) fn given(text: &str) -> Result<Cookie, Error> {
        let text = text.trim();
        let text = match text.split_at_checked("cookie:".len()) {
            Some((start, rest)) if start.eq_ignore_ascii_case("cookie:") => rest.trim(),
            _ => text,
        };
        let unusable = || {
            let what = "the cookie cannot be read; copy the value of TWISTED_SESSION as the browser shows it";
            Error::SignInRefused(what.to_owned())
        };
        if text.is_empty() || text.len() > LONGEST / 2 {
            return Err(unusable());
        }
        let pairs: Vec<(&str, &str)> = text.split(';').filter_map(|part| pair(part.trim())).collect();
        if pairs.is_empty() {
            // Whether the master's own port or a proxy's is under TLS cannot be known; a name too many does no harm.
            let both = NAMES.map(|name| format!("{name}={text}")).join("; ");
            return Cookie::of(&both, jwt::claims(text)).ok_or_else(unusable);
        }
        let session = pairs.iter().rfind(|(name, _)| is_session(name));
        let claims = session.map(|(_, value)| jwt::claims(value)).unwrap_or_default();
        Cookie::of(text, claims).ok_or_else(unusable)
    }

    fn of(text: &str, claims: jwt::Claims) -> Option<Cookie> {
        if text.len() > LONGEST {
            return None;
        }
        let mut header = HeaderValue::from_str(text).ok()?;
        header.set_sensitive(true);
        Some(Cookie { header, claims })
    }

    /// To be sent.
    pub(crate) fn header(&self) -> HeaderValue {
        self.header.clone()
    }

    /// What the session's token says.
    pub(crate) fn claims(&self) -> &jwt::Claims {
        &self.claims
    }
}

fn is_session(name: &str) -> bool {
    NAMES.iter().any(|known| name.starts_with(known))
}

/// Name and value of a cookie; what follows a semicolon is about it.
fn pair(line: &str) -> Option<(&str, &str)> {
    let first = line.split(';').next()?;
    let (name, value) = first.split_once('=')?;
    let name = name.trim();
    let plain = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-.".contains(&b));
    plain.then(|| (name, value.trim().trim_matches('"')))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(lines: &[&'static str]) -> HeaderMap {
        lines
            .iter()
            .map(|line| (SET_COOKIE, HeaderValue::from_static(line)))
            .collect()
    }

    #[test]
    fn the_last_session_of_an_answer_counts() {
        let answer = headers(&[
            "TWISTED_SESSION=anonymous; Path=/",
            "other=1",
            "TWISTED_SESSION=real; Path=/",
        ]);
        assert_eq!(Cookie::set_by(&answer).unwrap().header(), "TWISTED_SESSION=real");
        assert_eq!(Cookie::set_by(&headers(&["other=1"])), None);
    }

    #[test]
    fn sessions_under_tls_and_below_a_path_are_known() {
        let answer = headers(&["TWISTED_SECURE_SESSION_all=x; Path=/; Secure"]);
        assert_eq!(
            Cookie::set_by(&answer).unwrap().header(),
            "TWISTED_SECURE_SESSION_all=x"
        );
    }

    #[test]
    fn a_cookie_is_read_however_it_was_copied() {
        let cases = [
            ("TWISTED_SESSION=x.y.z", "TWISTED_SESSION=x.y.z"),
            (
                "Cookie: _proxy=1; TWISTED_SESSION=x.y.z",
                "_proxy=1; TWISTED_SESSION=x.y.z",
            ),
            (" x.y.z\n", "TWISTED_SESSION=x.y.z; TWISTED_SECURE_SESSION=x.y.z"),
        ];
        for (given, sent) in cases {
            assert_eq!(Cookie::given(given).unwrap().header(), sent);
        }
    }

    #[test]
    fn what_cannot_be_a_cookie_is_refused() {
        for text in ["", "   ", "a\r\nX-Evil: 1", &"x".repeat(100_000)] {
            assert!(
                matches!(Cookie::given(text), Err(Error::SignInRefused(_))),
                "{text:.20}"
            );
        }
    }

    #[test]
    fn a_cookie_shows_nothing_secret() {
        let shown = format!("{:?}", Cookie::given("TWISTED_SESSION=secret").unwrap());
        assert!(!shown.contains("secret"), "{shown}");
    }
}
