//! Which system a folder belongs to, and where its working copy begins.

use super::{System, TakeError, Wanted};
use std::path::{Path, PathBuf};

/// What the top folder of a working copy has.
const SIGNS: [(System, &[&str]); 8] = [
    (System::Git, &[".git"]),
    (System::Hg, &[".hg"]),
    (System::Svn, &[".svn"]),
    (System::Bzr, &[".bzr"]),
    (System::Darcs, &["_darcs"]),
    (System::Cvs, &["CVS"]),
    (System::P4, &[".p4config", ".p4root"]),
    (System::Mtn, &["_MTN"]),
];

/// The system and the top folder. The nearest folder above that has a sign wins; CVS has its sign in every folder, so
/// that the top one of an unbroken row counts.
pub(crate) fn find(wanted: &Wanted) -> Result<(System, PathBuf), TakeError> {
    let folder = std::path::absolute(&wanted.folder).unwrap_or_else(|_| wanted.folder.clone());
    let found = folder
        .ancestors()
        .find_map(|folder| sign_of(folder, wanted.system).map(|system| (system, folder)));
    let (system, mut top) = match (found, wanted.system) {
        (Some((system, top)), _) => (system, top.to_path_buf()),
        (None, Some(system)) => (system, folder.clone()),
        (None, None) => return Err(TakeError::NoWorkingCopy(wanted.folder.clone())),
    };
    if system == System::Cvs {
        while let Some(above) = top.parent().filter(|above| sign_of(above, Some(System::Cvs)).is_some()) {
            top = above.to_path_buf();
        }
    }
    if let Some(named) = &wanted.top {
        top = folder.join(named);
    } else if let Some(file) = &wanted.top_file {
        let above = folder.ancestors().find(|folder| folder.join(file).exists());
        top = above.map_or(top, Path::to_path_buf);
    }
    Ok((system, top))
}

fn sign_of(folder: &Path, wanted: Option<System>) -> Option<System> {
    let fits = |system: System| wanted.is_none_or(|wanted| wanted == system);
    let signs = SIGNS.iter().filter(|(system, _)| fits(*system));
    signs
        .filter(|(_, names)| names.iter().any(|name| folder.join(name).exists()))
        .map(|(system, _)| *system)
        .next()
}

/// Whether a folder is the top of a working copy of its own.
pub(crate) fn is_top(folder: &Path) -> bool {
    let mut names = SIGNS.iter().flat_map(|(_, names)| *names);
    names.any(|name| folder.join(name).exists())
}
