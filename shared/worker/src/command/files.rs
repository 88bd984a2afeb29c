//! What the commands on files have in common: a result or an error number, and their error text (§4).

use super::Context;
use crate::system;
use std::io;
use std::path::{Path, PathBuf};
use wire::worker::{Failure, Update};

/// How such a command went wrong.
#[derive(Debug)]
pub(super) struct FileError {
    command: &'static str,
    path: PathBuf,
    source: io::Error,
}

impl FileError {
    /// For `map_err`.
    pub(super) fn of<'a>(command: &'static str, path: &'a Path) -> impl FnOnce(io::Error) -> FileError + 'a {
        move |source| FileError {
            command,
            path: path.to_owned(),
            source,
        }
    }
}

/// Runs `work` where it may block, and reports what it found, or why not, and `rc`.
pub(super) async fn run(
    context: &mut Context,
    work: impl FnOnce() -> Result<Option<Update>, FileError> + Send + 'static,
) -> Result<(), Failure> {
    let result = tokio::task::spawn_blocking(work).await;
    let result = result.map_err(|error| super::failure("builtins.RuntimeError", error.to_string()))?;
    let rc = match result {
        Ok(found) => {
            found.into_iter().for_each(|update| context.report.update(update));
            0
        }
        Err(FileError { command, path, source }) => {
            let reason = system_text(&source);
            // Without an end of line, so it arrives after `rc`.
            context
                .report
                .header(&format!("{command}: {reason}: {}", path.display()));
            i64::from(system::errno(&source).unwrap_or(1))
        }
    };
    context.report.update(Update::Rc(rc));
    Ok(())
}

/// The system's words, without the number that Rust adds.
pub(super) fn system_text(error: &io::Error) -> String {
    let text = error.to_string();
    match text.split_once(" (os error") {
        Some((text, _)) => text.to_owned(),
        None => text,
    }
}
