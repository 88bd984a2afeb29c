//! Reading a `buildbot.tac` as data.
//!
//! Such a file is a program in Python. What `buildbot-worker create-worker` writes, and what people usually make of it,
//! are plain assignments and one call of `Worker`; that much is understood. An assignment that is not plain matters
//! only when the call uses it. Everything else is an error with its line: guessing at a program would start something
//! else than it says.

mod arguments;
mod statement;
mod tokens;
mod value;

use super::Settings;
use statement::Reader;
use std::path::{Path, PathBuf};

/// Why a `buildbot.tac` cannot be read as data.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {reason}")]
pub struct TacError {
    /// Where, from 1.
    pub line: usize,
    /// What is there, and what to write instead.
    pub reason: String,
}

impl TacError {
    fn new(line: usize, reason: impl Into<String>) -> TacError {
        TacError {
            line,
            reason: reason.into(),
        }
    }
}

/// The folder that a `buildbot.tac` in `folder` means, and the settings.
pub(super) fn read(text: &str, folder: &Path) -> Result<(PathBuf, Settings), TacError> {
    let mut reader = Reader::new(folder);
    for statement in tokens::statements(text)? {
        reader.statement(&statement)?;
    }
    let last = text.lines().count().max(1);
    let Some(call) = reader.worker else {
        let reason = "there is no call of Worker(…) in it; is it a worker's buildbot.tac?";
        return Err(TacError::new(last, reason));
    };
    arguments::settings(&call, &reader.variables, folder)
}
