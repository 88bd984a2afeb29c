//! What is wrong with a configuration, and where.

use model::config::Location;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Whether a problem keeps the configuration from being used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The configuration cannot be used.
    Error,
    /// It can be used, but not all of it does what it says.
    Warning,
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// Whether it keeps the configuration from being used.
    pub severity: Severity,
    /// Relative to the configuration's folder.
    pub file: String,
    /// From 1; 0 when unknown.
    pub line: u32,
    /// From 1, in characters; 0 when unknown.
    pub column: u32,
    /// What is wrong, in one sentence.
    pub message: String,
    /// What would be right.
    pub fix: Option<String>,
}

impl Problem {
    /// An error at `place`.
    pub fn error(place: &Location, message: impl Into<String>) -> Problem {
        Problem {
            severity: Severity::Error,
            file: place.file.clone(),
            line: place.line,
            column: place.column,
            message: message.into(),
            fix: None,
        }
    }

    /// A warning at `place`.
    pub fn warning(place: &Location, message: impl Into<String>) -> Problem {
        Problem {
            severity: Severity::Warning,
            ..Problem::error(place, message)
        }
    }

    /// With what would be right.
    #[must_use]
    pub fn fix(self, fix: impl Into<String>) -> Problem {
        Problem {
            fix: Some(fix.into()),
            ..self
        }
    }

    /// Whether it keeps the configuration from being used.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

impl fmt::Display for Problem {
    /// `master.star:3:7: error: …` and the fix on a line of its own.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file)?;
        if self.line > 0 {
            write!(f, ":{}", self.line)?;
            if self.column > 0 {
                write!(f, ":{}", self.column)?;
            }
        }
        let severity = match self.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        write!(f, ": {severity}: {}", self.message)?;
        match &self.fix {
            Some(fix) => write!(f, "\n    {fix}"),
            None => Ok(()),
        }
    }
}

/// More than this many problems help nobody, and a loop can make any number.
const MAX_PROBLEMS: usize = 500;

/// Problems in the order of finding, each once.
#[derive(Debug, Default)]
pub(crate) struct Problems(Vec<Problem>);

impl Problems {
    pub(crate) fn add(&mut self, problem: Problem) {
        if self.0.len() < MAX_PROBLEMS && !self.0.contains(&problem) {
            self.0.push(problem);
        }
    }

    pub(crate) fn has_error(&self) -> bool {
        self.0.iter().any(Problem::is_error)
    }

    /// By place, so that a person can go through the file once.
    pub(crate) fn into_sorted(mut self) -> Vec<Problem> {
        self.0
            .sort_by(|a, b| (&a.file, a.line, a.column).cmp(&(&b.file, b.line, b.column)));
        self.0
    }
}
