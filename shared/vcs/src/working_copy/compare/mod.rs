//! The engine that all systems share: both sides of every changed file, held in memory; what they show, and the patch of
//! what was chosen of them.
//!
//! A choice of hunks first makes the bytes that the file would then have, and the patch is the difference between these
//! and the base: so every patch is a true difference between two trees. It must not know which system the sides are from.

mod choice;
mod hunks;
mod loose;
mod names;
mod object;
mod renames;
mod section;
#[cfg(all(test, unix))]
mod tests;

pub(crate) use choice::Picked;
pub(crate) use loose::{Loose, read_small};
pub(crate) use object::{GITLINK, Ids, LINK, has_zero, kind_of};
pub(crate) use renames::find_renames;

use super::{Carrier, Chosen, Content, Diff, FileChange, FileKind, Hunk, Place, TakeError, Taken, Unfit, Untracked};
use std::path::PathBuf;
use std::sync::Arc;

/// The longest patch that is made, in bytes.
pub(crate) const LONGEST_PATCH: u64 = 256 << 20;
/// The most bytes of changed files that are held at once.
pub(crate) const LONGEST_CHANGE: u64 = 512 << 20;

/// A file before or after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Side {
    /// As git writes it: `0o100644`, `0o100755`, `0o120000`, `0o160000`.
    pub(crate) mode: u32,
    /// Its content; a link's target; for a submodule `Subproject commit HASH` and a line feed.
    pub(crate) bytes: Vec<u8>,
}

/// A file that differs from the base.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    /// Below the top.
    pub(crate) path: Vec<u8>,
    /// Where it was, if the system says that it was renamed.
    pub(crate) from: Option<Vec<u8>>,
    /// In the base; of the place before when renamed.
    pub(crate) old: Option<Side>,
    /// In the change; `None` when it is gone.
    pub(crate) new: Option<Side>,
    /// A side was not read: it is shown, and stays out of every patch.
    pub(crate) huge: Option<Huge>,
    /// Left unresolved by a merge.
    pub(crate) conflict: bool,
    /// In one of the person's commits already.
    pub(crate) committed: bool,
}

/// How many bytes a side has with which the change would be too large to be held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Huge(pub(crate) u64);

/// Holds a change. Entries whose sides are equal are left out; `untracked` comes with where each lies on disk.
///
/// Small untracked files are read now, larger ones when a patch with them is asked for.
pub(crate) fn hold(
    entries: Vec<Entry>,
    untracked: Vec<(Untracked, PathBuf)>,
) -> Result<(Vec<FileChange>, Arc<dyn Content>), TakeError> {
    let untracked = untracked.into_iter().map(|(shown, path)| Loose::new(shown, path));
    let held = Held::new(entries, loose::read_small(untracked.collect()), Ids::Sha1)?;
    Ok((held.files.clone(), Arc::new(held)))
}

/// Both sides of all files of a change.
#[derive(Debug)]
pub(crate) struct Held {
    /// As shown, in the order of `entries`.
    pub(crate) files: Vec<FileChange>,
    entries: Vec<Entry>,
    untracked: Vec<Loose>,
    ids: Ids,
}

impl Held {
    /// Holds entries, by path, and untracked files in the order in which they are shown.
    pub(crate) fn new(entries: Vec<Entry>, untracked: Vec<Loose>, ids: Ids) -> Result<Held, TakeError> {
        let mut entries = renames::settle(entries);
        entries
            .retain(|entry| entry.conflict || entry.huge.is_some() || entry.from.is_some() || entry.old != entry.new);
        entries.sort_by(|one, other| one.path.cmp(&other.path));
        let files = entries.iter().map(shown).collect::<Result<_, _>>()?;
        Ok(Held {
            files,
            entries,
            untracked,
            ids,
        })
    }

    /// The untracked files, as shown.
    pub(crate) fn untracked(&self) -> Vec<Untracked> {
        self.untracked.iter().map(|loose| loose.shown.clone()).collect()
    }

