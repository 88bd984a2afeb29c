//! Files on their way to a worker (`worker-protocol-pb` §5): what the master offers to be read.

use bytes::Bytes;
use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use wire::worker::TransferId;

/// The transfers of one link. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct Transfers {
    readers: Arc<Mutex<HashMap<TransferId, Bytes>>>,
    last: Arc<AtomicI64>,
}

/// A content that is offered; it is withdrawn when this is dropped.
#[derive(Debug)]
pub struct Offer {
    /// How the worker names it.
    pub id: TransferId,
    transfers: Transfers,
}

impl Transfers {
    fn lock(&self) -> MutexGuard<'_, HashMap<TransferId, Bytes>> {
        self.readers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Offers `content` for one reading from start to end.
    pub fn offer(&self, content: Bytes) -> Offer {
        let id = self.last.fetch_add(1, Ordering::Relaxed) + 1;
        self.lock().insert(id, content);
        Offer {
            id,
            transfers: self.clone(),
        }
    }

    /// The next at most `length` bytes; empty at the end. `None` when nothing of that id is offered.
    pub fn read(&self, id: TransferId, length: usize) -> Option<Bytes> {
        let mut readers = self.lock();
        let left = readers.get_mut(&id)?;
        Some(left.split_to(length.min(left.len())))
    }

    /// The reader needs no more.
    pub fn close(&self, id: TransferId) {
        self.lock().remove(&id);
    }
}

impl Drop for Offer {
    fn drop(&mut self) {
        self.transfers.close(self.id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_content_is_read_once_and_withdrawn_with_its_offer() {
        let transfers = Transfers::default();
        let offer = transfers.offer(Bytes::from_static(b"abcde"));
        assert_eq!(transfers.read(offer.id, 3).as_deref(), Some(&b"abc"[..]));
        assert_eq!(transfers.read(offer.id, 3).as_deref(), Some(&b"de"[..]));
        assert_eq!(transfers.read(offer.id, 3).as_deref(), Some(&b""[..]));
        let id = offer.id;
        drop(offer);
        assert_eq!(transfers.read(id, 3), None);
    }
}
