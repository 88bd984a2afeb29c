//! Where a file of options is: in the folder, above it, or at home.

use super::{Options, parse};
use std::io::Read;
use std::path::{Path, PathBuf};

/// Folders that are looked into, as `buildbot try` does.
const LEVELS: usize = 20;

/// Most bytes of such a file.
const MOST: u64 = 64 << 10;

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// The file that counts.
    pub options: Option<Options>,
    /// Folders with such a file that are somebody else's: what is in them could send a change, or a password, anywhere.
    pub not_yours: Vec<PathBuf>,
}

/// The options for a folder: the nearest `.buildbot/options` of the folder or above it, or the one of `home`
/// (see [`home_folder`]). A folder that is not the person's own is passed over.
pub fn find(folder: &Path, home: Option<&Path>) -> Found {
    let folder = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    let above = folder.ancestors().take(LEVELS).map(|above| above.join(".buildbot"));
    let mut found = Found::default();
    for place in above.chain(home.map(Path::to_path_buf)) {
        let file = place.join("options");
        if !file.is_file() {
            continue;
        }
        if !is_mine(&place) {
            if !found.not_yours.contains(&place) {
                found.not_yours.push(place);
            }
            continue;
        }
        found.options = read(&file).map(|text| parse(&file, &text));
        if found.options.is_some() {
            break;
        }
    }
    found
}

/// Where a person's own options are: `~/.buildbot`, on Windows `%APPDATA%\buildbot`.
pub fn home_folder() -> Option<PathBuf> {
    if cfg!(windows) {
        return Some(PathBuf::from(std::env::var_os("APPDATA")?).join("buildbot"));
    }
    Some(PathBuf::from(std::env::var_os("HOME")?).join(".buildbot"))
}

fn read(file: &Path) -> Option<String> {
    let mut bytes = Vec::new();
    let opened = std::fs::File::open(file).ok()?;
    opened.take(MOST).read_to_end(&mut bytes).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(unix)]
fn is_mine(folder: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata(folder).is_ok_and(|facts| facts.uid() == nix::unistd::geteuid().as_raw())
}

/// Windows keeps a person's folders to the person already.
#[cfg(not(unix))]
fn is_mine(_: &Path) -> bool {
    true
}
