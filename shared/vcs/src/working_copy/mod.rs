//! The uncommitted change of a working copy: taken whole at one moment, shown, chosen from, and written as a patch.
//!
//! Reads only: neither the working copy nor its index is ever written, and what was taken does not follow later edits.
//! It knows nothing of masters: what a way to a master can carry is told by a [`Carrier`].

mod bzr;
mod carrier;
mod command;
mod compare;
mod cvs;
mod darcs;
mod disk;
mod error;
mod file;
mod find;
mod found;
pub mod git;
mod hg;
mod huge;
mod ignore;
mod markers;
mod mtn;
mod names;
mod p4;
mod read;
mod svn;
mod trees;
mod wanted;

pub use carrier::{Carrier, Unfit, UnfitFile};
pub use error::TakeError;
pub use file::{FileChange, FileKind, Hunk, Line, LineKind, Untracked};
pub use wanted::{System, UnknownSystem, Wanted};

use std::path::PathBuf;
use std::sync::Arc;

/// Where a change starts from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Base {
    /// As the master's source step takes it: a hash, a number, `revid:…`, a time, a darcs context. `None` is the newest.
    pub revision: Option<String>,
    /// The same for people: `origin/main at 1e669af, 2 commits of yours on top`.
    pub words: String,
    /// Commits of the person's that are not in the base and so are part of the change.
    pub ahead: u32,
    /// Commits that the other side has and the base has not, as far as is known here without asking a network.
    pub behind: Option<u32>,
    /// The newest revision that the other side is known to have, where it differs from the base.
    pub newest: Option<String>,
}

/// Something that the person should know before submitting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    /// It cannot be submitted like this.
    pub stops: bool,
    /// One sentence.
    pub text: String,
    /// The next step.
    pub hint: Option<String>,
}

/// A working copy's change at one moment.
#[derive(Clone, Debug)]
pub struct Taken {
    /// Which system.
    pub system: System,
    /// Top of the working copy: what paths are relative to.
    pub root: PathBuf,
    /// As the master's filters name it.
    pub branch: Option<String>,
    /// Address of the repository as a master would know it; empty when there is none. Never a password in it.
    pub repository: String,
    /// Where it starts from.
    pub base: Base,
    /// What differs from the base, by path. Untracked files are not here.
    pub files: Vec<FileChange>,
    /// Files that the system does not know and does not ignore, by path; chosen ones become new files of the patch.
    pub untracked: Vec<Untracked>,
    /// What the person should know.
    pub remarks: Vec<Remark>,
    /// The commit message that the system would propose, or that of the newest own commit; may be empty.
    pub comment: String,
    /// What the bytes are made from; private to the system.
    pub(crate) content: Arc<dyn Content>,
}

/// What of a change is to be sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chosen {
    /// Files by their place in [`Taken::files`]; `None` is all of them, whole.
    pub files: Option<Vec<ChosenFile>>,
    /// Untracked files by their place in [`Taken::untracked`].
    pub untracked: Vec<usize>,
}

/// A file, or some of its hunks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChosenFile {
    /// Place in [`Taken::files`].
    pub file: usize,
    /// Places in its hunks; `None` is the whole file. Only text files have hunks to choose from.
    pub hunks: Option<Vec<usize>>,
}

/// A patch that reproduces the chosen part of a change byte for byte on top of its base.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diff {
    /// Path elements to strip (`-p`).
    pub level: u32,
    /// A git-style extended diff, whatever the system; empty when nothing was chosen.
    pub body: Vec<u8>,
    /// Files in it.
    pub files: u32,
    /// Git's id of the tree that base and patch make, where the system is git: what a green build has tested.
    pub tree: Option<String>,
}

/// Takes the change of a working copy. Nothing is asked of a network. Dropping the future gives it up and ends what it
/// had started.
pub async fn take(wanted: Wanted) -> Result<Taken, TakeError> {
    let (system, top) = find::find(&wanted)?;
    if let Some(named) = wanted.base.as_deref().filter(|named| is_option(named)) {
        return Err(TakeError::NoRevision(named.to_owned()));
    }
    if wanted.staged && system != System::Git {
        return Err(not_for("a staged change", system));
    }
    match system {
        System::Git => git::take(wanted, top).await,
        System::Hg => hg::take(&wanted, top).await,
        System::Svn => svn::take(&wanted, top).await,
        System::Bzr => bzr::take(&wanted, top).await,
        System::Darcs => darcs::take(&wanted, top).await,
        System::Cvs => cvs::take(&wanted, top).await,
        System::P4 => p4::take(&wanted, top).await,
        System::Mtn => mtn::take(&wanted, top).await,
    }
}

/// Whether a program could take it for an option, some of which run programs. `-1` is a revision for some systems.
fn is_option(named: &str) -> bool {
    let rest = named.trim_start().strip_prefix('-');
    rest.is_some_and(|rest| !rest.starts_with(|first: char| first.is_ascii_digit()))
}

fn not_for(what: &str, system: System) -> TakeError {
    TakeError::NotFor {
        what: what.to_owned(),
        system,
    }
}

impl Taken {
    /// The hunks of a file, for showing and choosing; empty for binary files. `untracked` files are all added lines.
    pub fn hunks(&self, file: Place) -> Result<Vec<Hunk>, TakeError> {
        self.content.hunks(file)
    }

    /// The commit that was checked out, where the system is git; what a push of the tested change stands on.
    pub fn head(&self) -> Option<&str> {
        self.content.head()
    }

    /// The patch of what was chosen, as `carrier` takes it.
    pub fn diff(&self, chosen: &Chosen, carrier: Carrier) -> Result<Diff, Unfit> {
        self.content.diff(self, chosen, carrier)
    }
}

/// A file of a taken change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In [`Taken::files`].
    File(usize),
    /// In [`Taken::untracked`].
    Untracked(usize),
}

/// The bytes behind a taken change, held by its system.
pub(crate) trait Content: Send + Sync + std::fmt::Debug {
    fn hunks(&self, file: Place) -> Result<Vec<Hunk>, TakeError>;
    fn diff(&self, taken: &Taken, chosen: &Chosen, carrier: Carrier) -> Result<Diff, Unfit>;
    fn head(&self) -> Option<&str> {
        None
    }
}
