//! The configuration: its files, checking and applying a text, going back.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// The configuration's files.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct Configuration {
    /// Where they are.
    pub folder: String,
    /// Relative paths; the main file first.
    pub files: Vec<String>,
    /// What is wrong with what is on disk now.
    pub problems: Vec<Problem>,
    /// The running configuration is older than the files, which have errors.
    pub stale: bool,
    /// There is a configuration to go back to.
    pub can_undo: bool,
}

/// One problem.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Problem {
    /// An error keeps the configuration from being used; else it is a warning.
    pub error: bool,
    /// Relative path.
    pub file: String,
    /// From 1; 0 when unknown.
    pub line: u32,
    /// From 1; 0 when unknown.
    pub column: u32,
    /// What is wrong.
    pub message: String,
    /// What would be right.
    pub fix: Option<String>,
}

/// Which file.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct FileQuery {
    /// Relative path.
    pub file: String,
}

/// A file's text.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct FileText {
    /// Relative path.
    pub file: String,
    /// The text.
    pub text: String,
}

/// A text that may become a file.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct Draft {
    /// Relative path.
    pub file: String,
    /// The text.
    pub text: String,
}

/// The result of a check.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct Checked {
    /// Errors and warnings.
    pub problems: Vec<Problem>,
    /// What applying would change, or did change: one line each.
    pub changes: Vec<Changed>,
    /// It is in use now.
    pub applied: bool,
}

/// One thing that differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Changed {
    /// `builder`, `scheduler`, `worker`, `source`, `project`, `setting`.
    pub what: String,
    /// Which.
    pub name: String,
    /// `added`, `removed` or `changed`.
    pub how: String,
}
