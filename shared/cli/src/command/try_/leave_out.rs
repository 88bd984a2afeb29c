//! Changed files that do not go along: what a way cannot carry, or what is not meant.

use super::Try;
use super::wild;
use crate::failure::{Failure, USAGE};
use app::api::tries::{TryChange, TryFile, TryFileChoice};

/// The files that go along; all when none is left out.
pub fn choose(asked: &Try, change: &TryChange) -> Result<Option<Vec<TryFileChoice>>, Failure> {
    if asked.leave_out.is_empty() {
        return Ok(None);
    }
    let files = &change.files;
    if let Some(pattern) = asked
        .leave_out
        .iter()
        .find(|pattern| !files.iter().any(|file| fits(pattern, file)))
    {
        return Err(Failure::new(
            USAGE,
            format!("no changed file is called '{pattern}', so none can be left out"),
        )
        .hint("See what would be sent with:  outpost try --dryrun"));
    }
    let stays = |file: &&TryFile| !asked.leave_out.iter().any(|pattern| fits(pattern, file));
    let go = files.iter().filter(stays).map(|file| TryFileChoice {
        file: file.file,
        hunks: None,
    });
    Ok(Some(go.collect()))
}

/// A renamed file goes by either name.
fn fits(pattern: &str, file: &TryFile) -> bool {
    let paths = [Some(&file.path), file.from.as_ref()];
    paths.into_iter().flatten().any(|path| wild::fits_path(pattern, path))
}
