//! Starting a command.

use crate::child::Child;
use crate::{Command, system};
use std::fs::File;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

/// How commands are started. Windows keeps trees of processes together by itself, and uses neither `shim` nor `hold`.
#[derive(Clone, Debug, Default)]
pub struct Launcher {
    /// The program whose processes serve as shims when it is started with `SHIM_ARGUMENT`; it then calls `shim_main`
    /// first of all. It is started once, with the first command, and from then on forks a shim for each; it ends when
    /// this process does. `None`: commands are started directly, and only their process group can be killed.
    pub shim: Option<PathBuf>,
    /// A file that every shim keeps open until nothing is alive below it. With a lock on it, the next process to take
    /// that lock knows that nothing is left of what this one started, even if this one is killed.
    pub hold: Option<Arc<File>>,
    /// How far commands step back behind everything else on this machine, from 0 (not at all) to 19.
    pub nice: u8,
}

/// Why a command does not run.
#[derive(Debug, thiserror::Error)]
pub enum SpawnError {
    /// The program itself cannot be executed, or its folder cannot be entered.
    #[error("cannot run '{program}': {source}")]
    Program {
        /// As given.
        program: String,
        /// What the system says.
        source: io::Error,
    },
    /// There is nothing to run.
    #[error("cannot run a command without words; give the program's name")]
    Empty,
    /// The shim does not start.
    #[error(
        "cannot start '{}' to watch over the command: {source}; is the program still where it was?",
        shim.display()
    )]
    Shim {
        /// Its path.
        shim: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// No pipe, terminal or process is to be had.
    #[error("cannot prepare pipes for '{program}': {source}; the limit of open files may be reached")]
    Pipes {
        /// The program.
        program: String,
        /// What the system says.
        source: io::Error,
    },
}

impl Launcher {
    /// Starts a command. Must be called inside a tokio runtime. When the future is dropped, nothing stays behind.
    pub async fn spawn(&self, command: &Command) -> Result<Child, SpawnError> {
        let Some(program) = command.argv.first() else {
            return Err(SpawnError::Empty);
        };
        let program = program.to_string_lossy().into_owned();
        system::spawn(self, command, program).await
    }
}
