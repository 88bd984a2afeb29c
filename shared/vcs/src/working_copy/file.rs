//! The files of a change, their hunks and lines.

/// What became of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// New.
    Added,
    /// Other content, another mode, or both.
    Modified,
    /// Gone.
    Deleted,
    /// Elsewhere, with or without other content.
    Renamed,
    /// A file became a link, or the other way round.
    Retyped,
    /// A submodule is at another commit.
    Submodule,
}

/// A file that differs from the base.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileChange {
    /// Path below the top, bytes as the system has them, `/` between elements.
    pub path: Vec<u8>,
    /// Where it was before, when renamed.
    pub from: Option<Vec<u8>>,
    /// What became of it.
    pub kind: FileKind,
    /// Mode before, as git writes it (`100644`, `100755`, `120000`, `160000`); `None` when it was not there.
    pub old_mode: Option<u32>,
    /// Mode after; `None` when it is gone.
    pub new_mode: Option<u32>,
    /// Not text: shown by its size only and carried as bytes.
    pub binary: bool,
    /// Lines added.
    pub added: u32,
    /// Lines removed.
    pub removed: u32,
    /// Hunks to choose from; 0 for a file that is taken whole or not at all.
    pub hunks: u32,
    /// Bytes after the change.
    pub size: u64,
    /// Left unresolved by a merge: such a file stops a submission.
    pub conflict: bool,
    /// In one of the person's commits already, rather than only in the working copy.
    pub committed: bool,
}

/// A file that the system does not know and does not ignore.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Untracked {
    /// Path below the top.
    pub path: Vec<u8>,
    /// As git writes it.
    pub mode: u32,
    /// Bytes.
    pub size: u64,
    /// Not text, as far as was read.
    pub binary: bool,
    /// So large that nobody means to send it: asked about on its own.
    pub large: bool,
}

/// Neighbouring lines that change together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hunk {
    /// First line before, from 1.
    pub old_start: u32,
    /// Lines before.
    pub old_lines: u32,
    /// First line after, from 1.
    pub new_start: u32,
    /// Lines after.
    pub new_lines: u32,
    /// What stands after the second `@@`: the function around it.
    pub heading: String,
    /// The lines.
    pub lines: Vec<Line>,
}

/// What became of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineKind {
    /// The same on both sides.
    Context,
    /// New.
    Added,
    /// Gone.
    Removed,
}

/// A line of a hunk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// What became of it.
    pub kind: LineKind,
    /// Its bytes, without the line feed; a carriage return stays.
    pub text: Vec<u8>,
    /// The file ends here without a line feed.
    pub unfinished: bool,
}
