//! From what a system says of its working copy to the change: the new sides are read from the disk at once, and what
//! every system has in common is remarked.

use super::compare::{self, Entry, Huge, Side};
use super::disk::{self, Lies, Room};
use super::ignore::Ignored;
use super::{Base, Remark, System, TakeError, Taken, Wanted, huge, markers, names};
use std::path::PathBuf;

/// What a system says.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) system: System,
    pub(crate) root: PathBuf,
    pub(crate) branch: Option<String>,
    pub(crate) repository: String,
    pub(crate) base: Base,
    pub(crate) remarks: Vec<Remark>,
    pub(crate) comment: String,
    /// Whether the system says what was renamed; otherwise it is found by looking alike.
    pub(crate) says_renames: bool,
    /// Files that differ from the base, or may.
    pub(crate) differing: Vec<Differing>,
    /// Files and folders that the system does not know and does not ignore.
    pub(crate) untracked: Vec<Vec<u8>>,
    /// What it ignores below such folders.
    pub(crate) ignored: Ignored,
}

/// A file that may differ from the base.
#[derive(Clone, Debug, Default)]
pub(crate) struct Differing {
    pub(crate) path: Vec<u8>,
    /// Where it was, when the system says that it was moved.
    pub(crate) from: Option<Vec<u8>>,
    /// In the base.
    pub(crate) old: Option<Side>,
    /// The one in the base was not read.
    pub(crate) huge: Option<Huge>,
    /// In the change.
    pub(crate) now: Now,
    pub(crate) conflict: bool,
    pub(crate) committed: bool,
}

/// What became of a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Now {
    /// What lies on the disk.
    #[default]
    OnDisk,
    /// The same, with the system's own word on whether it may be run.
    OnDiskAs(u32),
    /// It is gone, whatever lies there.
    Gone,
}

impl Found {
    /// An empty change of a working copy.
    pub(crate) fn new(system: System, root: PathBuf) -> Found {
        Found {
            system,
            root,
            branch: None,
            repository: String::new(),
            base: Base::default(),
            remarks: vec![],
            comment: String::new(),
            says_renames: true,
            differing: vec![],
            untracked: vec![],
            ignored: Ignored::default(),
        }
    }

    /// Adds a remark that stops nothing.
    pub(crate) fn remark(&mut self, text: impl Into<String>, hint: Option<&str>) {
        self.remarks.push(Remark {
            stops: false,
            text: text.into(),
            hint: hint.map(str::to_owned),
        });
    }

    /// Adds one without which the change cannot be submitted.
    pub(crate) fn stop(&mut self, text: impl Into<String>, hint: &str) {
        self.remarks.push(Remark {
            stops: true,
            text: text.into(),
            hint: Some(hint.to_owned()),
        });
    }

    /// Reads the disk and holds the change.
    pub(crate) async fn taken(self, wanted: &Wanted) -> Result<Taken, TakeError> {
        let (branch, repository) = (wanted.branch.clone(), wanted.repository.clone());
        let reading = tokio::task::spawn_blocking(move || self.held());
        let mut taken = reading
            .await
            .map_err(|error| TakeError::GivenUp(format!("reading the files ended early: {error}")))??;
        taken.branch = branch.or(taken.branch);
        taken.repository = repository.unwrap_or(taken.repository);
        Ok(taken)
    }

    fn held(mut self) -> Result<Taken, TakeError> {
        let mut entries = self.entries()?;
        if !self.says_renames {
            entries = compare::find_renames(entries);
        }
        self.remarks.extend(markers::remarks(&entries));
        self.remarks.extend(huge::remark(&entries));
        let untracked = disk::untracked(&self.root, &self.untracked, &self.ignored);
        if untracked.len() >= disk::MOST_UNTRACKED {
            let text = format!(
                "There are many untracked files, of which {} are shown.",
                untracked.len()
            );
            self.remark(text, Some("Let the system ignore those that are made by builds."));
        }
        let shown = untracked.iter().map(|(shown, _)| shown.clone()).collect();
        let (files, content) = compare::hold(entries, untracked)?;
        Ok(Taken {
            system: self.system,
            root: self.root,
            branch: self.branch,
            repository: self.repository,
            base: self.base,
            files,
            untracked: shown,
            remarks: self.remarks,
            comment: self.comment,
            content,
        })
    }

    fn entries(&mut self) -> Result<Vec<Entry>, TakeError> {
        let mut room = Room::new();
        let (mut missing, mut unfit) = (vec![], vec![]);
        let mut entries = Vec::new();
        for mut differing in std::mem::take(&mut self.differing) {
            let old_mode = differing.old.as_ref().map(|side| side.mode);
            room.take(
                &differing.path,
                differing.old.as_ref().map_or(0, |side| side.bytes.len()),
            )?;
            let lies = match differing.now {
                Now::Gone => Lies::Nothing,
                _ => disk::side(&self.root, &differing.path, old_mode, &mut room)?,
            };
            let new = match (lies, differing.now) {
                (Lies::Side(side), Now::OnDiskAs(mode)) => Some(with_mode(side, mode)),
                (Lies::Side(side), _) => Some(side),
                (Lies::Huge(mode, size), now) => {
                    differing.huge = Some(size).max(differing.huge);
                    let side = Side { mode, bytes: vec![] };
                    Some(match now {
                        Now::OnDiskAs(mode) => with_mode(side, mode),
                        _ => side,
                    })
                }
                (Lies::Other, _) => {
                    unfit.push(differing.path.clone());
                    None
                }
                (Lies::Nothing, now) => {
                    if now != Now::Gone {
                        missing.push(differing.path.clone());
                    }
                    None
                }
            };
            entries.extend(entry(differing, new));
        }
        self.remark_on(&missing, &unfit);
        Ok(entries)
    }

    fn remark_on(&mut self, missing: &[Vec<u8>], unfit: &[Vec<u8>]) {
        if !missing.is_empty() {
            let text = format!(
                "{} is not there any more without {} having been told; the change says that it is deleted.",
                names::some(missing),
                self.system.name()
            );
            self.remark(text, Some("Get it back if you want to keep it."));
        }
        if !unfit.is_empty() {
            let text = format!("{} is a folder or a device where a file was.", names::some(unfit));
            self.stop(text, "Put the file back, or tell the system that it is deleted.");
        }
    }
}

/// What was there before and is not now; nothing when it was never there.
fn entry(differing: Differing, new: Option<Side>) -> Option<Entry> {
    // Moved and then lost: that it is gone from its place before is an entry of its own.
    let is_lost = new.is_none() && differing.from.is_some();
    let is_nothing = new.is_none() && differing.old.is_none() && !differing.conflict;
    (!is_lost && !is_nothing).then_some(Entry {
        path: differing.path,
        from: differing.from,
        old: differing.old,
        new,
        huge: differing.huge,
        conflict: differing.conflict,
        committed: differing.committed,
    })
}

/// Links stay links, whatever is said of files.
fn with_mode(side: Side, mode: u32) -> Side {
    match side.mode == compare::LINK {
        true => side,
        false => Side {
            mode,
            bytes: side.bytes,
        },
    }
}
