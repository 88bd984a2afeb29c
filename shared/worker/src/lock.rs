//! One worker per folder, and nothing of an earlier one.
//!
//! The lock is held by the worker and by the shim of each of its commands. When a worker was killed, the next one gets
//! it as soon as nothing of the earlier one's commands is alive, and so never shares a folder with them.

use std::fs::{File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::time::Instant;

/// Its name in the worker's folder.
const NAME: &str = "worker.lock";

/// What is left of a killed worker dies within milliseconds, unless the system holds it.
const PATIENCE: Duration = Duration::from_secs(15);

/// Between two attempts.
const PAUSE: Duration = Duration::from_millis(10);

/// Why the folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LockError {
    /// Somebody has it.
    #[error(
        "the folder '{}' is used by another worker, or by a process that one left; stop it, or give this worker another \
         folder",
        .0.display()
    )]
    Busy(PathBuf),
    /// It cannot be made or written.
    #[error("cannot use the folder '{}': {source}", folder.display())]
    Folder {
        /// Which.
        folder: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

/// Takes the lock of a folder, which is made when it is absent. Closing the file, in every process, gives it back.
pub(crate) async fn take(folder: &Path) -> Result<File, LockError> {
    let unusable = |source| LockError::Folder {
        folder: folder.to_owned(),
        source,
    };
    std::fs::create_dir_all(folder).map_err(unusable)?;
    let file = File::options()
        .create(true)
        .append(true)
        // Windows locks no file that is only appended to.
        .read(true)
        .open(folder.join(NAME))
        .map_err(unusable)?;
    let until = Instant::now() + PATIENCE;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::Error(source)) if source.kind() == io::ErrorKind::Unsupported => {
                tracing::warn!(folder = %folder.display(), "this file system has no locks; two workers may meet there");
                return Ok(file);
            }
            Err(TryLockError::Error(source)) => return Err(unusable(source)),
            Err(TryLockError::WouldBlock) if Instant::now() >= until => {
                return Err(LockError::Busy(folder.to_owned()));
            }
            Err(TryLockError::WouldBlock) => tokio::time::sleep(PAUSE).await,
        }
    }
}
