//! The lines of logs: collected, compressed and stored while they come, and readable all the while.
//!
//! A growing log has a *tail* in memory: the block that is being filled, and full blocks on their way to the disk. One
//! thread compresses, the store's writing thread stores, several blocks in one transaction. A reader takes the tail
//! first and the rest from the table; a block leaves the tail only after its commit, so nothing is ever missed. When
//! the disk is slower than the output, [`LogWriter::append`] waits: memory per log is bounded.

mod growing;
mod packing;
mod raw;
mod reading;
mod search;

pub use packing::{Ending, LogWriter};
pub use raw::Raw;
pub use reading::Lines;

use crate::StoreError;
use crate::readers::Readers;
use crate::writer::{Reply, Writer};
use growing::{Growing, Snapshot};
use model::{Log, LogId};
use packing::Packer;
use rusqlite::Transaction;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::watch;

/// The logs that grow now.
#[derive(Debug, Default)]
pub(crate) struct Registry(Mutex<HashMap<LogId, Arc<Growing>>>);

impl Registry {
    fn lock(&self) -> MutexGuard<'_, HashMap<LogId, Arc<Growing>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn get(&self, id: LogId) -> Option<Arc<Growing>> {
        self.lock().get(&id).cloned()
    }

    /// Forgets `growing`, unless another writer was opened since.
    fn remove(&self, growing: &Arc<Growing>) {
        let mut logs = self.lock();
        if logs
            .get(&growing.log.id)
            .is_some_and(|known| Arc::ptr_eq(known, growing))
        {
            logs.remove(&growing.log.id);
        }
    }

    fn all(&self) -> Vec<Arc<Growing>> {
        self.lock().values().cloned().collect()
    }
}

/// All logs of a store. Clones share it.
#[derive(Clone, Debug)]
pub struct Logs {
    registry: Arc<Registry>,
    packer: Packer,
    readers: Arc<Readers>,
}

impl Logs {
    pub(crate) fn start(writer: Writer, readers: Arc<Readers>) -> Result<Logs, StoreError> {
        let registry = Arc::new(Registry::default());
        let packer = Packer::start(writer, registry.clone())?;
        Ok(Logs {
            registry,
            packer,
            readers,
        })
    }

    /// Begins to write a log that [`crate::logs::insert`] made and that is not complete. One writer at a time.
    pub fn open(&self, log: Log) -> LogWriter {
        let growing = Arc::new(Growing::new(log));
        self.registry.lock().insert(growing.log.id, growing.clone());
        LogWriter::new(growing, self.packer.clone())
    }

    /// The number of lines of a growing log, and each change of it. `None` when it does not grow; when it stops to
    /// grow, the sender is gone.
    pub fn watch(&self, id: LogId) -> Option<watch::Receiver<i64>> {
        self.registry.get(id)?.watch()
    }

    /// `log` as a row, with the number of lines that it has by now.
    pub fn current(&self, mut log: Log) -> Log {
        if let Some(growing) = self.registry.get(log.id) {
            log.num_lines = growing.num_lines();
        }
        log
    }

    /// What is not surely in the table.
    fn tail(&self, id: LogId) -> Option<Snapshot> {
        Some(self.registry.get(id)?.snapshot())
    }

    /// Has `work` and the last of `endings` stored in one transaction.
    pub(crate) fn end_with<T: Send + 'static>(
        &self,
        endings: Vec<Ending>,
        work: impl FnOnce(&Transaction) -> rusqlite::Result<T> + Send + 'static,
        done: impl FnOnce(Reply<T>) + Send + 'static,
    ) {
        self.packer.end_with(endings, work, done);
    }

    /// Stores what was appended so far; nothing more can be.
    pub(crate) async fn close(&self) {
        self.packer.close().await;
    }
}
