//! What `git status` and `git ls-files` tell of a large working copy, sooner.
//!
//! The index is read and compared with the disk here, on all processors and in one go. That tells only which files are
//! not certainly as git noted them, and which names it does not know; of those git itself is then asked, from a small
//! index with just them in it, so that filters, line ends, submodules and all else stay its judgement. What it is here
//! not sure of is left to git as a whole. Neither the working copy nor the index is written.

mod judged;
mod others;
mod rules;
#[cfg(test)]
mod tests;
mod walk;

use super::aside::Aside;
use super::index::Index;
use super::scan::Scan;
use super::settings::Settings;
use super::{Place, joined};
use judged::Head;
use rules::Rules;
use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};
use walk::Differences;

/// Paths that one command is asked about.
const MOST_ASKED: usize = 300;
/// Their bytes together, below what a command line takes.
const LONGEST_ASKED: usize = 64 << 10;
/// The longest index that is read: some ten million files.
const LONGEST_INDEX: u64 = 1 << 30;

/// Looks at the whole working copy, or at the index only. `None` if git as a whole is to be asked.
pub(super) fn scan(place: &Place, settings: &Settings, staged: bool) -> Option<(Scan, Aside)> {
    let rules = Rules::of(settings)?;
    let (index, written) = index(place, settings)?;
    let second = i64::try_from(written.duration_since(UNIX_EPOCH).ok()?.as_secs()).ok()?;
    let (head, found) = std::thread::scope(|scope| {
        let head = scope.spawn(|| Head::read(&place.git, &index));
        let found = match staged {
            true => Some(without_disk(&index)),
            false => walk::compare(&place.top, &index, rules, second, &place.git.stopped),
        };
        (joined(head), found)
    });
    let (head, found) = (head?, found?);
    let mut entries = [&found.uncertain, index.governing()].concat();
    entries.sort_unstable();
    entries.dedup();
    let aside = Aside::new(place).ok()?;
    write(&aside.index(), &index.only(&entries), written).ok()?;
    let (changed, untracked) = std::thread::scope(|scope| {
        let untracked = scope.spawn(|| others::untracked(place, &aside, &found.unknown));
        (judged::changed(&aside, &index, &found, &head), joined(untracked))
    });
    let scan = Scan {
        head: Some(head.commit),
        changed: changed?,
        untracked: untracked?,
    };
    Some((scan, aside))
}

/// The index, and when it was written.
fn index(place: &Place, settings: &Settings) -> Option<(Index, SystemTime)> {
    let id = match settings.get("extensions.objectformat") {
        None | Some("sha1") => 20,
        Some("sha256") => 32,
        Some(_) => return None,
    };
    let file = File::open(place.folder.join("index")).ok()?;
    let seen = file.metadata().ok()?;
    let mut bytes = Vec::with_capacity(usize::try_from(seen.len().min(LONGEST_INDEX)).ok()?);
    let length = file.take(LONGEST_INDEX).read_to_end(&mut bytes).ok()?;
    let is_whole = length as u64 == seen.len();
    Some((Index::read(bytes, id).filter(|_| is_whole)?, seen.modified().ok()?))
}

/// As if it had been written when the whole index was: by that git tells which files may have been written since.
fn write(path: &Path, index: &[u8], written: SystemTime) -> std::io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(index)?;
    file.set_modified(written)
}

/// What git looks at when only the index counts.
fn without_disk(index: &Index) -> Differences {
    let mut found = Differences::default();
    let uncertain = (0..index.len()).filter(|entry| walk::is_always_uncertain(index, *entry));
    found.uncertain.extend(uncertain);
    found
}

/// As arguments; `None` when they are too many or not all text.
fn askable<'a>(paths: impl Iterator<Item = &'a [u8]>) -> Option<Vec<&'a str>> {
    let mut left = LONGEST_ASKED;
    let mut asked = vec![];
    for path in paths {
        left = left.checked_sub(path.len())?;
        asked.push(std::str::from_utf8(path).ok().filter(|_| asked.len() < MOST_ASKED)?);
    }
    Some(asked)
}
