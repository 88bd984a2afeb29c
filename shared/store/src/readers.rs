//! A few read-only connections, opened when first needed.

use crate::StoreError;
use rusqlite::{Connection, OpenFlags};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::Semaphore;

/// Reads at the same time; more would not be faster on small machines and each keeps a page cache.
const READERS: usize = 4;

/// The idle connections and the right to use one.
#[derive(Debug)]
pub(crate) struct Readers {
    path: PathBuf,
    idle: Mutex<Vec<Connection>>,
    free: Arc<Semaphore>,
}

impl Readers {
    /// Readers of the database at `path`; none is opened yet.
    pub(crate) fn new(path: &Path) -> Readers {
        Readers {
            path: path.to_owned(),
            idle: Mutex::default(),
            free: Arc::new(Semaphore::new(READERS)),
        }
    }

    /// Runs `work` on one connection in one read transaction, so that all its statements see the same state.
    /// Blocks; the caller holds a turn.
    fn run<T>(&self, work: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, StoreError> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let connection = match idle {
            Some(connection) => connection,
            None => open(&self.path)?,
        };
        let transaction = connection.unchecked_transaction()?;
        let result = work(&transaction);
        transaction.rollback()?;
        if !self.free.is_closed() {
            self.idle
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(connection);
        }
        Ok(result?)
    }

    /// Ends the connections that nobody uses.
    pub(crate) fn give_back(&self) {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// No further reads; waits for those that run.
    pub(crate) async fn close(&self) {
        // Fails only when closed already.
        let _ = self.free.acquire_many(READERS as u32).await;
        self.free.close();
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

/// Runs `work` on a thread where it may block, when one of the connections is free.
pub(crate) async fn read<T: Send + 'static>(
    readers: &Arc<Readers>,
    work: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
) -> Result<T, StoreError> {
    let turn = readers
        .free
        .clone()
        .acquire_owned()
        .await
        .map_err(|_| StoreError::Gone)?;
    let readers = readers.clone();
    let run = tokio::task::spawn_blocking(move || {
        let result = readers.run(work);
        drop(turn);
        result
    });
    match run.await {
        Ok(result) => result,
        Err(failed) if failed.is_panic() => std::panic::resume_unwind(failed.into_panic()),
        Err(_) => Err(StoreError::Gone),
    }
}

fn open(path: &Path) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(std::time::Duration::from_secs(10))?;
    connection.pragma_update(None, "cache_size", -1024)?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(connection)
}
