//! From what was chosen to what every file becomes.

use super::hunks;
use super::loose::Loose;
use super::names::shown;
use super::{Entry, Huge, LONGEST_CHANGE, LONGEST_PATCH, Side};
use crate::working_copy::{Chosen, ChosenFile, FileChange, Unfit, UnfitFile};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

/// A file as the base has it and as the patch makes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Picked<'a> {
    pub(crate) path: &'a [u8],
    pub(crate) from: Option<&'a [u8]>,
    pub(crate) old: Option<&'a Side>,
    pub(crate) new: Option<Side>,
}

impl Picked<'_> {
    /// Whether there was none at its path.
    pub(super) fn is_new(&self) -> bool {
        self.new.is_some() && (self.old.is_none() || self.from.is_some())
    }
}

/// What becomes of the chosen files, by path; those of which nothing was chosen are not there.
pub(super) fn pick<'a>(
    entries: &'a [Entry],
    files: &[FileChange],
    untracked: &'a [Loose],
    chosen: &Chosen,
) -> Result<Vec<Picked<'a>>, Unfit> {
    let mut picked = BTreeMap::new();
    let places: Vec<ChosenFile> = match &chosen.files {
        Some(files) => files.clone(),
        None => (0..entries.len())
            .map(|file| ChosenFile { file, hunks: None })
            .collect(),
    };
    for place in &places {
        let entry = entries.get(place.file).ok_or(Unfit::NoSuchPlace)?;
        let new = made(entry, &files[place.file], place.hunks.as_deref())?;
        picked.insert(entry.path.as_slice(), of_entry(entry, new));
    }
    add_untracked(&mut picked, entries, untracked, &chosen.untracked)?;
    picked.retain(|_, file| file.from.is_some() || file.old != file.new.as_ref());
    stands_free(&picked, entries)?;
    Ok(picked.into_values().collect())
}

fn of_entry(entry: &Entry, new: Option<Side>) -> Picked<'_> {
    Picked {
        path: &entry.path,
        from: entry.from.as_deref(),
        old: entry.old.as_ref(),
        new,
    }
}

/// What a file becomes by some of its hunks, or by all.
fn made(entry: &Entry, file: &FileChange, wanted: Option<&[usize]>) -> Result<Option<Side>, Unfit> {
    if entry.conflict {
        return Err(unfit(&entry.path, "a merge is not resolved there"));
    }
    if let Some(Huge(bytes)) = entry.huge {
        return Err(unfit(
            &entry.path,
            &format!("it has {bytes} bytes, and a change is held up to {LONGEST_CHANGE}"),
        ));
    }
    let (Some(wanted), Some(old), Some(new)) = (wanted, &entry.old, &entry.new) else {
        return match wanted {
            Some(hunks) if !hunks.is_empty() => Err(Unfit::NoSuchPlace),
            _ => Ok(entry.new.clone()),
        };
    };
    if wanted.iter().any(|hunk| *hunk >= file.hunks as usize) {
        return Err(Unfit::NoSuchPlace);
    }
    if file.hunks == 0 {
        return Ok(Some(new.clone()));
    }
    let all = hunks::between(&old.bytes, &new.bytes).map_err(|error| unreadable(&entry.path, error.message()))?;
    let wanted: BTreeSet<usize> = wanted.iter().copied().collect();
    Ok(Some(Side {
        mode: new.mode,
        bytes: hunks::applied(&old.bytes, &all, |hunk| wanted.contains(&hunk)),
    }))
}

fn add_untracked<'a>(
    picked: &mut BTreeMap<&'a [u8], Picked<'a>>,
    entries: &'a [Entry],
    untracked: &'a [Loose],
    chosen: &[usize],
) -> Result<(), Unfit> {
    let mut size = 0;
    for place in chosen.iter().collect::<BTreeSet<_>>() {
        let loose = untracked.get(*place).ok_or(Unfit::NoSuchPlace)?;
        size += loose.shown.size;
        if size > LONGEST_PATCH {
            return Err(Unfit::TooLarge { limit: LONGEST_PATCH });
        }
        let path = loose.shown.path.as_slice();
        let bytes = loose.bytes().map_err(|reason| unreadable(path, &reason))?;
        let new = Side {
            mode: loose.shown.mode,
            bytes: bytes.into_owned(),
        };
        // What the system was told to forget is in the base all the same.
        let old = entries
            .iter()
            .find(|entry| entry.from.as_deref().unwrap_or(&entry.path) == path);
        for moved in picked.values_mut().filter(|file| file.from == Some(path)) {
            (moved.from, moved.old) = (None, None);
        }
        let file = Picked {
            path,
            from: None,
            old: old.and_then(|entry| entry.old.as_ref()),
            new: Some(new),
        };
        picked.insert(path, file);
    }
    Ok(())
}

/// No chosen file may stand where a file lies that is left as it was, nor below it, nor above.
fn stands_free(picked: &BTreeMap<&[u8], Picked<'_>>, entries: &[Entry]) -> Result<(), Unfit> {
    let gone = left(picked.values());
    let stays = |entry: &&Entry| {
        let place = entry.from.as_deref().unwrap_or(&entry.path);
        entry.old.is_some() && (entry.from.is_some() || entry.new.is_none()) && !gone.contains(place)
    };
    let staying: BTreeSet<&[u8]> = entries
        .iter()
        .filter(stays)
        .map(|entry| entry.from.as_deref().unwrap_or(&entry.path))
        .collect();
    for file in picked.values().filter(|file| file.is_new()) {
        if let Some(other) = in_the_way(file.path, &staying) {
            return Err(unfit(
                file.path,
                &format!("{} is in its place and was left out", shown(other)),
            ));
        }
    }
    Ok(())
}

/// The places where there is no file any more.
pub(super) fn left<'a, 'b: 'a>(picked: impl Iterator<Item = &'a Picked<'b>>) -> BTreeSet<&'b [u8]> {
    let place = |file: &Picked<'b>| match (file.from, &file.new) {
        (Some(from), _) => Some(from),
        (None, None) => Some(file.path),
        _ => None,
    };
    picked.filter_map(place).collect()
}

/// The first of these places that is above or below a path.
pub(super) fn in_the_way<'a>(path: &[u8], places: &BTreeSet<&'a [u8]>) -> Option<&'a [u8]> {
    let mut above = (0..path.len()).filter(|at| path[*at] == b'/');
    let below = [path, b"/"].concat();
    let from_there = (Bound::Included(below.as_slice()), Bound::Unbounded);
    let first_below = places.range::<[u8], _>(from_there).next();
    above
        .find_map(|at| places.get(&path[..at]))
        .or(first_below.filter(|place| place.starts_with(&below)))
        .copied()
}

fn unfit(path: &[u8], reason: &str) -> Unfit {
    Unfit::Kinds(vec![UnfitFile {
        path: shown(path),
        reason: reason.to_owned(),
    }])
}

fn unreadable(path: &[u8], reason: &str) -> Unfit {
    Unfit::Unreadable {
        path: shown(path),
        reason: reason.to_owned(),
    }
}
