//! What is to be said of a git working copy, and the message that it proposes.

use super::content::Content;
use super::objects::Objects;
use super::scan::Scan;
use super::{Place, text};
use crate::working_copy::Remark;
use crate::working_copy::compare::Entry;
use crate::working_copy::disk::MOST_UNTRACKED;
use crate::working_copy::names::some;
use crate::working_copy::{huge, markers};

/// How a pointer begins that Git LFS stores in a file's place.
const POINTER: &[u8] = b"version https://git-lfs.github.com/spec/";

/// The remarks on what was found.
pub(super) fn of(scan: &Scan, content: &Content) -> Vec<Remark> {
    let mut remarks = Remarks(vec![]);
    let entries = |wanted: &dyn Fn(&Entry) -> bool| -> Vec<Vec<u8>> {
        let entries = content.entries.iter().filter(|entry| wanted(entry));
        entries.map(|entry| entry.path.clone()).collect()
    };
    remarks.add(&entries(&|entry| entry.conflict), true, |files| {
        (
            format!("a merge is not resolved in {files}"),
            "Resolve the merge and `git add` it, or leave it out.",
        )
    });
    let dirty = scan.changed.iter().filter(|changed| changed.dirty_inside);
    let dirty: Vec<Vec<u8>> = dirty.map(|changed| changed.path.clone()).collect();
    remarks.add(&dirty, false, |modules| {
        (
            format!("what is not committed in the submodule {modules} cannot go along"),
            "Commit and push it there; only the commit of a submodule goes along.",
        )
    });
    let nested = scan.untracked.iter().filter(|path| path.ends_with(b"/"));
    remarks.add(&nested.cloned().collect::<Vec<_>>(), false, |folders| {
        (
            format!("{folders} is a repository of its own and does not go along"),
            "Add it as a submodule, if it belongs to the change.",
        )
    });
    let is_pointer = |entry: &Entry| {
        let new = entry.new.as_ref().filter(|_| entry.old != entry.new);
        new.is_some_and(|new| new.bytes.starts_with(POINTER))
    };
    remarks.add(&entries(&is_pointer), false, |files| {
        (
            format!("Git LFS keeps the content of {files}, and only its pointer goes along"),
            "Bring the content to the server before: `git lfs push` with `--object-id` and the pointer's id does.",
        )
    });
    if scan.untracked.len() > MOST_UNTRACKED {
        let text = format!(
            "there are {} untracked files, of which {MOST_UNTRACKED} are shown",
            scan.untracked.len()
        );
        remarks.push(false, text, "Let .gitignore name those that are made by builds.");
    }
    remarks.0.extend(markers::remarks(&content.entries));
    remarks.0.extend(huge::remark(&content.entries));
    remarks.0
}

/// What is said so far.
struct Remarks(Vec<Remark>);

impl Remarks {
    /// What `says` of some names, if there are any: a sentence and the next step.
    fn add(&mut self, names: &[Vec<u8>], stops: bool, says: impl FnOnce(String) -> (String, &'static str)) {
        if !names.is_empty() {
            let (text, hint) = says(some(names));
            self.push(stops, text, hint);
        }
    }

    fn push(&mut self, stops: bool, text: String, hint: &str) {
        let hint = Some(hint.to_owned());
        self.0.push(Remark { stops, text, hint });
    }
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
