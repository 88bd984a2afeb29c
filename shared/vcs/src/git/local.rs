//! Reading the branches of a local repository at a moment when they are whole.

use super::command::Git;
use super::error::GitError;
use super::places;
use super::reader::{Reader, Refs};
use super::seen::Seen;
use std::path::Path;
use std::time::Duration;

/// Between two readings of a repository in which something is under way.
const BREATH: Duration = Duration::from_millis(20);
/// Most readings; a lock that stays longer was left behind.
const MOST_READINGS: usize = 50;

/// The branches of the repository at exactly `path`.
///
/// Git moves branches between files one by one (`pack-refs`, `gc`), so that one of them can seem to be missing for a
/// moment: a branch that was `seen` counts as deleted only when it stays so and no lock says that more is to come.
pub(crate) fn read(path: &Path, git: &Git, seen: Option<&Seen>) -> Result<(Refs, Reader), GitError> {
    let known = || seen.into_iter().flat_map(Seen::branches);
    let mut before = None;
    let mut readings = 0;
    loop {
        let reader = Reader::open(path, git)?;
        let refs = reader.refs(known())?;
        let exists = |name: &str| refs.branches.contains_key(name) || refs.broken.contains_key(name);
        let all_there = known().all(exists);
        let stays = before.as_ref() == Some(&refs) && !is_locked(path);
        readings += 1;
        if all_there || stays || readings == MOST_READINGS {
            return Ok((refs, reader));
        }
        before = Some(refs);
        std::thread::sleep(BREATH);
    }
}

fn is_locked(path: &Path) -> bool {
    let Some((_, common)) = places::folders(path) else {
        return false;
    };
    common.join("packed-refs.lock").exists() || common.join("reftable/tables.list.lock").exists()
}
