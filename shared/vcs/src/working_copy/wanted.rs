//! What is to be taken from where.

use std::path::PathBuf;
use std::str::FromStr;

/// A version control system, by the word that `buildbot try --vc` has for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum System {
    /// Git.
    Git,
    /// Mercurial.
    Hg,
    /// Subversion.
    Svn,
    /// Bazaar, or Breezy.
    Bzr,
    /// Darcs.
    Darcs,
    /// CVS.
    Cvs,
    /// Perforce.
    P4,
    /// Monotone.
    Mtn,
}

impl System {
    /// All of them.
    pub const ALL: [System; 8] = [
        System::Git,
        System::Hg,
        System::Svn,
        System::Bzr,
        System::Darcs,
        System::Cvs,
        System::P4,
        System::Mtn,
    ];

    /// The word for options and files: `git`.
    pub fn word(self) -> &'static str {
        match self {
            System::Git => "git",
            System::Hg => "hg",
            System::Svn => "svn",
            System::Bzr => "bzr",
            System::Darcs => "darcs",
            System::Cvs => "cvs",
            System::P4 => "p4",
            System::Mtn => "mtn",
        }
    }

    /// The name for people: `Mercurial`.
    pub fn name(self) -> &'static str {
        match self {
            System::Git => "Git",
            System::Hg => "Mercurial",
            System::Svn => "Subversion",
            System::Bzr => "Bazaar",
            System::Darcs => "Darcs",
            System::Cvs => "CVS",
            System::P4 => "Perforce",
            System::Mtn => "Monotone",
        }
    }
}

/// A word that names no system.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "'{0}' is no version control system that a change can be taken from; there are git, hg, svn, bzr, darcs, cvs, p4 and mtn"
)]
pub struct UnknownSystem(pub String);

impl FromStr for System {
    type Err = UnknownSystem;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        let found = System::ALL.into_iter().find(|system| system.word() == word);
        found.ok_or_else(|| UnknownSystem(word.to_owned()))
    }
}

/// What is to be taken.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// A folder in the working copy.
    pub folder: PathBuf,
    /// Which system; found by looking upwards when absent.
    pub system: Option<System>,
    /// Top of the tree, where the system does not know it (`--topdir`).
    pub top: Option<PathBuf>,
    /// A file that only the top of the tree has (`--topfile`).
    pub top_file: Option<String>,
    /// What is staged, instead of what is in the folder; git only.
    pub staged: bool,
    /// The base, instead of the one that is found (`--baserev`).
    pub base: Option<String>,
    /// The branch, instead of the one that is found.
    pub branch: Option<String>,
    /// The repository's address, instead of the one that is found.
    pub repository: Option<String>,
    /// The system's program, instead of the one on the PATH.
    pub program: Option<PathBuf>,
}
