//! Where a master's pages are, and the addresses below it.

use std::fmt;
use std::str::FromStr;
use url::Url;

/// Longest address that is looked at.
const LONGEST: usize = 2048;

/// The address of a master's pages: scheme, host, port and a path that ends in a slash; no query, no fragment and
/// nobody's password.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Base(Url);

/// A text that is no address of pages.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadAddress {
    /// It cannot be read.
    #[error("'{text}' is not an address ({reason}); copy it from the browser, for example https://ci.example.org/")]
    Unreadable {
        /// As given, cut short.
        text: String,
        /// Why.
        reason: String,
    },
    /// It is for something else than a browser.
    #[error("'{text}' begins with {scheme}:, but a master's pages begin with http: or https:")]
    Scheme {
        /// As given, cut short.
        text: String,
        /// What it begins with.
        scheme: String,
    },
    /// A password would be kept with the address.
    #[error("the address has a user or a password in it; give it without, and sign in")]
    User,
}

impl Base {
    /// Reads an address. Query and fragment are cut off; the path is taken as a folder.
    pub fn parse(text: &str) -> Result<Base, BadAddress> {
        let text = text.trim();
        let shown = || text.chars().take(200).collect::<String>();
        let unreadable = |reason: String| BadAddress::Unreadable { text: shown(), reason };
        if text.len() > LONGEST {
            return Err(unreadable(format!("it is longer than {LONGEST} bytes")));
        }
        let url = Url::parse(text).map_err(|error| unreadable(error.to_string()))?;
        Base::of_url(url).map_err(|error| match error {
            BadAddress::Scheme { scheme, .. } => BadAddress::Scheme { text: shown(), scheme },
            other => other,
        })
    }

    /// Takes an address that was read already.
    pub(crate) fn of_url(mut url: Url) -> Result<Base, BadAddress> {
        if !matches!(url.scheme(), "http" | "https") {
            let scheme = url.scheme().to_owned();
            return Err(BadAddress::Scheme {
                text: url.into(),
                scheme,
            });
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(BadAddress::User);
        }
        url.set_query(None);
        url.set_fragment(None);
        let path = url.path();
        if !path.ends_with('/') {
            let folder = format!("{path}/");
            url.set_path(&folder);
        }
        Ok(Base(url))
    }

    /// The address itself.
    pub fn url(&self) -> &Url {
        &self.0
    }

    /// The host, for people.
    pub fn host(&self) -> &str {
        self.0.host_str().unwrap_or_default()
    }

    /// An address of REST v2, for example of `builders?limit=10`.
    pub fn api(&self, path_and_query: &str) -> Url {
        self.below(&format!("api/v2/{path_and_query}"))
    }

    /// An address below the pages, for example of `auth/login`. What is not a path is taken as one: the answer is
    /// always below the base.
    pub fn below(&self, path_and_query: &str) -> Url {
        let (path, query) = match path_and_query.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (path_and_query, None),
        };
        let mut url = self.0.clone();
        // One element after the other, so that none leads out of the base.
        if let Ok(mut elements) = url.path_segments_mut() {
            elements.pop_if_empty().extend(path.split('/'));
        }
        url.set_query(query);
        url
    }

    /// Where the live connection is made: `ws:` or `wss:`, as the pages are.
    pub fn socket(&self) -> Url {
        let mut url = self.below("ws");
        let scheme = if self.is_secure() { "wss" } else { "ws" };
        // http: and https: can always become these.
        let _ = url.set_scheme(scheme);
        url
    }

    /// A page for the browser: `builders/5` is `…/#/builders/5`.
    pub fn page(&self, route: &str) -> Url {
        let mut url = self.0.clone();
        url.set_fragment(Some(&format!("/{}", route.trim_start_matches('/'))));
        url
    }

    /// Whether it is under TLS.
    pub fn is_secure(&self) -> bool {
        self.0.scheme() == "https"
    }

    /// Whether both are the same scheme, host and port, so that what is secret of one may be told to the other.
    pub(crate) fn same_origin(&self, url: &Url) -> bool {
        self.0.origin() == url.origin()
    }
}

impl fmt::Display for Base {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for Base {
    type Err = BadAddress;

    fn from_str(text: &str) -> Result<Base, BadAddress> {
        Base::parse(text)
    }
}
