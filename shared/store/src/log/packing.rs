//! Writing a log: lines in, compressed blocks to the writing thread.

use super::Registry;
use super::growing::{Block, Growing};
use crate::writer::Writer;
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
    /// Store what there is of all logs, then end.
    Close(oneshot::Sender<()>),
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
        growing.seal();
        loop {
            let blocks = growing.take_full(TOGETHER);
            if blocks.len() == TOGETHER {
                self.send(&growing, &blocks, false, |_| ());
                continue;
            }
            let (registry, ending) = (self.registry.clone(), growing.clone());
            self.send(&growing, &blocks, complete, move |result| {
                registry.remove(&ending);
                ending.end();
                if let Some(done) = done {
                    // Whoever asked may have stopped waiting.
                    let _ = done.send(result);
                }
            });
            return;
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
        let end = blocks
            .last()
            .map_or_else(|| growing.num_lines(), |last| last.first_line + last.num_lines);
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
