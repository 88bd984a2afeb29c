//! What is not whole yet: hidden files and folders beside the places that they are meant for, and notes of where they
//! are, by which the next start deletes what a killed process left.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use tempfile::{Builder, NamedTempFile, TempDir};

/// What their names begin with.
const BEGIN: &str = ".outpost-";
/// What the name of a file ends with.
const FILE: &str = ".part";
/// What the name of a folder ends with.
const FOLDER: &str = ".unpacked";

/// Numbers the notes of this process; those of another one are gone when this one begins.
static LAST: AtomicU64 = AtomicU64::new(0);

/// A file or folder that is not whole, and the note of it. Deleted when dropped, the note last.
#[derive(Debug)]
pub struct Part<T> {
    pub it: T,
    note: Note,
}

/// A file that holds a path; deleted when dropped.
#[derive(Debug)]
struct Note(PathBuf);

impl Part<NamedTempFile> {
    /// A file beside the place that it is meant for, with a note of it in `notes`.
    pub fn file(notes: &Path, beside: &Path) -> io::Result<Part<NamedTempFile>> {
        let mut builder = Builder::new();
        with_mode(builder.prefix(BEGIN).suffix(FILE), 0o666);
        let it = builder.tempfile_in(beside)?;
        let note = Note::of(notes, it.path())?;
        Ok(Part { it, note })
    }

    /// Puts the file into its place.
    pub fn persist(self, path: &Path) -> io::Result<()> {
        let Part { it, note } = self;
        let kept = it.persist(path);
        drop(note);
        kept.map(drop).map_err(|error| error.error)
    }
}

impl Part<TempDir> {
    /// A folder beside the place that its content is meant for, with a note of it in `notes`.
    pub fn folder(notes: &Path, beside: &Path) -> io::Result<Part<TempDir>> {
        let mut builder = Builder::new();
        with_mode(builder.prefix(BEGIN).suffix(FOLDER), 0o777);
        let it = builder.tempdir_in(beside)?;
        let note = Note::of(notes, it.path())?;
        Ok(Part { it, note })
    }
}

impl Note {
    fn of(notes: &Path, part: &Path) -> io::Result<Note> {
        fs::create_dir_all(notes)?;
        let number = LAST.fetch_add(1, Ordering::Relaxed);
        let note = Note(notes.join(number.to_string()));
        let path = std::path::absolute(part)?;
        fs::write(&note.0, path.as_os_str().as_encoded_bytes())?;
        Ok(note)
    }
}

impl Drop for Note {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_file(&self.0) {
            tracing::warn!(note = %self.0.display(), %error, "a note of an upload stays");
        }
    }
}

/// Deletes what an earlier process left unfinished. Only one process at a time writes notes into this folder.
pub fn sweep(notes: &Path) {
    let Ok(notes) = fs::read_dir(notes) else {
        return;
    };
    for note in notes.flatten() {
        let Ok(path) = fs::read_to_string(note.path()) else {
            continue;
        };
        match delete(Path::new(&path)) {
            Ok(()) => _ = fs::remove_file(note.path()),
            Err(error) => tracing::warn!(path, %error, "what an upload left cannot be deleted; delete it by hand"),
        }
    }
}

/// Deletes a part, if there still is one of that name.
fn delete(path: &Path) -> io::Result<()> {
    let name = path.file_name().and_then(OsStr::to_str).unwrap_or_default();
    let deleted = match name.strip_prefix(BEGIN) {
        Some(rest) if rest.ends_with(FILE) => fs::remove_file(path),
        Some(rest) if rest.ends_with(FOLDER) => fs::remove_dir_all(path),
        // A note that was cut short names nothing of ours.
        _ => Ok(()),
    };
    match deleted {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        deleted => deleted,
    }
}

/// What others may do with it is the process's own rule, not the temporary file's.
#[cfg(unix)]
fn with_mode(builder: &mut Builder<'_, '_>, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    builder.permissions(fs::Permissions::from_mode(mode));
}

#[cfg(not(unix))]
fn with_mode(_builder: &mut Builder<'_, '_>, _mode: u32) {}

#[cfg(test)]
mod tests {
    use super::*;

    /// Everything in a folder and below it, notes included.
    fn below(folder: &Path) -> Vec<PathBuf> {
        let mut found = Vec::new();
        for entry in fs::read_dir(folder).unwrap().flatten() {
            if entry.path().is_dir() {
                found.extend(below(&entry.path()));
            }
            found.push(entry.path());
        }
        found
    }

    #[test]
    fn what_is_kept_or_dropped_leaves_nothing_else() {
        let (notes, place) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let part = Part::file(notes.path(), place.path()).unwrap();
        part.persist(&place.path().join("kept")).unwrap();
        drop(Part::file(notes.path(), place.path()).unwrap());
        drop(Part::folder(notes.path(), place.path()).unwrap());
        assert_eq!(below(place.path()), [place.path().join("kept")]);
        assert!(below(notes.path()).is_empty());
    }

    #[test]
    fn what_a_killed_process_left_is_swept_and_nothing_else() {
        let (notes, place) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let file = Part::file(notes.path(), place.path()).unwrap();
        let folder = Part::folder(notes.path(), place.path()).unwrap();
        fs::write(folder.it.path().join("inside"), "content").unwrap();
        // A process that is killed drops nothing.
        std::mem::forget((file, folder));
        let mine = place.path().join("mine.part");
        fs::write(&mine, "mine").unwrap();
        fs::write(notes.path().join("forged"), mine.to_str().unwrap()).unwrap();
        sweep(notes.path());
        assert_eq!(below(place.path()), [mine]);
        assert!(below(notes.path()).is_empty());
        sweep(notes.path());
    }
}
