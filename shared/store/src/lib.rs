//! Where a master keeps what must outlive it: one SQLite database, one file of this crate per table.
//!
//! [`Store`] opens it, runs writes on one thread (waiting ones share a commit, and each is answered only when its
//! commit is on the disk) and reads on a few read-only connections. The functions for the tables are in the modules
//! named after them; each takes the connection or transaction that such a closure is given. Logs are different: their
//! lines arrive faster than rows should be written, so [`Logs`] collects, compresses and serves them.
//!
//! This crate must not know why anything is stored: no scheduling, no clock (every time is given), no HTTP.

mod build_properties;
pub mod build_requests;
pub mod build_sets;
pub mod builders;
pub mod builds;
pub mod change_sources;
pub mod changes;
mod check;
pub mod claims;
mod columns;
mod error;
pub mod log;
mod log_blocks;
pub mod logs;
pub mod masters;
mod ownership;
pub mod patches;
pub mod projects;
mod query;
mod readers;
pub mod schedulers;
mod schema;
pub mod seen;
pub mod settings;
pub mod source_stamps;
mod statistics;
pub mod steps;
pub mod tries;
pub mod watched;
pub mod workers;
mod writer;

pub use error::StoreError;
pub use log::{Ending, Lines, LogWriter, Logs, Raw};
pub use rusqlite;

use ownership::Ownership;
use readers::Readers;
use rusqlite::{Connection, Transaction};
use std::path::Path;
use std::sync::Arc;
use tokio::sync::{oneshot, watch};
use writer::Writer;

/// The open database. Clones share it; the last one gone, or [`Store::close`], gives it back.
#[derive(Clone, Debug)]
pub struct Store {
    writer: Writer,
    readers: Arc<Readers>,
    logs: Logs,
    trouble: watch::Receiver<Option<StoreError>>,
}

/// The key of [`Store::try_room`], and how much room it takes for a moment.
const ROOM: (&str, usize) = ("room", 1 << 20);

impl Store {
    /// Opens the database at `path`, making it or bringing it up to date if needed. Blocks for a moment.
    ///
    /// The folder must exist. The process owns the database until the store is closed; a second owner is refused with
    /// [`StoreError::Locked`]. A newer, foreign or damaged database is refused and left as it is.
    pub fn open(path: &Path) -> Result<Store, StoreError> {
        let ownership = Ownership::take(path)?;
        let connection = open_for_writing(path, schema::TABLES)?;
        let (tell, trouble) = watch::channel(None);
        let writer = Writer::start(connection, ownership, tell)?;
        let readers = Arc::new(Readers::new(path));
        let logs = Logs::start(writer.clone(), readers.clone())?;
        Ok(Store {
            writer,
            readers,
            logs,
            trouble,
        })
    }

    /// Runs `f` in a transaction; resolves when it is committed and synced.
    ///
    /// Writes that wait at the same time share one commit. An error of `f` takes back what `f` did and nothing else.
    /// The write happens also when the future is dropped. A panic of `f` is carried over to the caller.
    pub async fn write<T: Send + 'static>(
        &self,
        f: impl FnOnce(&Transaction) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (answer, wait) = oneshot::channel();
        self.writer.submit(f, move |reply| {
            // Whoever asked may have stopped waiting.
            let _ = answer.send(reply);
        });
        settled(wait).await
    }

    /// [`Store::write`], and in the same transaction the last lines of logs that end and that they are complete: one
    /// sync where there would be two. When it fails, the logs stay incomplete.
    pub async fn write_with<T: Send + 'static>(
        &self,
        endings: Vec<Ending>,
        f: impl FnOnce(&Transaction) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        if endings.is_empty() {
            return self.write(f).await;
        }
        let (answer, wait) = oneshot::channel();
        self.logs.end_with(endings, f, move |reply| {
            let _ = answer.send(reply);
        });
        settled(wait).await
    }

    /// Runs `f` on a read-only connection; all that it reads is of one moment.
    pub async fn read<T: Send + 'static>(
        &self,
        f: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        readers::read(&self.readers, f).await
    }

    /// What keeps everything from being written, for example a full disk, as the last write found it; and each change
    /// of that.
    pub fn trouble(&self) -> watch::Receiver<Option<StoreError>> {
        self.trouble.clone()
    }

    /// Finds out whether there is room again, by taking some for a moment.
    pub async fn try_room(&self) -> Result<(), StoreError> {
        let (key, size) = ROOM;
        let filler = " ".repeat(size).into();
        self.write(move |c| settings::set(c, key, &filler)).await?;
        self.write(move |c| settings::remove(c, key)).await
    }

    /// The lines of logs.
    pub fn logs(&self) -> &Logs {
        &self.logs
    }

    /// Examines the whole database; what is wrong, in words. Empty when all is well. Takes a while on a large one.
    pub async fn check(&self) -> Result<Vec<String>, StoreError> {
        self.read(check::check).await
    }

    /// Gives back the memory that past work left for work to come: pages of the database, and connections that nobody
    /// uses. What is needed again is read again, in milliseconds.
    pub async fn give_back(&self) -> Result<(), StoreError> {
        self.readers.give_back();
        self.write(|c| c.execute_batch("PRAGMA shrink_memory")).await
    }

    /// Stores what waits, ends all work and gives the database back. Later reads and writes are [`StoreError::Gone`].
    pub async fn close(&self) {
        self.logs.close().await;
        self.readers.close().await;
        self.writer.close().await;
    }
}

/// What a write came to; a panic of the caller's own closure goes on in the caller.
async fn settled<T>(wait: oneshot::Receiver<writer::Reply<T>>) -> Result<T, StoreError> {
    match wait.await {
        Ok(Ok(result)) => result,
        Ok(Err(payload)) => std::panic::resume_unwind(payload),
        Err(_) => Err(StoreError::Gone),
    }
}

/// The connection of the writing thread, with the schema brought up to date.
fn open_for_writing(path: &Path, tables: &[&[schema::Migration]]) -> Result<Connection, StoreError> {
    let mut connection = Connection::open(path)?;
    connection.busy_timeout(std::time::Duration::from_secs(10))?;
    connection.set_prepared_statement_cache_capacity(128);
    schema::refuse_foreign(&connection, path, tables)?;
    let mode: String = connection.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))?;
    if mode != "wal" {
        return Err(StoreError::other(format!(
            "{} does not allow a write-ahead log ({mode})",
            path.display()
        )));
    }
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "cache_size", -2048)?;
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    connection.pragma_update(None, "journal_size_limit", 16 << 20)?;
    schema::migrate(&mut connection, path, tables)?;
    Ok(connection)
}
