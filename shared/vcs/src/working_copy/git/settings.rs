//! The person's settings of git that count for a change.

use super::{Place, failed, text};
use crate::working_copy::TakeError;

/// All settings, in the order in which git reads them; the last one of a name counts.
#[derive(Debug, Default)]
pub(super) struct Settings(Vec<(String, String)>);

impl Settings {
    /// Reads them all by one command.
    pub(super) fn read(place: &Place) -> Result<Settings, TakeError> {
        let answer = place.git.run(&["config", "--list", "-z"], None).map_err(failed)?;
        Ok(Settings::parse(&answer.out))
    }

    fn parse(answer: &[u8]) -> Settings {
        let records = answer.split(|byte| *byte == 0).filter(|record| !record.is_empty());
        let pair = |record: &[u8]| {
            let record = text(record);
            // Without a value it is a switch that is on.
            let (name, value) = record.split_once('\n').unwrap_or((&record, "true"));
            (name.to_owned(), value.to_owned())
        };
        Settings(records.map(pair).collect())
    }

    /// The value that counts. Section and last part of `name` in small letters.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let mut backwards = self.0.iter().rev();
        backwards
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    /// Whether a switch is on, in any of git's words for that; nothing when it is not set, or to something else.
    pub(super) fn is_on(&self, name: &str) -> Option<bool> {
        match self.get(name)?.to_ascii_lowercase().as_str() {
            "true" | "yes" | "on" | "1" => Some(true),
            "false" | "no" | "off" | "0" | "" => Some(false),
            _ => None,
        }
    }

    /// The first value, for names of which several count.
    pub(super) fn first(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    /// The names of the form `beginning.NAME.end`, with their values.
    pub(super) fn all<'a>(&'a self, beginning: &'a str, end: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.0.iter().filter_map(move |(name, value)| {
            let inner = name.strip_prefix(beginning)?.strip_suffix(end)?;
            Some((inner.strip_prefix('.')?.strip_suffix('.')?, value.as_str()))
        })
    }
}

#[cfg(test)]
impl Settings {
    pub(super) fn of(pairs: &[(&str, &str)]) -> Settings {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Settings(pairs.iter().map(owned).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_value_counts_and_names_may_have_dots() {
        let read =
            Settings::parse(b"core.autocrlf\nfalse\0core.autocrlf\ntrue\0remote.a.b.url\nhttps://x\0core.bare\0");
        assert_eq!(read.get("core.autocrlf"), Some("true"));
        assert_eq!(read.first("core.autocrlf"), Some("false"));
        assert_eq!(read.get("core.bare"), Some("true"));
        assert_eq!(read.is_on("core.bare"), Some(true));
        for (value, on) in [
            ("False", Some(false)),
            ("ON", Some(true)),
            ("", Some(false)),
            ("input", None),
        ] {
            assert_eq!(
                Settings::of(&[("core.symlinks", value)]).is_on("core.symlinks"),
                on,
                "{value}"
            );
        }
        assert_eq!(read.is_on("core.symlinks"), None);
        assert_eq!(read.all("remote", "url").collect::<Vec<_>>(), [("a.b", "https://x")]);
    }
}
