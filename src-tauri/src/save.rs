//! A file that a page gives to the person: it comes into their downloads folder, and never over another file.

use crate::link::Refusal;
use base64::Engine as _;
use std::fs::{File, OpenOptions, remove_file};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

/// So many files of one name may stand in a folder; beyond that something is wrong.
const MOST_OF_A_NAME: u32 = 1000;

/// Writes the file and gives its path. `name` is what it is called; `base64` has its bytes.
pub fn into_downloads(name: &str, base64: &str) -> Result<PathBuf, Refusal> {
    let folder = folder().ok_or_else(|| {
        Refusal::new(
            "failed",
            "There is no downloads folder and no home folder.".to_owned(),
            "Set HOME, then open the window again.",
        )
    })?;
    into(&folder, name, base64)
}

/// The downloads folder, or the home folder where there is none.
fn folder() -> Option<PathBuf> {
    let folders = directories::UserDirs::new()?;
    let downloads = folders.download_dir().filter(|folder| folder.is_dir());
    Some(downloads.unwrap_or(folders.home_dir()).to_owned())
}

fn into(folder: &Path, name: &str, base64: &str) -> Result<PathBuf, Refusal> {
    if !plain(name) {
        let message = format!("'{name}' cannot be a file's name");
        return Err(Refusal::new("invalid", message, "Copy the text instead."));
    }
    let bytes = base64::engine::general_purpose::STANDARD.decode(base64);
    let bytes = bytes.map_err(|error| {
        let message = format!("what is to be saved as {name} came damaged: {error}");
        Refusal::new("invalid", message, "Reload the page, then save it again.")
    })?;
    write(folder, name, &bytes).map_err(|error| {
        let message = format!("{name} cannot be saved in {}: {error}", folder.display());
        Refusal::new(
            "failed",
            message,
            "Make room or change the folder's rights, then save it again.",
        )
    })
}

/// One word of a path on every system.
fn plain(name: &str) -> bool {
    let harmless = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    (1..=100).contains(&name.len()) && name.chars().all(harmless) && !name.starts_with('.')
}

fn write(folder: &Path, name: &str, bytes: &[u8]) -> std::io::Result<PathBuf> {
    let (path, mut file) = new_file(folder, name)?;
    let written = file.write_all(bytes).and_then(|()| file.sync_all());
    if let Err(error) = written {
        // Half a file is of no use, and why it is only half is what counts.
        let _ = remove_file(&path);
        return Err(error);
    }
    Ok(path)
}

/// `try-3.patch`, or where that is there already, `try-3 (2).patch`.
fn new_file(folder: &Path, name: &str) -> std::io::Result<(PathBuf, File)> {
    let (stem, ending) = name.rsplit_once('.').unwrap_or((name, ""));
    let dot = if ending.is_empty() { "" } else { "." };
    for count in 1..=MOST_OF_A_NAME {
        let path = folder.join(match count {
            1 => name.to_owned(),
            _ => format!("{stem} ({count}){dot}{ending}"),
        });
        match OpenOptions::new().write(true).create_new(true).open(&path) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            opened => return Ok((path, opened?)),
        }
    }
    Err(std::io::Error::other(format!(
        "{MOST_OF_A_NAME} files of that name are there"
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_written_whole_and_never_over_another() {
        let folder = tempfile::tempdir().unwrap();
        let first = into(folder.path(), "try-3.patch", "b25l/wo=").unwrap();
        let second = into(folder.path(), "try-3.patch", "dHdv").unwrap();
        assert_eq!(first, folder.path().join("try-3.patch"));
        assert_eq!(second, folder.path().join("try-3 (2).patch"));
        assert_eq!(std::fs::read(first).unwrap(), b"one\xff\n");
        assert_eq!(std::fs::read(second).unwrap(), b"two");
    }

    #[test]
    fn a_name_leads_nowhere_else() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["", "..", "../a", "/etc/a", "a/b", "a\\b", ".profile", "a\0b", "c:a"] {
            assert_eq!(into(folder.path(), name, "").unwrap_err().code, "invalid", "{name:?}");
        }
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn what_cannot_be_saved_says_where_and_why() {
        let folder = tempfile::tempdir().unwrap();
        let gone = folder.path().join("gone");
        let refusal = into(&gone, "a.patch", "").unwrap_err();
        assert!(
            refusal.message.contains("a.patch") && refusal.message.contains("gone"),
            "{refusal:?}"
        );
        assert_eq!(into(folder.path(), "a.patch", "%").unwrap_err().code, "invalid");
    }
}
