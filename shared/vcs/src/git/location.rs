//! What a `repourl` names: a folder of this machine, or a remote; and how secrets in it are kept from sight.

use std::path::{Path, PathBuf};

/// User names longer than this are taken for access tokens.
const LONGEST_USER_NAME: usize = 19;

/// Where a repository is.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Location {
    /// A folder that can be opened.
    Local(PathBuf),
    /// Something that `git` must reach.
    Remote(Remote),
}

/// A remote repository, its secret taken apart from its address.
#[derive(Clone, PartialEq)]
pub(crate) struct Remote {
    /// Without password or token; good for git, for messages and for the changes' `repository`.
    pub(crate) url: String,
    /// What must be handed to git besides.
    pub(crate) secret: Option<Secret>,
}

impl std::fmt::Debug for Remote {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Remote").field(&self.url).finish()
    }
}

/// What a URL had before its `@`, decoded.
#[derive(Clone, PartialEq)]
pub(crate) struct Secret {
    /// The user, or the token.
    pub(crate) username: String,
    /// May be empty with a token.
    pub(crate) password: String,
}

impl Location {
    /// Reads a `repourl` as git does: `scheme://…` and `host:path` are remote, `file://` and paths are local.
    pub(crate) fn of(repourl: &str) -> Location {
        if let Some(path) = repourl.strip_prefix("file://") {
            return Location::Local(PathBuf::from(percent_decoded(path)));
        }
        if repourl.contains("://") {
            let (url, secret) = split_secret(repourl);
            return Location::Remote(Remote { url, secret });
        }
        if is_scp_like(repourl) && !Path::new(repourl).exists() {
            return Location::Remote(Remote {
                url: repourl.to_owned(),
                secret: None,
            });
        }
        Location::Local(home_expanded(repourl))
    }
}

/// Whether a `repourl` names a folder, which is read in no time, rather than something that `git` must reach.
pub fn is_local(repourl: &str) -> bool {
    matches!(Location::of(repourl), Location::Local(_))
}

/// `url` without the password, or the token in a user name's place, that it may hold.
pub fn without_password(url: &str) -> String {
    split_secret(url).0
}

fn is_scp_like(text: &str) -> bool {
    match (text.find(':'), text.find(['/', '\\'])) {
        // One letter before the colon is a drive.
        (Some(colon), slash) => colon > 1 && slash.is_none_or(|slash| colon < slash),
        (None, _) => false,
    }
}

fn home_expanded(path: &str) -> PathBuf {
    match (path.strip_prefix("~/"), std::env::home_dir()) {
        (Some(rest), Some(home)) => home.join(rest),
        _ => PathBuf::from(path),
    }
}

fn split_secret(url: &str) -> (String, Option<Secret>) {
    let unchanged = || (url.to_owned(), None);
    let Some((scheme, rest)) = url.split_once("://") else {
        return unchanged();
    };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let Some((user_info, _)) = rest[..end].rsplit_once('@') else {
        return unchanged();
    };
    let after = &rest[user_info.len() + 1..];
    let is_http = scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https");
    let (username, password) = user_info.split_once(':').unwrap_or((user_info, ""));
    if user_info.contains(':') {
        let url = match username {
            "" => format!("{scheme}://{after}"),
            _ => format!("{scheme}://{username}@{after}"),
        };
        (url, is_http.then(|| secret(username, password)))
    } else if is_http && username.len() > LONGEST_USER_NAME {
        (format!("{scheme}://{after}"), Some(secret(username, "")))
    } else {
        unchanged()
    }
}

fn secret(username: &str, password: &str) -> Secret {
    Secret {
        username: percent_decoded(username),
        password: percent_decoded(password),
    }
}

/// Percent-decodes; what is not a valid escape stays.
pub(crate) fn percent_decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let escape = (bytes[at] == b'%')
            .then(|| bytes.get(at + 1..at + 3))
            .flatten()
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()))
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        decoded.push(escape.unwrap_or(bytes[at]));
        at += if escape.is_some() { 3 } else { 1 };
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

impl Secret {
    /// `text` with every form of the secret covered.
    pub(crate) fn cover(&self, text: &str) -> String {
        let hidden = if self.password.is_empty() {
            &self.username
        } else {
            &self.password
        };
        match hidden.as_str() {
            "" => text.to_owned(),
            hidden => text.replace(hidden, "***"),
        }
    }

    /// Whether git's credential protocol, which is made of lines, can carry it.
    pub(crate) fn fits_in_lines(&self) -> bool {
        let fits = |text: &str| !text.contains(['\n', '\r', '\0']);
        fits(&self.username) && fits(&self.password)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_local_and_hosts_are_remote() {
        let local = |text: &str| matches!(Location::of(text), Location::Local(_));
        assert!(local("/srv/git/a.git"));
        assert!(local("./a:b"));
        assert!(local("C:/work/a"));
        assert_eq!(Location::of("file:///srv/a%20b"), Location::Local("/srv/a b".into()));
        assert!(!local("host:a.git"));
        assert!(!local("me@host:a.git"));
        assert!(!local("ssh://host/a.git"));
        assert!(!local("https://host/a.git"));
    }

    #[test]
    fn a_password_is_taken_out_of_the_address() {
        let (url, secret) = split_secret("https://me:p%40ss:w@host:81/a@b.git");
        assert_eq!(url, "https://me@host:81/a@b.git");
        let secret = secret.expect("a secret");
        assert_eq!((secret.username.as_str(), secret.password.as_str()), ("me", "p@ss:w"));
        assert_eq!(secret.cover("denied for me:p@ss:w"), "denied for me:***");
    }

    #[test]
    fn a_token_in_the_place_of_the_user_is_taken_out() {
        let token = "ghp_0123456789abcdef0123";
        assert_eq!(
            without_password(&format!("https://{token}@host/a.git")),
            "https://host/a.git"
        );
        assert_eq!(without_password("https://me@host/a.git"), "https://me@host/a.git");
        assert_eq!(without_password("ssh://git@host/a.git"), "ssh://git@host/a.git");
        assert_eq!(without_password("ssh://git:x@host/a.git"), "ssh://git@host/a.git");
        assert_eq!(without_password("https://%zz%4@host/"), "https://%zz%4@host/");
    }
}
