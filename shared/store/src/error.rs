//! What can go wrong with the store, told apart by what a person can do about it.

use rusqlite::ErrorCode;
use std::io;
use std::path::{Path, PathBuf};

/// Why the store could not be opened, read or written.
#[derive(Clone, Debug, thiserror::Error)]
pub enum StoreError {
    /// Another process owns the database.
    #[error("{} is locked by another Outpost{}; stop that one first, or use it", path.display(), of_pid(*pid))]
    Locked {
        /// The database.
        path: PathBuf,
        /// The owner, if it could be read.
        pid: Option<u32>,
    },
    /// A later version of this program wrote the database. It was left as it is.
    #[error(
        "{} has schema {found}, and this version knows up to {known}; use the newer Outpost, or the copy made before the update",
        path.display()
    )]
    Newer {
        /// The database.
        path: PathBuf,
        /// Its schema's number.
        found: u32,
        /// The last number that this program knows.
        known: u32,
    },
    /// A database of another program. It was left as it is.
    #[error("{} is a database of another program; choose another place for Outpost's", path.display())]
    Foreign {
        /// The database.
        path: PathBuf,
    },
    /// What is in the file is no intact database.
    #[error("the database is damaged ({reason}); put back a copy, or move it away to begin a new one")]
    Corrupt {
        /// SQLite's words.
        reason: String,
    },
    /// No room left on the disk. Nothing of the failed write was kept.
    #[error("no room on the disk for the database; nothing was lost, but nothing new is kept until there is room")]
    Full,
    /// The file or its folder may not be written.
    #[error("the database cannot be written ({reason}); check the owner and the rights of its folder")]
    ReadOnly {
        /// SQLite's or the system's words.
        reason: String,
    },
    /// The store was closed.
    #[error("the store is closed")]
    Gone,
    /// Everything else.
    #[error("the database failed: {reason}")]
    Other {
        /// SQLite's or the system's words.
        reason: String,
    },
}

/// ` (pid N)`, if known.
fn of_pid(pid: Option<u32>) -> String {
    pid.map(|pid| format!(" (pid {pid})")).unwrap_or_default()
}

/// The shared index beside the log could not grow, which happens for lack of room only.
const SHARED_INDEX_SIZE: i32 = rusqlite::ffi::SQLITE_IOERR_SHMSIZE;

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> StoreError {
        StoreError::from(&error)
    }
}

impl From<&rusqlite::Error> for StoreError {
    fn from(error: &rusqlite::Error) -> StoreError {
        let reason = error.to_string();
        if error
            .sqlite_error()
            .is_some_and(|e| e.extended_code == SHARED_INDEX_SIZE)
        {
            return StoreError::Full;
        }
        if let rusqlite::Error::FromSqlConversionFailure(..) = error {
            return StoreError::Corrupt { reason };
        }
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => StoreError::Full,
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => StoreError::Corrupt { reason },
            Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied | ErrorCode::CannotOpen) => {
                StoreError::ReadOnly { reason }
            }
            _ => StoreError::Other { reason },
        }
    }
}

impl StoreError {
    /// The error of a file operation on `path`.
    pub(crate) fn of_file(path: &Path, error: &io::Error) -> StoreError {
        let reason = format!("{}: {error}", path.display());
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => StoreError::Full,
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => StoreError::ReadOnly { reason },
            _ => StoreError::Other { reason },
        }
    }

    /// Whether it is no fault of one write: nothing can be written until somebody sets it right.
    pub fn stops_all_writes(&self) -> bool {
        matches!(
            self,
            StoreError::Full | StoreError::ReadOnly { .. } | StoreError::Corrupt { .. }
        )
    }

    /// Anything else, in words.
    pub(crate) fn other(reason: impl ToString) -> StoreError {
        StoreError::Other {
            reason: reason.to_string(),
        }
    }
}
