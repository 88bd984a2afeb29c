//! Which of the names that the index does not have are untracked, and not ignored.

use super::super::aside::Aside;
use super::super::{Place, scan};
use super::askable;
use crate::git::command::Git;
use std::collections::BTreeSet;

/// The folder in which git runs.
const HERE: &[u8] = b"./";

/// The untracked files of those names, some of which are folders; by path.
pub(super) fn untracked(place: &Place, aside: &Aside, unknown: &[Vec<u8>]) -> Option<Vec<Vec<u8>>> {
    if unknown.is_empty() {
        return Some(vec![]);
    }
    let mut unknown: Vec<&[u8]> = unknown.iter().map(Vec::as_slice).collect();
    unknown.sort_unstable();
    let ignored = ignored(aside.git(), &unknown)?;
    unknown.retain(|path| !ignored.contains(*path));
    if unknown.is_empty() {
        return Some(vec![]);
    }
    match askable(unknown.into_iter()) {
        Some(paths) => scan::untracked(aside.git(), &paths).ok(),
        None => scan::untracked(&place.git, &[]).ok(),
    }
}

/// Those that git ignores, folders as a whole.
fn ignored(git: &Git, unknown: &[&[u8]]) -> Option<BTreeSet<Vec<u8>>> {
    // So that none begins with a sign.
    let input = unknown.iter().flat_map(|path| [HERE, path, b"\0"].concat()).collect();
    let asked = ["check-ignore", "--verbose", "-z", "--stdin"];
    let (is_well, answer) = git.run_whatever_comes(&asked, Some(input)).ok()?;
    // When it ignores none of them, it ends with 1 and says nothing.
    let said_nothing = answer.out.is_empty() && answer.complaints.is_empty();
    if !is_well && !said_nothing {
        return None;
    }
    let fields: Vec<&[u8]> = answer.out.split(|byte| *byte == 0).collect();
    // Where the pattern is, its line, the pattern, the path; one with an exclamation mark takes paths out again.
    let ignored = fields.chunks_exact(4).filter(|fields| !fields[2].starts_with(b"!"));
    let paths = ignored.filter_map(|fields| fields[3].strip_prefix(HERE));
    Some(paths.map(<[u8]>::to_vec).collect())
}
