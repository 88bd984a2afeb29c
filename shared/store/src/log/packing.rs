//! Writing a log: lines in, compressed blocks to the writing thread.

use super::Registry;
use super::growing::{Block, Growing};
use crate::writer::{Reply, Writer};
use crate::{StoreError, log_blocks, logs};
use log_blocks::Packed;
use model::Log;
use rusqlite::Transaction;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use tokio::sync::oneshot;

/// zstd's level: the fastest of the ordinary ones.
const LEVEL: i32 = 1;

/// Blocks in one transaction: long enough to be worth a sync, short enough for other writes not to wait.
const TOGETHER: usize = 16;

enum Message {
    /// The log has full blocks.
    Full(Arc<Growing>),
    /// The log ends, complete or not; whoever waits is told when that is stored.
    End {
        growing: Arc<Growing>,
        complete: bool,
        done: Option<oneshot::Sender<Result<(), StoreError>>>,
    },
    /// The logs end, and how that is stored is decided by `with`.
    Endings { logs: Vec<Arc<Growing>>, with: StoreLasts },
    /// Store what there is of all logs, then end.
    Close(oneshot::Sender<()>),
}

/// Has what is left of logs stored.
type StoreLasts = Box<dyn FnOnce(&Writer, Vec<Last>) + Send>;

/// What is left of a log that ends.
struct Last {
    growing: Arc<Growing>,
    blocks: usize,
    packed: rusqlite::Result<Vec<Packed>>,
    end: i64,
    registry: Arc<Registry>,
}

/// The way to the compressing thread.
#[derive(Clone, Debug)]
pub(crate) struct Packer {
    messages: mpsc::Sender<Message>,
}

impl Packer {
    /// Starts the thread; it ends when the last handle is gone.
    pub(crate) fn start(writer: Writer, registry: Arc<Registry>) -> Result<Packer, StoreError> {
        let mut work = Work {
            zstd: compressor()?,
            writer,
            registry,
        };
        let (messages, inbox) = mpsc::channel();
        std::thread::Builder::new()
            .name("store-logs".into())
            .spawn(move || work.serve(&inbox))
            .map_err(StoreError::other)?;
        Ok(Packer { messages })
    }

    /// Has the last of `endings` stored in one transaction with `work`. `done` is called on the writing thread.
    pub(crate) fn end_with<T: Send + 'static>(
        &self,
        endings: Vec<Ending>,
        work: impl FnOnce(&Transaction) -> rusqlite::Result<T> + Send + 'static,
        done: impl FnOnce(Reply<T>) + Send + 'static,
    ) {
        let logs = endings.into_iter().map(Ending::taken).collect();
        let with = Box::new(move |writer: &Writer, lasts: Vec<Last>| store_lasts(writer, lasts, work, done));
        // A thread that is gone drops `done`, and whoever waits hears of that.
        let _ = self.messages.send(Message::Endings { logs, with });
    }

    /// Stores what was appended so far and ends the thread.
    pub(crate) async fn close(&self) {
        let (closed, wait) = oneshot::channel();
        if self.messages.send(Message::Close(closed)).is_ok() {
            // An error means that somebody else closed it first.
            let _ = wait.await;
        }
    }
}

fn compressor() -> Result<zstd::bulk::Compressor<'static>, StoreError> {
    zstd::bulk::Compressor::new(LEVEL).map_err(StoreError::other)
}

/// What the compressing thread has.
struct Work {
    zstd: zstd::bulk::Compressor<'static>,
    writer: Writer,
    registry: Arc<Registry>,
}

impl Work {
    fn serve(&mut self, inbox: &mpsc::Receiver<Message>) {
        while let Ok(message) = inbox.recv() {
            match message {
                Message::Full(growing) => self.store_full(&growing),
                Message::End {
                    growing,
                    complete,
                    done,
                } => self.end(growing, complete, done),
                Message::Endings { logs, with } => {
                    let lasts = logs.into_iter().map(|growing| self.last(growing)).collect();
                    with(&self.writer, lasts);
                }
                Message::Close(closed) => {
                    for growing in self.registry.all() {
                        growing.seal();
                        growing.stop(StoreError::Gone);
                        self.store_full(&growing);
                    }
                    // Whoever asked may have stopped waiting.
                    let _ = closed.send(());
                    return;
                }
            }
        }
    }

