//! Files on their way between a worker and the master (`worker-protocol-pb` §5), as one link sees them.
//!
//! A step offers what the worker may read, or opens what it may write; the worker names it by its id. Disk work runs
//! on a thread per file, one block ahead of the worker. The link hands blocks over and waits when the disk is slower:
//! memory stays flat. Which paths a step may name is the step's business.

mod archive;
mod folder;
mod part;
mod reader;
mod upload;

pub use part::sweep;
pub use upload::{Destination, Form, Upload};

use bytes::Bytes;
use std::collections::HashMap;
use std::fs::File;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::mpsc;
use wire::worker::{Answer, Failure, TransferId};

/// So many calls of a worker wait for the disk, then the link waits.
const WAITING: usize = 2;

/// What a worker asks of a transfer, and where the answer goes.
struct Order {
    ask: Ask,
    answer: Reply,
}

/// Takes the answer to a call.
pub type Reply = Box<dyn FnOnce(Result<Answer, Failure>) + Send>;

/// What a worker asks of a transfer.
#[derive(Clone, Debug, PartialEq)]
pub enum Ask {
    /// The next at most so many bytes; none at the end.
    Read(usize),
    /// Reading is over.
    CloseReader,
    /// The next bytes.
    Write(Bytes),
    /// The file is whole.
    CloseWriter,
    /// Seconds of last access and last change.
    SetTimes(f64, f64),
    /// The archive is whole.
    Unpack,
}

/// The transfers of one link. Clones share them.
#[derive(Clone, Default)]
pub struct Transfers {
    open: Arc<Mutex<HashMap<TransferId, Open>>>,
    last: Arc<AtomicI64>,
}

/// Who serves a transfer.
#[derive(Clone)]
enum Open {
    /// A content in memory: what is left of it.
    Content(Bytes),
    /// A thread.
    Thread(mpsc::Sender<Order>),
}

/// Something that the worker may read or write; no more when this is dropped.
#[derive(Debug)]
pub struct Offer {
    /// How the worker names it.
    pub id: TransferId,
    transfers: Transfers,
}

impl Transfers {
    fn lock(&self) -> MutexGuard<'_, HashMap<TransferId, Open>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn enter(&self, open: Open) -> Offer {
        let id = self.last.fetch_add(1, Ordering::Relaxed) + 1;
        self.lock().insert(id, open);
        Offer {
            id,
            transfers: self.clone(),
        }
    }

    /// Offers `content` for one reading from start to end.
    pub fn offer(&self, content: Bytes) -> Offer {
        self.enter(Open::Content(content))
    }

    /// Offers what is in `file` for one reading from start to end.
    pub fn offer_file(&self, file: File) -> Offer {
        let (orders, inbox) = mpsc::channel(WAITING);
        tokio::task::spawn_blocking(move || reader::serve(file, inbox));
        self.enter(Open::Thread(orders))
    }

    /// Hands a call of the worker to its transfer. Waits while that has enough to do.
    pub async fn hand(&self, id: TransferId, ask: Ask, answer: Reply) {
        let open = match (self.lock().get_mut(&id), &ask) {
            (Some(Open::Content(left)), Ask::Read(length)) => {
                let block = left.split_to((*length).min(left.len()));
                return answer(Ok(Answer::Bytes(block)));
            }
            (Some(open), _) => Some(open.clone()),
            (None, _) => None,
        };
        match (open, ask) {
            (Some(Open::Thread(orders)), ask) => {
                if let Err(gone) = orders.send(Order { ask, answer }).await {
                    (gone.0.answer)(Err(unknown(id)));
                }
            }
            (_, Ask::CloseReader) => {
                self.lock().remove(&id);
                answer(Ok(Answer::None));
            }
            (Some(Open::Content(_)), ask) => answer(Err(unfit(&ask))),
            (None, _) => answer(Err(unknown(id))),
        }
    }
}

impl std::fmt::Debug for Transfers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.lock().keys()).finish()
    }
}

impl Drop for Offer {
    fn drop(&mut self) {
        self.transfers.lock().remove(&self.id);
    }
}

fn unknown(id: TransferId) -> Failure {
    Failure {
        kind: "twisted.spread.flavors.NoSuchMethod".to_owned(),
        message: format!("no file is open as transfer {id}"),
    }
}

/// A reader is asked to write, and the like.
fn unfit(ask: &Ask) -> Failure {
    let method = match ask {
        Ask::Read(_) => "read",
        Ask::CloseReader | Ask::CloseWriter => "close",
        Ask::Write(_) => "write",
        Ask::SetTimes(..) => "utime",
        Ask::Unpack => "unpack",
    };
    Failure {
        kind: "twisted.spread.flavors.NoSuchMethod".to_owned(),
        message: format!("this transfer has no {method}"),
    }
}

fn failed(message: &str) -> Failure {
    Failure {
        kind: "builtins.OSError".to_owned(),
        message: message.to_owned(),
    }
}

/// The system's words for an error, without the number that the standard library adds.
pub fn words_of(error: &std::io::Error) -> String {
    let text = error.to_string();
    match text.split_once(" (os error") {
        Some((text, _)) => text.to_owned(),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::sync::oneshot;

    async fn ask(transfers: &Transfers, id: TransferId, ask: Ask) -> Result<Answer, Failure> {
        let (sender, answer) = oneshot::channel();
        let reply = Box::new(move |answer| drop(sender.send(answer)));
        transfers.hand(id, ask, reply).await;
        answer.await.expect("an answer")
    }

    fn bytes(text: &'static str) -> Result<Answer, Failure> {
        Ok(Answer::Bytes(Bytes::from_static(text.as_bytes())))
    }

    #[tokio::test]
    async fn a_content_is_read_once_and_withdrawn_with_its_offer() {
        let transfers = Transfers::default();
        let offer = transfers.offer(Bytes::from_static(b"abcde"));
        assert_eq!(ask(&transfers, offer.id, Ask::Read(3)).await, bytes("abc"));
        assert_eq!(ask(&transfers, offer.id, Ask::Read(3)).await, bytes("de"));
        assert_eq!(ask(&transfers, offer.id, Ask::Read(3)).await, bytes(""));
        assert!(ask(&transfers, offer.id, Ask::Unpack).await.is_err());
        let id = offer.id;
        drop(offer);
        assert_eq!(ask(&transfers, id, Ask::Read(3)).await, Err(unknown(id)));
    }

    #[tokio::test]
    async fn a_file_is_read_in_the_blocks_that_are_asked_for() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("file");
        std::fs::write(&path, "abcdefg").expect("a file");
        let transfers = Transfers::default();
        let offer = transfers.offer_file(File::open(&path).expect("it opens"));
        assert_eq!(ask(&transfers, offer.id, Ask::Read(3)).await, bytes("abc"));
        assert_eq!(ask(&transfers, offer.id, Ask::Read(0)).await, bytes(""));
        assert_eq!(ask(&transfers, offer.id, Ask::Read(usize::MAX)).await, bytes("defg"));
        assert_eq!(ask(&transfers, offer.id, Ask::Read(3)).await, bytes(""));
        assert!(ask(&transfers, offer.id, Ask::Write(Bytes::new())).await.is_err());
        assert_eq!(ask(&transfers, offer.id, Ask::CloseReader).await, Ok(Answer::None));
        assert!(ask(&transfers, offer.id, Ask::Read(3)).await.is_err());
    }
}
