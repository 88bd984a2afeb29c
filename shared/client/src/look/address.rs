//! From what a person pasted to the addresses that may be a master's.

use crate::{BadAddress, Base};
use url::{Host, Url};

/// Most folders of a path that are tried.
const DEEPEST: usize = 6;

/// The bases below which a master may be, by scheme; the likeliest first.
#[derive(Debug, PartialEq)]
pub(super) struct Candidates {
    /// With the scheme that was given, or the safer one.
    pub(super) first: Vec<Base>,
    /// With `http:`, where no scheme was given.
    pub(super) plain: Vec<Base>,
}

/// Reads an address as it is copied from a browser, a mail or one's memory.
pub(super) fn candidates(text: &str) -> Result<Candidates, BadAddress> {
    let text = text.trim().trim_matches(['<', '>', '"']);
    if text.contains("://") {
        let base = Base::parse(text)?;
        return Ok(Candidates {
            first: folders(&base),
            plain: Vec::new(),
        });
    }
    let text = text.trim_start_matches('/');
    let secure = Base::parse(&format!("https://{text}"))?;
    let plain = Base::parse(&format!("http://{text}"))?;
    // On one's own machine nobody has a certificate.
    if is_here(plain.url()) {
        return Ok(Candidates {
            first: folders(&plain),
            plain: Vec::new(),
        });
    }
    Ok(Candidates {
        first: folders(&secure),
        plain: folders(&plain),
    })
}

fn is_here(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// The folder itself and those above it. What is known to be below a base is cut off first.
fn folders(base: &Base) -> Vec<Base> {
    const BELOW: [&str; 6] = ["/api/", "/ws/", "/sse/", "/auth/", "/config/", "/json/"];
    let mut path = base.url().path().to_owned();
    if let Some(at) = BELOW.iter().filter_map(|below| path.find(below)).min() {
        path.truncate(at + 1);
    }
    let mut found = Vec::new();
    loop {
        let mut url = base.url().clone();
        url.set_path(&path);
        found.extend(Base::of_url(url));
        if path == "/" || found.len() == DEEPEST {
            break;
        }
        let above = path.trim_end_matches('/').rfind('/').unwrap_or(0);
        path.truncate(above + 1);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(bases: &[Base]) -> Vec<String> {
        bases.iter().map(Base::to_string).collect()
    }

    #[test]
    fn any_page_leads_to_the_base() {
        let cases = [
            ("https://ci.example.org/#/builders/5", vec!["https://ci.example.org/"]),
            (
                "https://ci.example.org/all/#/builders/5/builds/7?x=1",
                vec!["https://ci.example.org/all/", "https://ci.example.org/"],
            ),
            (
                "http://ci.example.org:8010/bb/api/v2/builders?limit=1",
                vec!["http://ci.example.org:8010/bb/", "http://ci.example.org:8010/"],
            ),
            ("https://ci.example.org/auth/login", vec!["https://ci.example.org/"]),
            (
                "https://ci.example.org/a/index.html",
                vec![
                    "https://ci.example.org/a/index.html/",
                    "https://ci.example.org/a/",
                    "https://ci.example.org/",
                ],
            ),
        ];
        for (text, expected) in cases {
            let found = candidates(text).unwrap();
            assert_eq!(texts(&found.first), expected, "{text}");
            assert!(found.plain.is_empty());
        }
    }

    #[test]
    fn without_a_scheme_the_safer_one_is_tried_first() {
        let found = candidates(" ci.example.org/all ").unwrap();
        assert_eq!(texts(&found.first)[0], "https://ci.example.org/all/");
        assert_eq!(texts(&found.plain)[0], "http://ci.example.org/all/");
        let here = candidates("localhost:8010/#/").unwrap();
        assert_eq!(texts(&here.first), ["http://localhost:8010/"]);
        assert!(here.plain.is_empty());
    }

    #[test]
    fn what_is_no_address_of_pages_is_told_so() {
        for text in [
            "",
            "   ",
            "ftp://x/",
            "https://",
            "https://alice:pw@ci.example.org/",
            "pb://a:9989",
        ] {
            assert!(candidates(text).is_err(), "{text}");
        }
    }
}
