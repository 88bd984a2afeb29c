//! What is remembered of the joined masters between two starts. Never a secret.

use crate::api::Refusal;
use serde::{Deserialize, Serialize};
use store::Store;
use tracing::warn;

/// Under which key the store keeps the list.
const KEY: &str = "masters";

/// Longest key of a master.
const LONGEST: usize = 40;

/// All of them, in the order of joining.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct List {
    /// The id of the next one. Ids are not used again: the keychain and what was seen go by them.
    pub next: i64,
    /// The masters.
    pub masters: Vec<Kept>,
}

/// One of them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Kept {
    /// Names it for the keychain and the store; stays when the key changes.
    pub id: i64,
    /// Its key for people, in addresses and on the command line.
    pub key: String,
    /// Address of its pages.
    pub url: String,
    /// What it called itself.
    pub title: String,
    /// Of its program.
    pub version: Option<String>,
    /// It is an Outpost too.
    pub outpost: bool,
    /// How people sign in there.
    pub auth: KeptAuth,
    /// Somebody signed in: the keychain has what proves it, unless it was for one run only.
    pub signed_in: bool,
    /// What proves it was for one run only.
    pub session_only: bool,
}

/// How people sign in at a master.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum KeptAuth {
    /// Nobody does.
    None,
    /// With a name and a password.
    Password,
    /// At a provider of this name.
    Provider(String),
    /// A proxy in front of it knows who asks.
    Proxy,
    /// It does not say.
    #[default]
    Unknown,
}

/// Reads the list. What cannot be read is told, and taken as no masters.
pub(crate) async fn read(store: &Store) -> List {
    match store.read(|c| store::settings::get(c, KEY)).await {
        Ok(Some(list)) => serde_json::from_value(list).unwrap_or_else(|error| {
            warn!("the joined masters cannot be understood and have to be joined again: {error}");
            List::default()
        }),
        Ok(None) => List::default(),
        Err(error) => {
            warn!("the joined masters cannot be read: {error}");
            List::default()
        }
    }
}

/// Keeps the list.
pub(crate) async fn write(store: &Store, list: &List) -> Result<(), Refusal> {
    let list = serde_json::to_value(list).map_err(|error| Refusal::failed(error.to_string()))?;
    store.write(move |c| store::settings::set(c, KEY, &list)).await?;
    Ok(())
}

/// Under which key the store keeps where to go on with a master's news.
pub(crate) fn resume_key(id: i64) -> String {
    format!("joined-{id}")
}

/// Checks a key that somebody chose.
pub(crate) fn check_key(key: &str) -> Result<(), Refusal> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let good =
        key.starts_with(plain) && key.len() <= LONGEST && key.chars().all(|c| plain(c) || matches!(c, '.' | '_' | '-'));
    if good && key != crate::api::bundled() {
        return Ok(());
    }
    let reason = match key == crate::api::bundled() {
        true => "is the name of this program's own master".to_owned(),
        false => {
            format!("cannot name a master: up to {LONGEST} of a-z, 0-9, '.', '_' and '-', a letter or digit first")
        }
    };
    let mut refusal = Refusal::invalid(format!("'{key}' {reason}"));
    refusal.fields.insert("name".to_owned(), format!("'{key}' {reason}"));
    Err(refusal)
}

/// A free key for a master: by its title, or its host when the title says nothing.
pub(crate) fn propose_key(title: &str, host: &str, is_free: impl Fn(&str) -> bool) -> String {
    // What every master is called until somebody gives it a name.
    let title = Some(short(title)).filter(|short| !matches!(short.as_str(), "" | "buildbot" | "my-desk"));
    let host = short(
        host.split('.')
            .find(|part| !matches!(*part, "www" | "ci" | "buildbot"))
            .unwrap_or(host),
    );
    let wanted = match title {
        Some(title) => title,
        None if host.is_empty() => "master".to_owned(),
        None => host,
    };
    let free = |key: &str| check_key(key).is_ok() && is_free(key);
    if free(&wanted) {
        return wanted;
    }
    // Some number is free: there are fewer masters than numbers.
    (2..)
        .map(|n| format!("{wanted}-{n}"))
        .find(|key| free(key))
        .unwrap_or(wanted)
}

/// The first words of a text, as far as a key can have them.
fn short(text: &str) -> String {
    let mut short = String::new();
    for c in text.chars().map(|c| c.to_ascii_lowercase()) {
        match c {
            'a'..='z' | '0'..='9' => short.push(c),
            _ if short.is_empty() || short.ends_with('-') => {}
            _ => short.push('-'),
        }
        if short.len() == LONGEST - 8 {
            break;
        }
    }
    short.trim_end_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_can_stand_in_an_address() {
        for good in ["a", "farm", "9front", "ci.example.org", "a_b-c"] {
            assert!(check_key(good).is_ok(), "{good}");
        }
        let long = "a".repeat(LONGEST + 1);
        for bad in ["", "-a", ".", "Farm", "a b", "a/b", "ä", "bundled", &long] {
            let refusal = check_key(bad).expect_err(bad);
            assert!(refusal.fields.contains_key("name"), "{bad}");
        }
    }

    #[test]
    fn the_title_names_a_master_or_else_its_host() {
        let free = |_: &str| true;
        let table = [
            ("Frobnicator CI", "x.example.org", "frobnicator-ci"),
            ("Buildbot", "build.webkit.org", "build"),
            ("", "ci.example.org", "example"),
            ("", "localhost", "localhost"),
            ("¡¿", "127.0.0.1", "127"),
            ("", "", "master"),
        ];
        for (title, host, key) in table {
            assert_eq!(propose_key(title, host, free), key, "{title} at {host}");
        }
        assert_eq!(
            propose_key("farm", "h", |key| key != "farm" && key != "farm-2"),
            "farm-3"
        );
        assert_eq!(propose_key("bundled", "h", free), "bundled-2");
        assert!(check_key(&propose_key(&"long ".repeat(50), "h", |key| key.contains("-1"))).is_ok());
    }
}
