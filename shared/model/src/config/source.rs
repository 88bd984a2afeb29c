//! Getting the tree: the source steps' arguments (B-124, B-125).

use super::Render;

/// `steps.Git(…)`.
#[derive(Clone, Debug)]
pub struct GitSource {
    /// Where from.
    pub repourl: Render,
    /// When the source stamp has none; `HEAD` of the remote when this has none either.
    pub branch: Render,
    /// Incremental or full.
    pub mode: SourceMode,
    /// How a full check-out begins.
    pub method: GitMethod,
    /// Also the submodules.
    pub submodules: bool,
    /// Only the newest commit, or this many.
    pub shallow: Option<u32>,
    /// Start over from nothing when git fails.
    pub clobber_on_failure: bool,
    /// Fetch tags.
    pub tags: bool,
    /// Which source stamp.
    pub codebase: String,
    /// The newest, whatever the stamp says.
    pub always_use_latest: bool,
    /// Seconds between and number of further tries.
    pub retry: Option<(f64, u32)>,
    /// Seconds without output.
    pub timeout: f64,
    /// For git.
    pub env: Render,
    /// Show the environment in the log.
    pub log_environ: bool,
    /// `-c NAME=VALUE`.
    pub config: Vec<(String, String)>,
    /// Sets `commit-description` by `git describe`.
    pub get_description: bool,
    /// Name of the remote.
    pub origin: String,
}

/// How much of the old tree is kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SourceMode {
    /// Update in place and keep untracked files.
    #[default]
    Incremental,
    /// As fresh as the method says.
    Full,
}

/// How a full check-out begins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum GitMethod {
    /// `git clean -d -f -f -x`: ignored files go too.
    #[default]
    Fresh,
    /// `git clean -d -f -f`: ignored files stay.
    Clean,
    /// Remove everything and clone.
    Clobber,
    /// Update a second folder and copy it.
    Copy,
}
