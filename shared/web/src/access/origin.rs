//! Which `Origin` headers are accepted.

/// Whether `origin` is the page's own (that is, of the `host` that was asked) or matches one of the `allowed` patterns.
///
/// `host` must have been checked. The comparison is of lower-cased texts, as Buildbot's.
pub fn is_allowed(origin: &str, host: Option<&str>, allowed: &[String]) -> bool {
    let origin = origin.to_ascii_lowercase();
    let own = host.is_some_and(|host| {
        let host = host.to_ascii_lowercase();
        let rest = origin
            .strip_prefix("http://")
            .or_else(|| origin.strip_prefix("https://"));
        rest == Some(&host)
    });
    own || allowed
        .iter()
        .any(|pattern| matches(&pattern.to_ascii_lowercase(), &origin))
}

/// Shell-style: `*` is any text, `?` any one character.
fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    let (mut p, mut t) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some('*') => {
                star = Some((p, t));
                p += 1;
            }
            Some(c) if *c == '?' || *c == text[t] => (p, t) = (p + 1, t + 1),
            _ => match star {
                Some((at, from)) => {
                    star = Some((at, from + 1));
                    (p, t) = (at + 1, from + 1);
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|c| *c == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_and_listed_origins_only() {
        let allowed = ["https://*.example.org".to_owned(), "http://desk?:8010".to_owned()];
        for (origin, host, ok) in [
            ("http://127.0.0.1:8010", Some("127.0.0.1:8010"), true),
            ("HTTP://LocalHost:8010", Some("localhost:8010"), true),
            ("http://127.0.0.1:9999", Some("127.0.0.1:8010"), false),
            ("http://localhost:8010", Some("127.0.0.1:8010"), false),
            ("null", Some("127.0.0.1:8010"), false),
            ("", Some("127.0.0.1:8010"), false),
            ("https://a.example.org", Some("127.0.0.1:8010"), true),
            ("https://a.b.example.org", None, true),
            ("https://example.org.evil.com", None, false),
            ("http://desk1:8010", None, true),
            ("http://desk12:8010", None, false),
        ] {
            assert_eq!(is_allowed(origin, host, &allowed), ok, "{origin} at {host:?}");
        }
    }

    #[test]
    fn wildcards_need_no_backtracking_without_end() {
        let pattern = "*a*a*a*a*a*a*a*a*a*a*b";
        assert!(!matches(pattern, &"a".repeat(5000)));
    }
}