    /// Sends all full blocks on their way.
    fn store_full(&mut self, growing: &Arc<Growing>) {
        loop {
            let blocks = growing.take_full(TOGETHER);
            if blocks.is_empty() {
                return;
            }
            self.send(growing, &blocks, false, |_| ());
        }
    }

    /// Stores what is left; the last of it and how the log ended share a transaction.
    fn end(&mut self, growing: Arc<Growing>, complete: bool, done: Option<oneshot::Sender<Result<(), StoreError>>>) {
        let blocks = self.last_blocks(&growing);
        let (registry, ending) = (self.registry.clone(), growing.clone());
        self.send(&growing, &blocks, complete, move |result| {
            registry.remove(&ending);
            ending.end();
            if let Some(done) = done {
                // Whoever asked may have stopped waiting.
                let _ = done.send(result);
            }
        });
    }

    /// Sends all but the last blocks on their way, and gives these.
    fn last_blocks(&mut self, growing: &Arc<Growing>) -> Vec<Arc<Block>> {
        growing.seal();
        loop {
            let blocks = growing.take_full(TOGETHER);
            if blocks.len() < TOGETHER {
                return blocks;
            }
            self.send(growing, &blocks, false, |_| ());
        }
    }

    fn last(&mut self, growing: Arc<Growing>) -> Last {
        let blocks = self.last_blocks(&growing);
        Last {
            blocks: blocks.len(),
            packed: self.pack(&blocks),
            end: end_of(&growing, &blocks),
            registry: self.registry.clone(),
            growing,
        }
    }

    /// Has `blocks` stored, and calls `then` when they are, or are not.
    fn send(
        &mut self,
        growing: &Arc<Growing>,
        blocks: &[Arc<Block>],
        complete: bool,
        then: impl FnOnce(Result<(), StoreError>) + Send + 'static,
    ) {
        let packed = self.pack(blocks);
        let count = blocks.len();
        let end = end_of(growing, blocks);
        let (of_work, of_reply) = (growing.clone(), growing.clone());
        self.writer.submit(
            move |t| {
                let stored = packed.and_then(|packed| store(t, &of_work, &packed, end, complete));
                if stored.is_err() {
                    of_work.break_off();
                }
                stored
            },
            move |reply| {
                let result = match reply {
                    Ok(result) => result,
                    Err(_) => Err(StoreError::other("storing a log panicked")),
                };
                then(settle(&of_reply, count, result));
            },
        );
    }

    fn pack(&mut self, blocks: &[Arc<Block>]) -> rusqlite::Result<Vec<Packed>> {
        let pack = |block: &Arc<Block>| {
            let data = self.zstd.compress(block.text.as_bytes()).map_err(failed)?;
            Ok(Packed {
                first_line: block.first_line,
                num_lines: block.num_lines,
                bytes: block.text.len(),
                data,
            })
        };
        blocks.iter().map(pack).collect()
    }
}

/// The line after `blocks`.
fn end_of(growing: &Growing, blocks: &[Arc<Block>]) -> i64 {
    blocks
        .last()
        .map_or_else(|| growing.num_lines(), |last| last.first_line + last.num_lines)
}

/// Stores what is left of logs that end, in one transaction with `work`.
fn store_lasts<T: Send + 'static>(
    writer: &Writer,
    lasts: Vec<Last>,
    work: impl FnOnce(&Transaction) -> rusqlite::Result<T> + Send + 'static,
    done: impl FnOnce(Reply<T>) + Send + 'static,
) {
    let ending: Vec<_> = lasts
        .iter()
        .map(|last| (last.growing.clone(), last.blocks, last.registry.clone()))
        .collect();
    writer.submit(
        move |t| {
            for last in lasts {
                store(t, &last.growing, &last.packed?, last.end, true)?;
            }
            work(t)
        },
        move |reply| {
            for (growing, blocks, registry) in ending {
                let result = match &reply {
                    Ok(Ok(_)) => Ok(()),
                    Ok(Err(error)) => Err(error.clone()),
                    Err(_) => Err(StoreError::other("the write that a log ended with panicked")),
                };
                // The caller is told by `reply`.
                let _ = settle(&growing, blocks, result);
                registry.remove(&growing);
                growing.end();
            }
            done(reply);
        },
    );
}

