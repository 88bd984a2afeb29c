//! Which file a bare name means: the folders of the command's own `PATH`, with the endings of its `PATHEXT`.
//!
//! The system itself would only look for `.exe`, and many tools are batch files.

use crate::Command;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

/// The endings, where the command's environment names none.
const ENDINGS: &str = ".COM;.EXE;.BAT;.CMD";

/// The file that the command's first word means; the word itself when nothing fits, for the system to judge.
pub(super) fn program(command: &Command, word: &OsStr) -> OsString {
    // A name with a folder is relative to where the command runs.
    if Path::new(word).components().count() != 1 {
        return with_ending(command, &command.cwd.join(word)).map_or_else(|| word.to_owned(), Into::into);
    }
    let folders = variable(command, "PATH").unwrap_or_default();
    std::env::split_paths(&folders)
        .filter(|folder| folder.is_absolute())
        .find_map(|folder| with_ending(command, &folder.join(word)))
        .map_or_else(|| word.to_owned(), Into::into)
}

/// The file of this name; when the name has no ending, or one that is no file's, with one of those that programs have.
fn with_ending(command: &Command, path: &Path) -> Option<PathBuf> {
    if path.extension().is_some() && path.is_file() {
        return Some(path.to_owned());
    }
    let endings = variable(command, "PATHEXT").unwrap_or_else(|| ENDINGS.into());
    let endings = endings.to_string_lossy();
    let mut names = endings.split(';').filter(|ending| !ending.is_empty()).map(|ending| {
        let mut name = path.as_os_str().to_owned();
        name.push(ending.to_ascii_lowercase());
        PathBuf::from(name)
    });
    names.find(|name| name.is_file())
}

/// A variable of the command's environment; their names have no case.
fn variable(command: &Command, wanted: &str) -> Option<OsString> {
    let mut all = command.env.iter();
    all.find(|(name, _)| name.eq_ignore_ascii_case(wanted))
        .map(|(_, value)| value.clone())
}
