//! What is to be said of a git working copy, and the message that it proposes.

use super::content::{Content, MOST_UNTRACKED};
use super::objects::Objects;
use super::scan::Scan;
use super::{Place, text};
use crate::working_copy::Remark;
use crate::working_copy::markers;
use crate::working_copy::names::some;

/// The remarks on what was found.
pub(super) fn of(scan: &Scan, content: &Content) -> Vec<Remark> {
    let mut remarks = vec![];
    let mut remark = |stops: bool, text: String, hint: &str| {
        remarks.push(Remark {
            stops,
            text,
            hint: Some(hint.to_owned()),
        });
    };
    let unmerged: Vec<Vec<u8>> = content
        .entries
        .iter()
        .filter(|entry| entry.conflict)
        .map(|entry| entry.path.clone())
        .collect();
    if !unmerged.is_empty() {
        let hint = "Resolve the merge and `git add` it, or leave it out.";
        remark(true, format!("a merge is not resolved in {}", some(&unmerged)), hint);
    }
    let dirty: Vec<Vec<u8>> = scan
        .changed
        .iter()
        .filter(|changed| changed.dirty_inside)
        .map(|changed| changed.path.clone())
        .collect();
    if !dirty.is_empty() {
        let hint = "Commit and push it there; only the commit of a submodule goes along.";
        remark(
            false,
            format!(
                "what is not committed in the submodule {} cannot go along",
                some(&dirty)
            ),
            hint,
        );
    }
    let nested: Vec<Vec<u8>> = scan
        .untracked
        .iter()
        .filter(|path| path.ends_with(b"/"))
        .cloned()
        .collect();
    if !nested.is_empty() {
        let hint = "Add it as a submodule, if it belongs to the change.";
        remark(
            false,
            format!("{} is a repository of its own and does not go along", some(&nested)),
            hint,
        );
    }
    if scan.untracked.len() > MOST_UNTRACKED {
        let text = format!(
            "there are {} untracked files, of which {MOST_UNTRACKED} are shown",
            scan.untracked.len()
        );
        remark(false, text, "Let .gitignore name those that are made by builds.");
    }
    remarks.extend(markers::remarks(&content.entries));
    remarks
}

/// The message of the newest own commit, or the one that git has prepared for a merge.
pub(super) fn comment(place: &Place, objects: &Objects, scan: &Scan, ahead: u32) -> String {
    let prepared = std::fs::read_to_string(place.folder.join("MERGE_MSG")).unwrap_or_default();
    if !prepared.is_empty() {
        let lines = prepared.lines().filter(|line| !line.starts_with('#'));
        return lines.collect::<Vec<_>>().join("\n").trim().to_owned();
    }
    let head = scan.head.as_deref().filter(|_| ahead > 0);
    let commit = head.and_then(|head| objects.one(head).ok()).unwrap_or_default();
    let end = commit.windows(2).position(|pair| pair == b"\n\n");
    end.map(|end| text(&commit[end + 2..]).trim().to_owned())
        .unwrap_or_default()
}
