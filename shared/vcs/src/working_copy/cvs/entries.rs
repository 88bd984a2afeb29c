//! What CVS notes in the working copy: the revision of each file, and where it is from.

use crate::working_copy::names;
use jiff::civil::DateTime;
use std::collections::BTreeMap;
use std::path::Path;

/// The longest file of notes that is read, in bytes.
const LONGEST: u64 = 64 << 20;
/// How times are noted: in UTC, as C's `asctime` has them.
const TIME: &str = "%a %b %e %H:%M:%S %Y";

/// A file that CVS knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// Its revision; `0` when it was added.
    pub(super) revision: String,
    /// It was removed.
    pub(super) is_removed: bool,
    /// When it was last like the repository's, or whatever CVS notes instead.
    pub(super) time: Option<DateTime>,
    /// When a merge left it with a conflict.
    pub(super) conflict: Option<DateTime>,
}

/// A folder's notes.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Notes {
    pub(super) files: BTreeMap<Vec<u8>, Entry>,
    pub(super) folders: Vec<Vec<u8>>,
}

/// Reads a folder's notes; those that were only added to are in a file of their own.
pub(super) fn read(folder: &Path) -> Notes {
    let mut notes = Notes::default();
    let bytes = |name: &str| super::super::read::whole(&folder.join("CVS").join(name), LONGEST).unwrap_or_default();
    for line in bytes("Entries").split(|byte| *byte == b'\n') {
        notes.add(line);
    }
    for line in bytes("Entries.Log").split(|byte| *byte == b'\n') {
        match line {
            [b'A', b' ', line @ ..] => notes.add(line),
            [b'R', b' ', line @ ..] => notes.remove(line),
            _ => {}
        }
    }
    notes
}

impl Notes {
    fn add(&mut self, line: &[u8]) {
        if let [b'D', b'/', rest @ ..] = line {
            let name = rest.split(|byte| *byte == b'/').next().unwrap_or_default();
            if is_plain(name) && !self.folders.iter().any(|known| known == name) {
                self.folders.push(name.to_vec());
            }
        } else if let Some((name, entry)) = entry(line) {
            self.files.insert(name, entry);
        }
    }

    fn remove(&mut self, line: &[u8]) {
        if let [b'D', b'/', rest @ ..] = line {
            let name = rest.split(|byte| *byte == b'/').next().unwrap_or_default();
            self.folders.retain(|known| known != name);
        } else if let Some((name, _)) = entry(line) {
            self.files.remove(&name);
        }
    }
}

fn is_plain(name: &[u8]) -> bool {
    !matches!(name, b"" | b"." | b"..")
}

/// `/name/revision/time[+conflict]/options/tag`
fn entry(line: &[u8]) -> Option<(Vec<u8>, Entry)> {
    let mut fields = line.strip_prefix(b"/")?.split(|byte| *byte == b'/');
    let name = fields.next().filter(|name| is_plain(name))?;
    let revision = names::shown(fields.next()?);
    let times = names::shown(fields.next()?);
    let (time, conflict) = times.split_once('+').unwrap_or((&times, ""));
    let is_number = |revision: &str| revision.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let number = revision.strip_prefix('-').unwrap_or(&revision);
    (!number.is_empty() && is_number(number)).then(|| {
        let entry = Entry {
            revision: number.to_owned(),
            is_removed: revision.starts_with('-'),
            time: DateTime::strptime(TIME, time).ok(),
            conflict: DateTime::strptime(TIME, conflict).ok(),
        };
        (name.to_vec(), entry)
    })
}

/// What a folder sticks to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Sticky {
    /// The trunk.
    Nothing,
    /// A branch or a tag.
    Tag(String),
    /// A time, as CVS writes it: `2026.11.21.20.26.17`, in UTC.
    Time(DateTime),
}

/// Reads what a folder sticks to.
pub(super) fn sticky(folder: &Path) -> Sticky {
    let text = std::fs::read_to_string(folder.join("CVS/Tag")).unwrap_or_default();
    let text = text.trim_end_matches('\n');
    let time = |text| DateTime::strptime("%Y.%m.%d.%H.%M.%S", text).ok();
    match text.split_at_checked(1) {
        Some(("T" | "N", tag)) => Sticky::Tag(tag.to_owned()),
        Some(("D", text)) => time(text).map_or(Sticky::Nothing, Sticky::Time),
        _ => Sticky::Nothing,
    }
}

/// The address in `CVS/Root`, without a password: `:pserver:ann:secret@host:/path` becomes `:pserver:ann@host:/path`.
pub(super) fn without_password(root: &str) -> String {
    let Some((before, after)) = root.rsplit_once('@') else {
        return root.to_owned();
    };
    let Some(method) = before.strip_prefix(':').and_then(|rest| rest.find(':')) else {
        return root.to_owned();
    };
    let (method, user) = before.split_at(method + 2);
    let user = user.split(':').next().unwrap_or_default();
    format!("{method}{user}@{after}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn lines_are_read() {
        let mut notes = Notes::default();
        for line in [
            "/a b/1.2/Sat Nov  7 20:26:17 2026/-kb/Tbr",
            "/gone/-1.3/Sat Nov 21 20:26:17 2026//",
            "/new/0/Initial new//",
            "/torn/1.1/Result of merge+Sat Nov 21 20:26:18 2026//",
            "D/d////",
            "D",
            "/../1.1/x//",
            "nonsense",
        ] {
            notes.add(line.as_bytes());
        }
        assert_eq!(notes.folders, [b"d".to_vec()]);
        let names: Vec<&[u8]> = notes.files.keys().map(Vec::as_slice).collect();
        assert_eq!(names, [b"a b".as_slice(), b"gone", b"new", b"torn"]);
        let a = &notes.files[b"a b".as_slice()];
        assert_eq!(
            (a.revision.as_str(), a.time),
            ("1.2", Some(jiff::civil::date(2026, 11, 7).at(20, 26, 17, 0)))
        );
        assert!(notes.files[b"gone".as_slice()].is_removed);
        assert!(notes.files[b"torn".as_slice()].conflict.is_some());
        notes.remove(b"/new/0/Initial new//");
        assert_eq!(notes.files.len(), 3);
    }

    #[test]
    fn an_address_loses_its_password() {
        assert_eq!(
            without_password(":pserver:ann:secret@host:/path"),
            ":pserver:ann@host:/path"
        );
        assert_eq!(without_password(":ext:ann@host:/path"), ":ext:ann@host:/path");
        assert_eq!(without_password("/path"), "/path");
        assert_eq!(without_password("ann@host:/path"), "ann@host:/path");
    }

    proptest! {
        #[test]
        fn any_line_is_read(bytes in proptest::collection::vec(any::<u8>(), 0..80), words in "[/D+AR0-9. a-z]{0,60}") {
            let mut notes = Notes::default();
            notes.add(&bytes);
            notes.add(words.as_bytes());
            notes.remove(words.as_bytes());
            without_password(&words);
        }
    }
}
