//! What lies in the working copy now, where the system only names it: files as sides of a difference, and the untracked
//! ones below folders.

use super::compare::{Huge, LONGEST_CHANGE, Side};
use super::ignore::Ignored;
use super::{TakeError, Untracked, find, names, read};
use std::path::{Path, PathBuf};

/// More untracked files than are shown to anybody; no further ones are looked for.
pub(crate) const MOST_UNTRACKED: usize = 50_000;
/// Folders in folders that are looked into.
const DEEPEST: usize = 128;

/// What lies at a path.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Lies {
    /// Nothing.
    Nothing,
    /// A file or a link.
    Side(Side),
    /// A file of this mode for which there is no room.
    Huge(u32, Huge),
    /// A folder, or something that no patch can make.
    Other,
}

/// How much may still be held.
#[derive(Debug)]
pub(crate) struct Room(u64);

impl Room {
    /// Room for a whole change.
    pub(crate) fn new() -> Room {
        Room(LONGEST_CHANGE)
    }

    /// Takes some of it for `name`.
    pub(crate) fn take(&mut self, name: &[u8], bytes: usize) -> Result<(), TakeError> {
        self.0 = self.0.checked_sub(bytes as u64).ok_or_else(|| {
            let limit = LONGEST_CHANGE >> 20;
            unreadable(name, &format!("the change would have more than {limit} MiB with it"))
        })?;
        Ok(())
    }
}

/// That `name` cannot be read.
pub(crate) fn unreadable(name: &[u8], reason: &str) -> TakeError {
    TakeError::Unreadable {
        path: names::shown(name),
        reason: reason.to_owned(),
    }
}

/// Reads what lies at `name` below `top`. `old_mode` counts where the disk has no modes.
pub(crate) fn side(top: &Path, name: &[u8], old_mode: Option<u32>, room: &mut Room) -> Result<Lies, TakeError> {
    let place = names::place(top, name).ok_or_else(|| unreadable(name, "its name leads out of the working copy"))?;
    if leads_through_link(top, &place) {
        return Ok(Lies::Nothing);
    }
    let seen = match place.symlink_metadata() {
        Ok(seen) => seen,
        Err(error) if is_absence(&error) => return Ok(Lies::Nothing),
        Err(error) => return Err(unreadable(name, &error.to_string())),
    };
    let Some(mode) = read::mode(&seen) else {
        return Ok(Lies::Other);
    };
    if let Some(size) = read::size(&place).filter(|size| *size > room.0) {
        return Ok(Lies::Huge(old_mode.filter(|_| !cfg!(unix)).unwrap_or(mode), Huge(size)));
    }
    let (mode, bytes) = match read::with_mode(&place, room.0) {
        Ok(read) => read,
        // Somebody has removed it meanwhile.
        Err(_) if place.symlink_metadata().is_err_and(|error| is_absence(&error)) => return Ok(Lies::Nothing),
        Err(reason) => return Err(unreadable(name, &reason)),
    };
    let mode = if cfg!(unix) { mode } else { old_mode.unwrap_or(mode) };
    room.take(name, bytes.len())?;
    Ok(Lies::Side(Side { mode, bytes }))
}

/// A folder of our own, gone when it is dropped.
pub(crate) fn scratch() -> Result<tempfile::TempDir, TakeError> {
    let made = tempfile::Builder::new().prefix("outpost-try-").tempdir();
    made.map_err(|error| TakeError::Failed {
        command: "making a temporary folder".to_owned(),
        message: error.to_string(),
    })
}

fn is_absence(error: &std::io::Error) -> bool {
    use std::io::ErrorKind::{NotADirectory, NotFound};
    matches!(error.kind(), NotFound | NotADirectory)
}

/// Whether a folder on the way is a link, so that the file lies elsewhere.
fn leads_through_link(top: &Path, path: &Path) -> bool {
    let mut between = path.ancestors().skip(1).take_while(|folder| *folder != top);
    between.any(Path::is_symlink)
}

/// The untracked files at `names`, which may be folders, without ignored ones and without what is in working copies of
/// their own; by path, with where each lies.
pub(crate) fn untracked(top: &Path, names: &[Vec<u8>], ignored: &Ignored) -> Vec<(Untracked, PathBuf)> {
    let mut found = Vec::new();
    for name in names {
        look(top, name, ignored, DEEPEST, &mut found);
    }
    found.sort_by(|(one, _), (other, _)| one.path.cmp(&other.path));
    found.dedup_by(|(one, _), (other, _)| one.path == other.path);
    found
}

fn look(top: &Path, name: &[u8], ignored: &Ignored, deep: usize, found: &mut Vec<(Untracked, PathBuf)>) {
    let Some(place) = names::place(top, name).filter(|_| found.len() < MOST_UNTRACKED) else {
        return;
    };
    if !place.is_symlink() && place.is_dir() {
        if deep > 0 && !find::is_top(&place) {
            look_into(top, name, ignored, deep - 1, found);
        }
    } else {
        found.extend(read::untracked(top, name.to_vec()));
    }
}

fn look_into(top: &Path, folder: &[u8], ignored: &Ignored, deep: usize, found: &mut Vec<(Untracked, PathBuf)>) {
    let entries = names::place(top, folder).and_then(|place| std::fs::read_dir(place).ok());
    // A folder that may not be read has nothing to offer.
    for entry in entries.into_iter().flatten().flatten() {
        let last = names::bytes(Path::new(&entry.file_name()));
        if found.len() < MOST_UNTRACKED && !ignored.fits(&last) {
            look(top, &names::join(folder, &last), ignored, deep, found);
        }
    }
}
