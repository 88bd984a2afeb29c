//! The one thread that writes: what waits at the same time shares one commit.
//!
//! Each write runs in a savepoint of its own, so that a failing one takes back only itself. Nothing is answered before
//! the commit that holds it is on the disk.

use crate::StoreError;
use crate::ownership::Ownership;
use rusqlite::{Connection, Transaction, TransactionBehavior};
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc;
use tokio::sync::{oneshot, watch};

/// At most this many writes share a commit, so that the first of them is not kept waiting.
const BATCH: usize = 256;

/// A write on its way through the thread.
trait Job: Send {
    /// Does the work. An error when it must be taken back.
    fn run(&mut self, transaction: &Transaction) -> Result<(), StoreError>;
    /// Tells how the commit ended.
    fn settle(self: Box<Self>, committed: Result<(), StoreError>);
}

enum Message {
    Job(Box<dyn Job>),
    Close(oneshot::Sender<()>),
}

/// How the work of a write ended, before its commit.
enum Outcome<T> {
    Done(rusqlite::Result<T>),
    Panicked(Box<dyn Any + Send>),
}

/// What a caller gets: the result, or the payload of a panic in its own closure.
pub(crate) type Reply<T> = Result<Result<T, StoreError>, Box<dyn Any + Send>>;

struct Write<F, T, D> {
    work: Option<F>,
    outcome: Option<Outcome<T>>,
    done: D,
}

impl<F, T, D> Job for Write<F, T, D>
where
    F: FnOnce(&Transaction) -> rusqlite::Result<T> + Send,
    T: Send,
    D: FnOnce(Reply<T>) + Send,
{
    fn run(&mut self, transaction: &Transaction) -> Result<(), StoreError> {
        let Some(work) = self.work.take() else {
            return Err(StoreError::Gone);
        };
        let outcome = match catch_unwind(AssertUnwindSafe(|| work(transaction))) {
            Ok(result) => Outcome::Done(result),
            Err(payload) => Outcome::Panicked(payload),
        };
        let keep = match &outcome {
            Outcome::Done(Ok(_)) => Ok(()),
            Outcome::Done(Err(error)) => Err(error.into()),
            Outcome::Panicked(_) => Err(StoreError::other("a write panicked")),
        };
        self.outcome = Some(outcome);
        keep
    }

    fn settle(self: Box<Self>, committed: Result<(), StoreError>) {
        let reply = match self.outcome {
            Some(Outcome::Panicked(payload)) => Err(payload),
            Some(Outcome::Done(Ok(value))) => Ok(committed.map(|()| value)),
            Some(Outcome::Done(Err(error))) => Ok(Err(error.into())),
            None => Ok(Err(committed.err().unwrap_or(StoreError::Gone))),
        };
        (self.done)(reply);
    }
}

/// The way to the writing thread. Dropping the last one ends it.
#[derive(Clone, Debug)]
pub(crate) struct Writer {
    messages: mpsc::Sender<Message>,
}

impl Writer {
    /// Starts the thread. It keeps the database owned until its connection is closed.
    /// `trouble` is kept up to date with what the disk or the database does not allow.
    pub(crate) fn start(
        connection: Connection,
        ownership: Ownership,
        trouble: watch::Sender<Option<StoreError>>,
    ) -> Result<Writer, StoreError> {
        let (messages, inbox) = mpsc::channel();
        std::thread::Builder::new()
            .name("store-writer".into())
            .spawn(move || {
                let asked = serve(&connection, &inbox, &trouble);
                if let Err((_, error)) = connection.close() {
                    tracing::warn!(%error, "the database was not closed cleanly");
                }
                drop(inbox);
                drop(ownership);
                if let Some(closed) = asked {
                    // Whoever asked may have stopped waiting.
                    let _ = closed.send(());
                }
            })
            .map_err(StoreError::other)?;
        Ok(Writer { messages })
    }

