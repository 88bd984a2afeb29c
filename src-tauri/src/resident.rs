//! Starts the resident when it does not run: the `outpost` that stands beside this program, never one from PATH.

use crate::place::{Place, make_folder_of};
use crate::stream;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

/// How long a resident may take until its socket answers. A first start makes the database.
const PATIENCE: Duration = Duration::from_secs(20);
/// Between two looks.
const LOOK: Duration = Duration::from_millis(50);

/// Why there is no resident.
#[derive(Debug, thiserror::Error)]
pub enum NotStarted {
    /// The installation is not whole.
    #[error("Outpost cannot be started: there is no program {0}.")]
    Missing(PathBuf),
    /// The system refused.
    #[error("Outpost cannot be started: {program}: {error}.")]
    Refused {
        /// Which program.
        program: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// It ended at once.
    #[error("Outpost was started and ended at once ({status}). It said: {said}")]
    Ended {
        /// How.
        status: std::process::ExitStatus,
        /// The end of what it said.
        said: String,
    },
    /// It runs and does not listen.
    #[error("Outpost was started, but does not answer at {0} after 20 seconds.")]
    Silent(PathBuf),
}

impl NotStarted {
    /// The next step.
    pub fn hint(&self) -> &'static str {
        match self {
            NotStarted::Missing(_) => "Install Outpost again: the two programs belong side by side.",
            NotStarted::Refused { .. } => "Check that the file may be executed, or install Outpost again.",
            NotStarted::Ended { .. } => "Run `outpost run` in a terminal to see all of it, then try again.",
            NotStarted::Silent(_) => "Look with `outpost status`; end it with `outpost` in a terminal, then try again.",
        }
    }
}

/// Starts the resident unless it answers, and waits until it does.
pub async fn ensure(place: &Place) -> Result<(), NotStarted> {
    if stream::connect(&place.socket).await.is_ok() {
        return Ok(());
    }
    start(&beside_this_program(), place).await
}

fn beside_this_program() -> PathBuf {
    let name = format!("outpost{}", std::env::consts::EXE_SUFFIX);
    match std::env::current_exe() {
        Ok(this) => this.with_file_name(name),
        Err(_) => PathBuf::from(name),
    }
}

async fn start(program: &Path, place: &Place) -> Result<(), NotStarted> {
    if !program.is_absolute() || !program.is_file() {
        return Err(NotStarted::Missing(program.to_owned()));
    }
    let refused = |error| NotStarted::Refused {
        program: program.to_owned(),
        error,
    };
    // A file, not a pipe: the resident outlives this program and may go on writing.
    make_folder_of(&place.start_log).map_err(refused)?;
    let log = std::fs::File::create(&place.start_log).map_err(refused)?;
    let mut command = tokio::process::Command::new(program);
    command.arg("--profile").arg(&place.profile).arg("run");
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
    #[cfg(unix)]
    command.process_group(0);
    let mut child = command.spawn().map_err(refused)?;
    let started = Instant::now();
    while started.elapsed() < PATIENCE {
        if stream::connect(&place.socket).await.is_ok() {
            // Awaited somewhere, so that it does not become a zombie should it end before the window.
            tokio::spawn(async move { child.wait().await });
            return Ok(());
        }
        match child.try_wait().map_err(refused)? {
            // Another start was quicker, and this one handed over to it.
            Some(status) if status.success() && stream::connect(&place.socket).await.is_ok() => return Ok(()),
            Some(status) if !status.success() => {
                let said = end_of(&place.start_log);
                return Err(NotStarted::Ended { status, said });
            }
            _ => tokio::time::sleep(LOOK).await,
        }
    }
    Err(NotStarted::Silent(place.socket.clone()))
}

/// The last lines of a file, at most 600 characters.
fn end_of(file: &Path) -> String {
    let text = std::fs::read(file)
        .map(|bytes| String::from_utf8_lossy(&bytes).trim().to_owned())
        .unwrap_or_default();
    let skipped = text.chars().count().saturating_sub(600);
    if text.is_empty() {
        "nothing".to_owned()
    } else {
        text.chars().skip(skipped).collect()
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    fn script(folder: &Path, text: &str) -> PathBuf {
        let program = folder.join("outpost");
        std::fs::write(&program, text).unwrap();
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
        program
    }

    #[tokio::test]
    async fn a_missing_program_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let place = Place::of_profile("default", Some(folder.path())).unwrap();
        let error = start(&folder.path().join("outpost"), &place).await.unwrap_err();
        assert!(
            matches!(&error, NotStarted::Missing(path) if path.ends_with("outpost")),
            "{error}"
        );
    }

    #[tokio::test]
    async fn what_a_failed_start_said_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let place = Place::of_profile("team", Some(folder.path())).unwrap();
        let program = script(folder.path(), "#!/bin/sh\necho \"no room for $*\" >&2\nexit 3\n");
        let error = start(&program, &place).await.unwrap_err().to_string();
        assert!(error.contains("no room for --profile team run"), "{error}");
    }

    #[tokio::test]
    async fn nothing_is_started_when_the_socket_answers() {
        let folder = tempfile::tempdir().unwrap();
        let place = Place::of_profile("default", Some(folder.path())).unwrap();
        make_folder_of(&place.socket).unwrap();
        let _listener = tokio::net::UnixListener::bind(&place.socket).unwrap();
        ensure(&place).await.unwrap();
        assert!(!place.start_log.exists());
    }
}
