//! What differs between the last commit, the index and the working copy, as `git status` tells it, and what
//! lies beside it.

use super::aside::Aside;
#[cfg(target_os = "linux")]
use super::quick::scan as quickly;
use super::settings::Settings;
use super::{Place, failed, joined, text};
use crate::git::command::Git;
use crate::working_copy::TakeError;

/// What was found.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Scan {
    /// The commit that is checked out; `None` before the first.
    pub(super) head: Option<String>,
    /// Files that differ.
    pub(super) changed: Vec<Changed>,
    /// Files that are neither known nor ignored; a folder (with `/` at its end) is a repository of its own.
    pub(super) untracked: Vec<Vec<u8>>,
}

/// A file that differs in the index, in the working copy, or in both.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Changed {
    pub(super) path: Vec<u8>,
    /// The index differs from the commit.
    pub(super) staged: bool,
    /// The working copy differs from the index.
    pub(super) edited: bool,
    /// Left unresolved by a merge.
    pub(super) unmerged: bool,
    /// A submodule with changes inside that are in no commit.
    pub(super) dirty_inside: bool,
    /// In the commit: mode and id; mode 0 is nothing.
    pub(super) head: (u32, String),
    /// In the index.
    pub(super) index: (u32, String),
    /// Its mode in the working copy, as git's settings let it see it.
    pub(super) mode: u32,
}

/// Looks at the whole working copy, or at the index only; with the part of the index that was asked about, if it was
/// only a part.
pub(super) fn scan(place: &Place, settings: &Settings, staged: bool) -> Result<(Scan, Option<Aside>), TakeError> {
    match quickly(place, settings, staged) {
        Some((scan, aside)) => Ok((scan, Some(aside))),
        None => Ok((by_git(place, staged)?, None)),
    }
}

#[cfg(not(target_os = "linux"))]
fn quickly(_place: &Place, _settings: &Settings, _staged: bool) -> Option<(Scan, Aside)> {
    None
}

/// The same by git alone.
pub(super) fn by_git(place: &Place, staged: bool) -> Result<Scan, TakeError> {
    // At the same time: in a large tree each goes through all folders.
    let (scan, untracked) = std::thread::scope(|scope| {
        let untracked = (!staged).then(|| scope.spawn(|| untracked(&place.git, &[])));
        (differing(&place.git, &[]), untracked.map_or_else(|| Ok(vec![]), joined))
    });
    Ok(Scan {
        untracked: untracked?,
        ..scan?
    })
}

/// What git knows and finds other, of all or of these paths.
pub(super) fn differing(git: &Git, paths: &[&str]) -> Result<Scan, TakeError> {
    let arguments = [
        "status",
        "--porcelain=v2",
        "-z",
        "--branch",
        "--no-ahead-behind",
        "--no-renames",
        "--ignore-submodules=none",
        "--untracked-files=no",
        "--",
    ];
    let answer = named(git).run(&[&arguments, paths].concat(), None).map_err(failed)?;
    parse(&answer.out).ok_or_else(|| TakeError::Failed {
        command: "git status".to_owned(),
        message: "its answer makes no sense".to_owned(),
    })
}

/// What git neither knows nor ignores, of all or of what is at these paths; by path.
pub(super) fn untracked(git: &Git, paths: &[&str]) -> Result<Vec<Vec<u8>>, TakeError> {
    let arguments = ["ls-files", "--others", "--exclude-standard", "-z", "--"];
    let answer = named(git).run(&[&arguments, paths].concat(), None).map_err(failed)?;
    let paths = answer.out.split(|byte| *byte == 0).filter(|path| !path.is_empty());
    let mut untracked: Vec<Vec<u8>> = paths.map(<[u8]>::to_vec).collect();
    untracked.sort_unstable();
    Ok(untracked)
}

/// Git that takes paths as they are, without signs in them.
fn named(git: &Git) -> Git {
    git.clone().with_variable("GIT_LITERAL_PATHSPECS", "1")
}

