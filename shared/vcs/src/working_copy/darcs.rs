//! Darcs: the difference between what the default repository has and the working tree.
//!
//! The base is a context: the patches that the master must have. It is laid out in a folder of our own by a lazy clone,
//! from which one's own patches are taken again when the default repository is a folder of this machine. Of one at the
//! other end of a network it is not known which patches it has.

use super::command::Program;
use super::disk;
use super::found::Found;
use super::trees::Trees;
use super::{System, TakeError, Taken, Wanted};
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// Takes the change of the working tree at `top`.
pub(super) async fn take(wanted: &Wanted, top: PathBuf) -> Result<Taken, TakeError> {
    let darcs = Program::new(System::Darcs, "darcs", wanted, &top);
    let mut found = Found::new(System::Darcs, top.clone());
    found.says_renames = false;
    let scratch = disk::scratch()?;
    let base = scratch.path().join("base");
    clone(&darcs, wanted, &top, &base).await?;
    start(&darcs, wanted, &base, &mut found).await?;
    let said = darcs.run(&["whatsnew", "-s", "-l", "--machine-readable"], &[]).await?;
    let status = Status::read(&said.out);
    let words = ["show", "files", "-0", "--pending", "--no-directories"];
    let mut tracked = listing(&darcs.bytes(&words, &[]).await?);
    // What is not there is deleted, for Darcs too.
    tracked.retain(|name| super::names::place(&top, name).is_some_and(|place| place.symlink_metadata().is_ok()));
    let trees = Trees {
        base,
        administration: "_darcs",
        root: top,
        tracked,
        moves: status.moves,
        has_modes: false,
    };
    found.differing = trees.differing().await?;
    found.untracked = status.unknown;
    executables(&mut found);
    found.taken(wanted).await
}

/// Lays out what is recorded, up to the patch that is named, in a folder of our own.
async fn clone(darcs: &Program, wanted: &Wanted, top: &Path, base: &Path) -> Result<(), TakeError> {
    let places = [top.as_os_str().to_owned(), base.as_os_str().to_owned()];
    match &wanted.base {
        None => darcs.bytes(&["clone", "-q", "--lazy"], &places).await?,
        Some(named) => {
            let limit = format!("--to-hash={named}");
            let cloned = darcs.run(&["clone", "-q", "--lazy", &limit], &places).await?;
            match cloned.is_well {
                true => cloned.out,
                false => return Err(TakeError::NoRevision(named.clone())),
            }
        }
    };
    Ok(())
}

/// The context of the base, after one's own patches were taken out of it.
async fn start(darcs: &Program, wanted: &Wanted, base: &Path, found: &mut Found) -> Result<(), TakeError> {
    let place: OsString = base.into();
    let default = std::fs::read_to_string(found.root.join("_darcs/prefs/defaultrepo")).unwrap_or_default();
    let default = default.trim();
    found.repository = crate::git::without_password(default);
    let local = default.strip_prefix("file://").unwrap_or(default);
    let is_named = wanted.base.is_some();
    if local.is_empty() && !is_named {
        found.remark(
            "There is no default repository: whether a master has these patches is not known here.",
            Some("Push to where the master gets them from."),
        );
    } else if Path::new(local).is_absolute() && !is_named {
        let remote = format!("--not-in-remote={local}");
        let words = ["obliterate", "-a", "-q", &remote, "--repodir"];
        darcs.bytes(&words, std::slice::from_ref(&place)).await?;
    } else if !is_named {
        found.remark(
            format!(
                "Which of the patches here are in {} is not known here.",
                found.repository
            ),
            Some("Push them first."),
        );
    }
    let own = count(darcs, &found.root.clone().into()).await?;
    let there = count(darcs, &place).await?;
    found.base.ahead = own.saturating_sub(there);
    let context = darcs.bytes(&["log", "--context", "--repodir"], &[place]).await?;
    let context = String::from_utf8(context)
        .map_err(|_| darcs.failed(&["log"], "the context is not UTF-8, and a master takes only that"))?;
    found.base.revision = Some(context);
    let patches = if there == 1 { "patch" } else { "patches" };
    found.base.words = format!("{there} {patches}");
    if found.base.ahead > 0 {
        found
            .base
            .words
            .push_str(&format!(", {} of yours on top", found.base.ahead));
    }
    Ok(())
}

/// How many patches a repository has.
async fn count(darcs: &Program, place: &OsString) -> Result<u32, TakeError> {
    let said = darcs
        .bytes(&["log", "--count", "--repodir"], std::slice::from_ref(place))
        .await?;
    Ok(String::from_utf8_lossy(&said).trim().parse().unwrap_or(0))
}

fn executables(found: &mut Found) {
    let is_new = found.differing.iter().any(|differing| differing.old.is_none());
    if is_new {
        found.remark(
            "Darcs keeps no modes: a new script arrives as a plain file, unless the other end runs what begins with #!.",
            None,
        );
    }
}

/// Names with `./` before and a zero after each.
fn listing(bytes: &[u8]) -> BTreeSet<Vec<u8>> {
    let names = bytes.split(|byte| *byte == 0).map(plain);
    names.filter(|name| !name.is_empty() && name != b".").collect()
}

fn plain(name: &[u8]) -> Vec<u8> {
    let name = name.strip_prefix(b"./").unwrap_or(name);
    name.strip_suffix(b"/").unwrap_or(name).to_vec()
}

/// What `whatsnew -s -l --machine-readable` says that the trees do not.
#[derive(Debug, Default)]
struct Status {
    moves: BTreeMap<Vec<u8>, Vec<u8>>,
    unknown: Vec<Vec<u8>>,
}

impl Status {
    /// Reads `a ./name` of unknown files, and `F ./from`, `T ./to` of moved ones.
    fn read(bytes: &[u8]) -> Status {
        let mut status = Status::default();
        let mut from = None;
        for line in bytes.split(|byte| *byte == b'\n') {
            match line {
                [b'a', b' ', name @ ..] => status.unknown.push(plain(name)),
                [b'F', b' ', name @ ..] => from = Some(plain(name)),
                [b'T', b' ', name @ ..] => status.moves.extend(from.take().map(|from| (plain(name), from))),
                _ => {}
            }
        }
        status
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn moves_and_unknown_files_are_told() {
        let status = Status::read(b"F ./s p\nT ./s q\nA ./nd/\na ./und/\na ./und/1\nM ./a -1 +1\n");
        assert_eq!(status.moves, BTreeMap::from([(b"s q".to_vec(), b"s p".to_vec())]));
        assert_eq!(status.unknown, [b"und".to_vec(), b"und/1".to_vec()]);
        let names: Vec<Vec<u8>> = listing(b".\0./a\0./-x\0").into_iter().collect();
        assert_eq!(names, [b"-x".to_vec(), b"a".to_vec()]);
    }

    proptest! {
        #[test]
        fn any_answer_is_read(bytes in proptest::collection::vec(any::<u8>(), 0..200), words in "[aFT ./\n]{0,60}") {
            Status::read(&bytes);
            Status::read(words.as_bytes());
            listing(&bytes);
        }
    }
}
