//! A change as it is shown: its files, its lines, and what the person should know of it.

use super::presets::{TryPreset, TryPresetValues};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Which working copy to take a change from, and how.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, TS)]
pub struct TryLook {
    /// A folder in it.
    pub folder: String,
    /// `git`, `hg`, `svn`, `bzr`, `darcs`, `cvs`, `p4`, `mtn`; found when absent.
    #[serde(default)]
    pub system: Option<String>,
    /// Top of the tree, where the system does not know it.
    #[serde(default)]
    pub top: Option<String>,
    /// A file that only the top of the tree has.
    #[serde(default)]
    pub top_file: Option<String>,
    /// What is staged only.
    #[serde(default)]
    pub staged: bool,
    /// Another base than the one that is found.
    #[serde(default)]
    pub base: Option<String>,
    /// Another branch.
    #[serde(default)]
    pub branch: Option<String>,
    /// Another address of the repository.
    #[serde(default)]
    pub repository: Option<String>,
    /// This patch, instead of what a working copy has.
    #[serde(default)]
    pub diff: Option<TryGiven>,
}

/// A patch that is given whole.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct TryGiven {
    /// Its bytes in base64.
    pub base64: String,
    /// `-p`
    pub level: u32,
}

impl TryGiven {
    /// Of these bytes.
    pub fn new(body: &[u8], level: u32) -> TryGiven {
        use base64::Engine as _;
        TryGiven {
            base64: base64::engine::general_purpose::STANDARD.encode(body),
            level,
        }
    }
}

/// A change at one moment; it does not follow later edits.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct TryChange {
    /// Names it in the other commands; held until it is submitted, replaced by ten later ones, or an hour old.
    pub change: String,
    /// When it was taken.
    pub taken_at: i64,
    /// `git`
    pub system: String,
    /// `Git`
    pub system_name: String,
    /// Top of the working copy.
    pub root: String,
    /// What it is called: name of its project here, otherwise of its top folder.
    pub project: String,
    /// Its branch, as masters name it.
    pub branch: Option<String>,
    /// Address of its repository, without secrets.
    pub repository: String,
    /// Where it starts from.
    pub base: TryBase,
    /// What differs, by path.
    pub files: Vec<TryFile>,
    /// Files that are not tracked and not ignored: asked about.
    pub untracked: Vec<TryUntracked>,
    /// What the person should know.
    pub remarks: Vec<TryRemark>,
    /// Who sends it.
    pub who: String,
    /// Proposed comment.
    pub comment: String,
    /// What was chosen for this project last time.
    pub last: Option<TryPresetValues>,
    /// Presets of this project; shared ones stand in its `.outpost/try.toml`.
    pub presets: Vec<TryPreset>,
    /// It has a target, builders and values of its own already: the try that it repeats, or a foreign build tried here.
    pub from: Option<TryFrom>,
}

/// A base.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct TryBase {
    /// As masters take it; `null` is the newest.
    pub revision: Option<String>,
    /// For people.
    pub words: String,
    /// Commits of the person's that are part of the change.
    pub ahead: u32,
    /// Commits that the other side has and the base has not, as far as known.
    pub behind: Option<u32>,
    /// The newest revision known there, where it is another.
    pub newest: Option<String>,
}

/// What became of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum TryFileKind {
    /// New.
    Added,
    /// Other content or mode.
    Modified,
    /// Gone.
    Deleted,
    /// Elsewhere.
    Renamed,
    /// A file became a link, or the other way round.
    Retyped,
    /// A submodule at another commit.
    Submodule,
}

/// A file of the change.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct TryFile {
    /// Place in the change.
    pub file: u32,
    /// Its path.
    pub path: String,
    /// Where it was, when renamed.
    pub from: Option<String>,
    /// What became of it.
    pub kind: TryFileKind,
    /// In words, where modes differ: `now executable`.
    pub mode: Option<String>,
    /// Not text.
    pub binary: bool,
    /// Lines.
    pub added: u32,
    /// Lines.
    pub removed: u32,
    /// Hunks to choose from; 0 when it goes whole or not at all.
    pub hunks: u32,
    /// Bytes after.
    pub size: i64,
    /// A merge is not resolved there.
    pub conflict: bool,
    /// In one of the person's own commits already.
    pub committed: bool,
}

/// A file that is not tracked.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct TryUntracked {
    /// Place among the untracked.
    pub file: u32,
    /// Its path.
    pub path: String,
    /// Bytes.
    pub size: i64,
    /// Not text.
    pub binary: bool,
    /// Asked about on its own.
    pub large: bool,
}

/// Something to know before submitting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct TryRemark {
    /// It cannot be submitted like this.
    pub stops: bool,
    /// One sentence.
    pub text: String,
    /// The next step.
    pub hint: Option<String>,
}

/// Where a prepared change comes from.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum TryFrom {
    /// A try of before.
    Try {
        /// Which.
        id: i64,
    },
    /// A build of a master, with its revision and, if it was one of ours, its patch.
    Build {
        /// Key of the master.
        master: String,
        /// Which.
        build: i64,
        /// `linux-gcc #812`
        title: String,
    },
}

/// A file's lines.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct TryDiffQuery {
    /// Of which change.
    pub change: String,
    /// Which file.
    pub file: u32,
    /// Among the untracked.
    #[serde(default)]
    pub untracked: bool,
}

/// A file's hunks.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct TryDiff {
    /// In order; empty for what is not text.
    pub hunks: Vec<TryHunk>,
    /// More lines than are shown.
    pub cut: bool,
    /// Instead of lines: `binary, 12.3 kB before, 14.1 kB after`.
    pub words: Option<String>,
}

/// Neighbouring lines that change together.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct TryHunk {
    /// First line before.
    pub old_start: u32,
    /// First line after.
    pub new_start: u32,
    /// `@@ -1,4 +1,6 @@ fn main()`
    pub heading: String,
    /// The lines.
    pub lines: Vec<TryLine>,
}

/// A line.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct TryLine {
    /// ` `, `+` or `-`.
    pub sign: char,
    /// Its text; a carriage return at its end is shown as `␍`.
    pub text: String,
    /// The file ends here without a line feed.
    pub unfinished: bool,
}

/// A build to be tried here, or anywhere else.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct TryOfBuild {
    /// Key of its master.
    #[serde(default = "crate::api::bundled")]
    pub master: String,
    /// `buildid`.
    pub build: i64,
    /// The working copy of it here; found by its repository when absent.
    #[serde(default)]
    pub root: Option<String>,
}
