//! Puts an unpacked folder in its place, beside what is there already.

use super::words_of;
use std::io;
use std::path::Path;

/// Moves all that is in `staging` to `place`, which may be there. Files of the same names are replaced; a folder and a
/// file of one name are an error, and a link is never followed.
pub(super) fn merge(staging: &Path, place: &Path) -> Result<(), String> {
    let told = |path: &Path, error: &io::Error| format!("cannot put {} in place: {}", path.display(), words_of(error));
    // The destination itself is as the configuration says, also when it is a link.
    match place.metadata() {
        Ok(found) if found.is_dir() => {}
        Ok(_) => {
            return Err(format!(
                "{} on the master is a file; choose another masterdest",
                place.display()
            ));
        }
        Err(_) => return std::fs::rename(staging, place).map_err(|error| told(place, &error)),
    }
    move_into(staging, place, &told)
}

fn move_into(from: &Path, to: &Path, told: &dyn Fn(&Path, &io::Error) -> String) -> Result<(), String> {
    let entries = std::fs::read_dir(from).map_err(|error| told(to, &error))?;
    for entry in entries {
        let entry = entry.map_err(|error| told(to, &error))?;
        let place = to.join(entry.file_name());
        let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
        match place.symlink_metadata() {
            Ok(found) if found.is_dir() && is_folder => {
                move_into(&entry.path(), &place, told)?;
                continue;
            }
            Ok(found) if found.is_dir() => {
                return Err(told(&place, &io::Error::other("there is a folder of that name")));
            }
            Ok(found) if is_folder && found.is_file() => {
                return Err(told(&place, &io::Error::other("there is a file of that name")));
            }
            // A link makes room for a folder: what was in it is not this upload's to fill.
            Ok(_) if is_folder => std::fs::remove_file(&place).map_err(|error| told(&place, &error))?,
            _ => {}
        }
        std::fs::rename(entry.path(), &place).map_err(|error| told(&place, &error))?;
    }
    Ok(())
}
