//! When a file is certainly as git noted it: what git would look at is looked at, and in doubt it is not certain.

use super::super::index::Entry;
use super::super::settings::Settings;
use rustix::fs::{FileType, Stat};

/// Ids of an empty file, by SHA-1 and by SHA-256: such a file really has no bytes, any other was marked as uncertain.
const EMPTY: [&[u8]; 2] = [
    &[
        0xe6, 0x9d, 0xe2, 0x9b, 0xb2, 0xd1, 0xd6, 0x43, 0x4b, 0x8b, 0x29, 0xae, 0x77, 0x5a, 0xd8, 0xc2, 0xe4, 0x8c,
        0x53, 0x91,
    ],
    &[
        0x47, 0x3a, 0x0f, 0x4c, 0x3b, 0xe8, 0xa9, 0x36, 0x81, 0xa2, 0x67, 0xe3, 0xb1, 0xe9, 0xa7, 0xdc, 0xda, 0x11,
        0x85, 0x43, 0x6f, 0xe1, 0x41, 0xf7, 0x74, 0x91, 0x20, 0xa3, 0x03, 0x72, 0x18, 0x13,
    ],
];

/// What of a file's state counts, by the person's settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Rules {
    /// Whether it may be run.
    modes: bool,
    /// When its mode or owner was changed.
    changes: bool,
    /// Owner, number and fractions of a second.
    details: bool,
}

impl Rules {
    /// `None` if git looks at the files in a way that is not known here.
    pub(super) fn of(settings: &Settings) -> Option<Rules> {
        let is = |name: &str, usual: bool| match settings.get(name) {
            None => Some(usual),
            Some(_) => settings.is_on(name),
        };
        // Names that are equal in other letters, folders of which only a part is there, a program that is asked instead.
        let others = [
            "core.ignorecase",
            "core.precomposeunicode",
            "core.sparsecheckout",
            "core.fsmonitor",
        ];
        let is_usual =
            settings.get("core.worktree").is_none() && others.iter().all(|name| is(name, false) == Some(false));
        let details = match settings.get("core.checkstat").map(str::to_ascii_lowercase).as_deref() {
            None | Some("default") => Some(true),
            Some("minimal") => Some(false),
            Some(_) => None,
        };
        let rules = Rules {
            modes: is("core.filemode", true)?,
            changes: is("core.trustctime", true)?,
            details: details?,
        };
        is_usual.then_some(rules)
    }

    /// Whether `now` is what git noted in an index that was itself written at the second `index`.
    pub(super) fn is_as_noted(self, noted: &Entry<'_>, now: &Stat, index: i64) -> bool {
        let is_file = match FileType::from_raw_mode(now.st_mode) {
            FileType::RegularFile => noted.mode & 0o170_000 == 0o100_000 && self.is_mode(noted.mode, now.st_mode),
            FileType::Symlink => noted.mode == 0o120_000,
            _ => false,
        };
        let time = |(seconds, part): (u32, u32), now: i64, now_part: u32| {
            seconds == now as u32 && (!self.details || part == now_part)
        };
        is_file
            && noted.size == now.st_size as u32
            && (noted.size != 0 || EMPTY.contains(&noted.id))
            && time(noted.written, now.st_mtime, now.st_mtime_nsec as u32)
            && (!self.changes || time(noted.changed, now.st_ctime, now.st_ctime_nsec as u32))
            && (!self.details || self.is_same(noted, now))
            // Written in the second of the index itself, or later: it may have been written again since.
            && now.st_mtime < index
    }

    fn is_mode(self, noted: u32, now: u32) -> bool {
        !self.modes || (noted & 0o100) == (now & 0o100)
    }

    fn is_same(self, noted: &Entry<'_>, now: &Stat) -> bool {
        noted.inode == now.st_ino as u32 && noted.user == now.st_uid && noted.group == now.st_gid
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_looked_at_otherwise_is_left_to_git() {
        let usual = Rules::of(&Settings::of(&[("core.filemode", "true"), ("core.fsmonitor", "false")]));
        let all = Rules {
            modes: true,
            changes: true,
            details: true,
        };
        assert_eq!(usual, Some(all));
        let less = Settings::of(&[
            ("core.checkstat", "minimal"),
            ("core.trustctime", "no"),
            ("core.filemode", "0"),
        ]);
        let none = Rules {
            modes: false,
            changes: false,
            details: false,
        };
        assert_eq!(Rules::of(&less), Some(none));
        for (name, value) in [
            ("core.ignorecase", "true"),
            ("core.precomposeunicode", "true"),
            ("core.sparsecheckout", "true"),
            ("core.fsmonitor", "true"),
            ("core.fsmonitor", ".git/hooks/query"),
            ("core.worktree", ".."),
            ("core.checkstat", "some"),
            ("core.filemode", "maybe"),
        ] {
            assert_eq!(Rules::of(&Settings::of(&[(name, value)])), None, "{name} = {value}");
        }
    }
}