fn failed(error: impl std::error::Error + Send + Sync + 'static) -> rusqlite::Error {
    rusqlite::Error::ToSqlConversionFailure(Box::new(error))
}

/// Appends to the table, unless earlier blocks failed: a log has no gaps.
fn store(t: &Transaction, growing: &Growing, packed: &[Packed], end: i64, complete: bool) -> rusqlite::Result<()> {
    if growing.is_broken_off() {
        return Err(failed(StoreError::other("an earlier part of the log was not stored")));
    }
    log_blocks::insert(t, growing.log.id, packed)?;
    logs::set_stored(t, growing.log.id, end, complete)
}

/// Notes what the commit did. The first error of a log is the one that is told.
fn settle(growing: &Growing, blocks: usize, result: Result<(), StoreError>) -> Result<(), StoreError> {
    match result {
        Ok(()) => {
            growing.stored(blocks);
            Ok(())
        }
        Err(error) => Err(growing.fail(error)),
    }
}

/// Writes one log. When it is dropped before [`LogWriter::finish`], what was appended is stored and the log stays
/// incomplete.
#[derive(Debug)]
pub struct LogWriter {
    growing: Arc<Growing>,
    packer: Packer,
    finished: AtomicBool,
}

impl LogWriter {
    pub(crate) fn new(growing: Arc<Growing>, packer: Packer) -> LogWriter {
        LogWriter {
            growing,
            packer,
            finished: AtomicBool::new(false),
        }
    }

    /// Appends whole lines of `stream` (`o`, `e` or `h`; without meaning unless the log is a `stdio`). A last line
    /// without its end counts as whole. A line longer than 32 KiB becomes several.
    ///
    /// Readers see the lines at once. Waits only when the disk is megabytes behind. An error says that an earlier part
    /// could not be stored, or that the log is finished; the lines are dropped then.
    pub async fn append(&self, stream: char, text: &str) -> Result<(), StoreError> {
        let mut rest = text;
        loop {
            let (left, full) = self.growing.push(stream, rest)?;
            if full {
                self.send(Message::Full(self.growing.clone()));
            }
            if left.is_empty() {
                return Ok(());
            }
            rest = left;
            self.growing.wait_for_room().await;
        }
    }

    /// The log as a row, with the lines appended so far.
    pub fn log(&self) -> Log {
        Log {
            num_lines: self.growing.num_lines(),
            ..self.growing.log.clone()
        }
    }

    /// Ends the log: resolves when all its lines, and that it is complete, are on the disk. Gives the final row.
    pub async fn finish(&self) -> Result<Log, StoreError> {
        if self.finished.swap(true, Ordering::AcqRel) {
            return Err(StoreError::other("the log is finished already"));
        }
        let (done, wait) = oneshot::channel();
        self.growing.stop(StoreError::other("the log is finished already"));
        self.send(Message::End {
            growing: self.growing.clone(),
            complete: true,
            done: Some(done),
        });
        wait.await.unwrap_or(Err(StoreError::Gone))?;
        Ok(Log {
            complete: true,
            ..self.log()
        })
    }

    /// Ends the log with the next [`crate::Store::write_with`]: nothing more can be appended.
    pub fn end(self) -> Ending {
        self.growing.stop(StoreError::other("the log is finished already"));
        Ending(self)
    }

    fn send(&self, message: Message) {
        if self.packer.messages.send(message).is_err() {
            self.growing.stop(StoreError::Gone);
        }
    }
}

impl Drop for LogWriter {
    fn drop(&mut self) {
        if !*self.finished.get_mut() {
            self.growing.stop(StoreError::Gone);
            self.send(Message::End {
                growing: self.growing.clone(),
                complete: false,
                done: None,
            });
        }
    }
}

/// A log that ends with a write that is still to come. Dropped without one, the log stays incomplete.
#[derive(Debug)]
pub struct Ending(LogWriter);

impl Ending {
    /// The final row, as it will be.
    pub fn log(&self) -> Log {
        Log {
            complete: true,
            ..self.0.log()
        }
    }

    fn taken(mut self) -> Arc<Growing> {
        *self.0.finished.get_mut() = true;
        self.0.growing.clone()
    }
}
