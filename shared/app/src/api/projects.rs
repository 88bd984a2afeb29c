//! Folders that are built here, and adding one.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// The folders that are built here.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct Projects {
    /// In the order of their names.
    pub projects: Vec<ProjectRow>,
    /// The configuration's folder.
    pub folder: String,
}

/// A project.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct ProjectRow {
    /// Unique.
    pub name: String,
    /// The repository's folder, or its address.
    pub repository: String,
    /// `git`.
    pub vcs: String,
    /// Followed branches, in words.
    pub branches: String,
    /// Newest revision seen.
    pub tip: Option<String>,
    /// `watching`, `polling` or `failed`.
    pub mode: String,
    /// Why it polls or failed, and what to do.
    pub note: Option<String>,
    /// Last contact with the repository.
    pub last_contact: Option<i64>,
    /// Its builders.
    pub builders: Vec<i64>,
    /// Its configuration file, relative to the configuration's folder; `null` when it stands in the main file.
    pub file: Option<String>,
}

/// Which folder.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct FoldersQuery {
    /// `null` is the home folder.
    pub path: Option<String>,
}

/// Folders below a folder.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct Folders {
    /// The folder.
    pub path: String,
    /// The folder above it.
    pub parent: Option<String>,
    /// By name; hidden ones are left out.
    pub folders: Vec<FolderRow>,
}

/// A folder.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct FolderRow {
    /// Its name.
    pub name: String,
    /// Whole path.
    pub path: String,
    /// It is a repository.
    pub repository: bool,
    /// It is built here already.
    pub project: bool,
}

/// Look at a folder.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct Detect {
    /// Whole path, or the address of a remote repository.
    pub path: String,
}

/// What building a folder would take.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct Proposal {
    /// A name that is not taken.
    pub name: String,
    /// The repository's top folder.
    pub path: String,
    /// `git`.
    pub vcs: String,
    /// The default branch.
    pub branch: String,
    /// What was recognised, in words: `Cargo (Cargo.toml)`.
    pub build_system: Option<String>,
    /// What tells so.
    pub because: Vec<String>,
    /// To be run in order; may be edited.
    pub steps: Vec<ProposedStep>,
    /// Programs that the steps need and that were not found here.
    pub missing: Vec<String>,
    /// Other ways to build it that were recognised.
    pub alternatives: Vec<Alternative>,
    /// Things to know, for example that there is no commit yet.
    pub notes: Vec<String>,
    /// The configuration file that would be written.
    pub preview: String,
}

/// Another way to build it.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct Alternative {
    /// In words.
    pub build_system: String,
    /// To be run in order.
    pub steps: Vec<ProposedStep>,
}

/// A step to be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ProposedStep {
    /// Its name, unique.
    pub name: String,
    /// For a shell.
    pub command: String,
}

/// Make a project.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct AddProject {
    /// Whole path, or address.
    pub path: String,
    /// Unique.
    pub name: String,
    /// To be followed.
    pub branch: String,
    /// To be run in order.
    pub steps: Vec<ProposedStep>,
    /// Build it once, now.
    pub build_now: bool,
}

/// A project was made.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct Added {
    /// Its configuration file, relative to the configuration's folder.
    pub file: String,
    /// Its builder.
    pub builder: i64,
    /// The request of its first build.
    pub request: Option<i64>,
}

/// Stop building a folder.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct RemoveProject {
    /// Which.
    pub name: String,
}