    /// Hands over `work`; `done` is called on the writing thread after the commit.
    pub(crate) fn submit<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Transaction) -> rusqlite::Result<T> + Send + 'static,
        done: impl FnOnce(Reply<T>) + Send + 'static,
    ) {
        let job = Write {
            work: Some(work),
            outcome: None,
            done,
        };
        if let Err(mpsc::SendError(Message::Job(job))) = self.messages.send(Message::Job(Box::new(job))) {
            job.settle(Err(StoreError::Gone));
        }
    }

    /// Ends the thread after what is already waiting; returns when the database is released.
    pub(crate) async fn close(&self) {
        let (closed, wait) = oneshot::channel();
        if self.messages.send(Message::Close(closed)).is_ok() {
            // An error means that somebody else closed it first.
            let _ = wait.await;
        }
    }
}

/// Serves until all senders are gone or one asks to close.
fn serve(
    connection: &Connection,
    inbox: &mpsc::Receiver<Message>,
    trouble: &watch::Sender<Option<StoreError>>,
) -> Option<oneshot::Sender<()>> {
    loop {
        match inbox.recv() {
            Ok(Message::Job(first)) => {
                if let Some(closed) = batch(connection, first, inbox, trouble) {
                    return Some(closed);
                }
            }
            Ok(Message::Close(closed)) => return Some(closed),
            Err(mpsc::RecvError) => return None,
        }
    }
}

/// Runs `first` and what else waits in one transaction. Gives the asker back if one of them was a `Close`.
fn batch(
    connection: &Connection,
    first: Box<dyn Job>,
    inbox: &mpsc::Receiver<Message>,
    trouble: &watch::Sender<Option<StoreError>>,
) -> Option<oneshot::Sender<()>> {
    let transaction = match Transaction::new_unchecked(connection, TransactionBehavior::Immediate) {
        Ok(transaction) => transaction,
        Err(error) => {
            let error = StoreError::from(error);
            tell(trouble, Some(&error));
            first.settle(Err(error));
            return None;
        }
    };
    let mut refused = None;
    let mut ran = Vec::new();
    let mut closed = None;
    let mut next = Some(first);
    let mut failed = None;
    while let Some(mut job) = next.take() {
        let whole = in_savepoint(&transaction, job.as_mut());
        ran.push(job);
        match whole {
            Ok(kept) => refused = refused.or(kept.err()),
            Err(error) => {
                failed = Some(error);
                break;
            }
        }
        if ran.len() < BATCH {
            match inbox.try_recv() {
                Ok(Message::Job(job)) => next = Some(job),
                Ok(Message::Close(asker)) => closed = Some(asker),
                Err(_) => {}
            }
        }
    }
    let committed = match failed {
        None => transaction.commit().map_err(StoreError::from),
        Some(error) => {
            // SQLite may have rolled back by itself; then there is nothing left to take back.
            drop(transaction);
            Err(error)
        }
    };
    tell(trouble, committed.as_ref().err().or(refused.as_ref()));
    for job in ran {
        job.settle(committed.clone());
    }
    closed
}

/// Keeps what is told of the disk up to date with how a batch ended. Mistakes of single writes are nobody else's matter.
fn tell(trouble: &watch::Sender<Option<StoreError>>, error: Option<&StoreError>) {
    let error = error.filter(|error| error.stops_all_writes());
    trouble.send_if_modified(|told| {
        let differs = told.as_ref().map(ToString::to_string) != error.map(ToString::to_string);
        if differs {
            *told = error.cloned();
        }
        differs
    });
}

/// Runs one job so that it can be taken back alone, and says whether it was. An error means that the whole transaction
/// is lost.
fn in_savepoint(transaction: &Transaction, job: &mut dyn Job) -> Result<Result<(), StoreError>, StoreError> {
    transaction.execute_batch("SAVEPOINT one")?;
    let kept = job.run(transaction);
    if transaction.is_autocommit() {
        // SQLite took back everything, as it may for lack of room.
        return Err(kept
            .err()
            .unwrap_or_else(|| StoreError::other("a write ended the transaction that it shares")));
    }
    transaction.execute_batch(if kept.is_ok() {
        "RELEASE one"
    } else {
        "ROLLBACK TO one; RELEASE one"
    })?;
    Ok(kept)
}