fn parse(answer: &[u8]) -> Option<Scan> {
    let mut scan = Scan::default();
    for record in answer.split(|byte| *byte == 0).filter(|record| !record.is_empty()) {
        let (kind, rest) = record.split_at_checked(2)?;
        match kind {
            b"# " => {
                let id = rest.strip_prefix(b"branch.oid ");
                let id = id.filter(|id| *id != b"(initial)").map(text);
                scan.head = id.or(scan.head);
            }
            b"1 " => scan.changed.push(ordinary(rest)?),
            b"u " => scan.changed.push(unmerged(rest)?),
            _ => {}
        }
    }
    Some(scan)
}

/// `XY sub mH mI mW hH hI path`
fn ordinary(record: &[u8]) -> Option<Changed> {
    let fields: Vec<&[u8]> = record.splitn(8, |byte| *byte == b' ').collect();
    let [state, inside, head_mode, index_mode, mode, head, index, path] = fields[..] else {
        return None;
    };
    Some(Changed {
        path: path.to_vec(),
        staged: *state.first()? != b'.',
        edited: *state.get(1)? != b'.',
        unmerged: false,
        dirty_inside: is_dirty_inside(inside),
        head: (octal(head_mode)?, text(head)),
        index: (octal(index_mode)?, text(index)),
        mode: octal(mode)?,
    })
}

/// `XY sub m1 m2 m3 mW h1 h2 h3 path`: of the three the second is ours.
fn unmerged(record: &[u8]) -> Option<Changed> {
    let fields: Vec<&[u8]> = record.splitn(10, |byte| *byte == b' ').collect();
    let [_, inside, _, ours_mode, _, mode, _, ours, _, path] = fields[..] else {
        return None;
    };
    let ours = (octal(ours_mode)?, text(ours));
    Some(Changed {
        path: path.to_vec(),
        staged: false,
        edited: true,
        unmerged: true,
        dirty_inside: is_dirty_inside(inside),
        head: ours.clone(),
        index: ours,
        mode: octal(mode)?,
    })
}

/// `S<c><m><u>`: the second and third say that something inside is in no commit.
fn is_dirty_inside(field: &[u8]) -> bool {
    field.first() == Some(&b'S') && field[1..].iter().skip(1).any(|sign| *sign != b'.')
}

fn octal(digits: &[u8]) -> Option<u32> {
    u32::from_str_radix(std::str::from_utf8(digits).ok()?, 8).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_record_of_each_kind_is_read() {
        let answer = b"# branch.oid 1234\0# branch.head main\0\
            1 .M N... 100644 100644 100755 aa bb a b\nc\0\
            1 AM SCM. 000000 160000 160000 00 cc sub\0\
            u UU N... 100644 100755 100644 120000 11 22 33 both\0";
        let scan = parse(answer).expect("a scan");
        assert_eq!(scan.head.as_deref(), Some("1234"));
        let [edited, sub, both] = &scan.changed[..] else {
            panic!("{scan:?}")
        };
        assert_eq!((edited.path.as_slice(), edited.mode), (b"a b\nc".as_slice(), 0o100_755));
        assert_eq!(
            (edited.staged, edited.edited, edited.dirty_inside),
            (false, true, false)
        );
        assert_eq!((sub.staged, sub.edited, sub.dirty_inside), (true, true, true));
        assert_eq!((both.unmerged, &both.head), (true, &(0o100_755, "22".to_owned())));
    }

    #[test]
    fn before_the_first_commit_there_is_no_head() {
        assert_eq!(
            parse(b"# branch.oid (initial)\0# branch.head main\0"),
            Some(Scan::default())
        );
    }

    proptest! {
        #[test]
        fn any_answer_is_read_or_refused(answer in prop::collection::vec(prop::sample::select(b"12u?# SNMx0\0".to_vec()), 0..60)) {
            let _ = parse(&answer);
        }
    }
}
