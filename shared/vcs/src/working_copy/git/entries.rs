//! What differs from the base: the person's commits and what lies on top of them, file by file.

use super::scan::{Changed, Scan};
use super::{Place, failed, text};
use crate::working_copy::TakeError;
use std::collections::BTreeMap;

/// A file that may differ from the base.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) path: Vec<u8>,
    /// Mode and id in the base; mode 0 is nothing.
    pub(super) old: (u32, String),
    pub(super) new: New,
    pub(super) conflict: bool,
    pub(super) committed: bool,
}

/// Where the new content is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum New {
    /// In the repository: mode and id.
    Object(u32, String),
    /// In the working copy, with the mode that git sees.
    Disk(u32),
    /// Nowhere.
    Gone,
}

/// What differs between the commit `base` and the working copy, or the index when only what is `staged` counts.
pub(super) fn find(place: &Place, scan: &Scan, base: &str, staged: bool) -> Result<Vec<Found>, TakeError> {
    let head = scan.head.as_deref().unwrap_or_default();
    let mut found = BTreeMap::new();
    if head != base {
        let arguments = [
            "diff-tree",
            "-r",
            "-z",
            "--raw",
            "--no-renames",
            "--no-abbrev",
            "--ignore-submodules=none",
            base,
            head,
        ];
        let answer = place.git.run(&arguments, None).map_err(failed)?;
        let committed = parse(&answer.out).ok_or_else(|| TakeError::Failed {
            command: "git diff-tree".to_owned(),
            message: "its answer makes no sense".to_owned(),
        })?;
        found.extend(committed.into_iter().map(|found| (found.path.clone(), found)));
    }
    for changed in &scan.changed {
        if let Some(new) = new_of(changed, staged) {
            let committed = found.remove(&changed.path);
            let old = committed.map_or_else(|| changed.head.clone(), |committed| committed.old);
            let now = Found {
                path: changed.path.clone(),
                old,
                new,
                conflict: changed.unmerged,
                committed: false,
            };
            found.insert(changed.path.clone(), now);
        }
    }
    Ok(found.into_values().collect())
}

fn new_of(changed: &Changed, staged: bool) -> Option<New> {
    let (mode, id) = &changed.index;
    if changed.edited && (!staged || changed.unmerged) {
        Some(if changed.mode == 0 {
            New::Gone
        } else {
            New::Disk(changed.mode)
        })
    } else if changed.staged {
        Some(object(*mode, id.clone()))
    } else {
        None
    }
}

fn object(mode: u32, id: String) -> New {
    match mode {
        0 => New::Gone,
        mode => New::Object(mode, id),
    }
}

/// `:MODE MODE ID ID STATUS`, a zero byte, a path, a zero byte.
pub(super) fn parse(answer: &[u8]) -> Option<Vec<Found>> {
    let mut found = vec![];
    let mut fields = answer.split(|byte| *byte == 0).filter(|field| !field.is_empty());
    while let Some(header) = fields.next() {
        let header = text(header.strip_prefix(b":")?);
        let words: Vec<&str> = header.split(' ').collect();
        let [old_mode, new_mode, old, new, _] = words[..] else {
            return None;
        };
        let mode = |digits: &str| u32::from_str_radix(digits, 8).ok();
        found.push(Found {
            path: fields.next()?.to_vec(),
            old: (mode(old_mode)?, old.to_owned()),
            new: object(mode(new_mode)?, new.to_owned()),
            conflict: false,
            committed: true,
        });
    }
    Some(found)
}