    /// What the files of a choice become.
    pub(crate) fn picked(&self, chosen: &Chosen) -> Result<Vec<Picked<'_>>, Unfit> {
        choice::pick(&self.entries, &self.files, &self.untracked, chosen)
    }

    /// The patch that makes what was picked.
    pub(crate) fn patch(&self, picked: &[Picked<'_>], carrier: Carrier) -> Result<Diff, Unfit> {
        section::fits(picked, carrier)?;
        let mut body = Vec::new();
        for file in picked {
            section::write(&mut body, file, carrier, self.ids)?;
            if body.len() as u64 > LONGEST_PATCH {
                return Err(Unfit::TooLarge { limit: LONGEST_PATCH });
            }
        }
        Ok(Diff {
            level: 1,
            body,
            files: u32::try_from(picked.len()).unwrap_or(u32::MAX),
            tree: None,
        })
    }
}

impl Content for Held {
    fn hunks(&self, place: Place) -> Result<Vec<Hunk>, TakeError> {
        match place {
            Place::File(place) => {
                let entry = self.entries.get(place).ok_or_else(no_such_place)?;
                if entry.huge.is_some() {
                    return Ok(vec![]);
                }
                hunks::of_sides(&entry.path, entry.old.as_ref(), entry.new.as_ref())
            }
            Place::Untracked(place) => {
                let loose = self.untracked.get(place).ok_or_else(no_such_place)?;
                let bytes = loose.bytes().map_err(|reason| TakeError::Unreadable {
                    path: names::shown(&loose.shown.path),
                    reason,
                })?;
                let new = Side {
                    mode: loose.shown.mode,
                    bytes: bytes.into_owned(),
                };
                hunks::of_sides(&loose.shown.path, None, Some(&new))
            }
        }
    }

    fn diff(&self, _taken: &Taken, chosen: &Chosen, carrier: Carrier) -> Result<Diff, Unfit> {
        self.patch(&self.picked(chosen)?, carrier)
    }
}

fn no_such_place() -> TakeError {
    TakeError::Unreadable {
        path: "the file".to_owned(),
        reason: "there is no such file in the change; look at the change again".to_owned(),
    }
}

fn shown(entry: &Entry) -> Result<FileChange, TakeError> {
    let (old, new) = (entry.old.as_ref(), entry.new.as_ref());
    let kind = kind(entry);
    let binary = entry.huge.is_some() || [old, new].into_iter().flatten().any(object::is_binary);
    let (mut added, mut removed, mut choices) = (0, 0, 0);
    if !binary {
        let hunks = hunks::of_sides(&entry.path, old, new)?;
        (added, removed) = hunks::count(&hunks);
        if hunks::can_be_chosen(old, new) && !entry.conflict {
            choices = u32::try_from(hunks.len()).unwrap_or(u32::MAX);
        }
    }
    Ok(FileChange {
        path: entry.path.clone(),
        from: entry.from.clone(),
        kind,
        old_mode: old.map(|side| side.mode),
        new_mode: new.map(|side| side.mode),
        binary,
        added,
        removed,
        hunks: choices,
        size: match entry.huge {
            Some(Huge(bytes)) => bytes,
            None => new.map_or(0, |side| side.bytes.len() as u64),
        },
        conflict: entry.conflict,
        committed: entry.committed,
    })
}

fn kind(entry: &Entry) -> FileKind {
    match (&entry.old, &entry.new) {
        (Some(old), Some(new)) if kind_of(old.mode) != kind_of(new.mode) => FileKind::Retyped,
        (None, Some(new)) if new.mode == GITLINK => FileKind::Submodule,
        (Some(old), _) if old.mode == GITLINK => FileKind::Submodule,
        (None, _) => FileKind::Added,
        (_, None) => FileKind::Deleted,
        _ if entry.from.is_some() => FileKind::Renamed,
        _ => FileKind::Modified,
    }
}
