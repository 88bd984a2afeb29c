//! Where changes come from.

use super::Location;

/// One change source.
#[derive(Clone, Debug, PartialEq)]
pub enum ChangeSourceConfig {
    /// Git: a local repository is watched, a remote one polled.
    Git(GitPoller),
}

/// `changes.GitPoller(…)`. A `repourl` that names a folder of this machine is watched without polling.
#[derive(Clone, Debug, PartialEq)]
pub struct GitPoller {
    /// As the person writes it; also the `repository` of the changes.
    pub repourl: String,
    /// Which branches.
    pub branches: Branches,
    /// Seconds between polls, where polling is needed.
    pub poll_interval: f64,
    /// Poll once at start.
    pub poll_at_launch: bool,
    /// Of the changes.
    pub category: Option<String>,
    /// Of the changes.
    pub project: String,
    /// Of the changes.
    pub codebase: String,
    /// Build the branch as it is when first seen, instead of waiting for the next commit.
    pub build_at_first_sight: bool,
    /// Where the configuration names it.
    pub location: Location,
}

/// The branches that a git source follows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Branches {
    /// The repository's own default branch.
    Default,
    /// These, by plain name.
    Named(Vec<String>),
    /// All there are.
    All,
}
