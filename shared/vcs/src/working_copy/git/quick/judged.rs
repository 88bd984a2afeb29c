//! What git itself says of the files that may differ.

use super::super::aside::Aside;
use super::super::entries::{self, Found, New};
use super::super::index::{Entry, Index};
use super::super::scan::{self, Changed};
use super::askable;
use super::walk::Differences;
use crate::git::command::Git;
use crate::working_copy::compare::GITLINK;
use std::collections::{BTreeMap, BTreeSet};

/// The commit that is checked out.
pub(super) struct Head {
    pub(super) commit: String,
    /// Where the index differs from it.
    staged: Vec<Found>,
}

impl Head {
    /// The two are compared only if the index has not noted that it is as the commit.
    pub(super) fn read(git: &Git, index: &Index) -> Option<Head> {
        let answer = git.text(&["rev-parse", "HEAD^{commit}", "HEAD^{tree}"]).ok()?;
        let (commit, tree) = answer.trim().split_once('\n')?;
        let noted = index.tree().unwrap_or_default();
        let noted: String = noted.iter().map(|byte| format!("{byte:02x}")).collect();
        let staged = match noted == tree {
            true => vec![],
            false => compared(git, &["diff-index", "--cached"], &[commit])?,
        };
        let commit = commit.to_owned();
        Some(Head { commit, staged })
    }
}

/// What the command finds other.
fn compared(git: &Git, command: &[&str], what: &[&str]) -> Option<Vec<Found>> {
    let options = ["--raw", "-z", "--no-abbrev", "--no-renames", "--ignore-submodules=none"];
    let answer = git.run(&[command, &options, what].concat(), None).ok()?;
    entries::parse(&answer.out)
}

/// All that differs in the index, in the working copy or in both, by path.
pub(super) fn changed(aside: &Aside, index: &Index, found: &Differences, head: &Head) -> Option<Vec<Changed>> {
    // So that those which were only touched, or written in the second of the index, are not taken for edited ones.
    let refresh = ["update-index", "-q", "--unmerged", "--refresh"];
    aside.git().run(&refresh, None).ok()?;
    let edited = compared(aside.git(), &["diff-files"], &[])?;
    let is_special = |noted: Entry<'_>| noted.stage != 0 || noted.intended;
    let special = found.uncertain.iter().filter(|entry| is_special(index.entry(**entry)));
    let special = special.map(|entry| index.path(*entry));
    let modules = edited.iter().filter(|found| found.old.0 == GITLINK);
    // Of these it takes the whole status to say all.
    let hard: BTreeSet<&[u8]> = special.chain(modules.map(|found| found.path.as_slice())).collect();
    let mut changed = BTreeMap::new();
    for staged in head.staged.iter().filter(|staged| !hard.contains(&*staged.path)) {
        changed.insert(staged.path.clone(), staged_only(staged));
    }
    for found in edited.iter().filter(|found| !hard.contains(&*found.path)) {
        let known = changed.entry(found.path.clone()).or_insert_with(|| as_committed(found));
        known.edited = true;
        known.mode = mode(&found.new);
    }
    if !hard.is_empty() {
        let scan = scan::differing(aside.git(), &askable(hard.into_iter())?).ok()?;
        if scan.head.as_ref() != Some(&head.commit) {
            return None;
        }
        changed.extend(scan.changed.into_iter().map(|changed| (changed.path.clone(), changed)));
    }
    Some(changed.into_values().collect())
}

fn staged_only(staged: &Found) -> Changed {
    let index = match &staged.new {
        New::Object(mode, id) => (*mode, id.clone()),
        _ => (0, "0".repeat(staged.old.1.len())),
    };
    Changed {
        path: staged.path.clone(),
        staged: true,
        head: staged.old.clone(),
        mode: index.0,
        index,
        ..Changed::default()
    }
}

/// The index is as the commit.
fn as_committed(edited: &Found) -> Changed {
    Changed {
        path: edited.path.clone(),
        head: edited.old.clone(),
        index: edited.old.clone(),
        ..Changed::default()
    }
}

fn mode(new: &New) -> u32 {
    match new {
        New::Object(mode, _) | New::Disk(mode) => *mode,
        New::Gone => 0,
    }
}
