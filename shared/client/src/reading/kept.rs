//! What was read of things that do not change any more, so that it is not asked for twice and is there without the master.

use bytes::Bytes;
use futures_util::future::{BoxFuture, FutureExt};
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Keeps what was read, for one master. What it drops is read again.
pub trait Keep: Send + Sync {
    /// What was put under this key.
    fn get<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Option<Bytes>>;

    /// Keeps a body under this key, in place of an earlier one.
    fn put(&self, key: String, body: Bytes);

    /// Forgets everything: the master's ids mean other things now.
    fn forget(&self);
}

/// Keeps in memory, up to a number of bytes.
pub struct Memory {
    most: usize,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    entries: HashMap<String, Entry>,
    bytes: usize,
    uses: u64,
}

struct Entry {
    body: Bytes,
    used: u64,
}

impl Memory {
    /// Keeps at most so many bytes.
    pub fn new(most: usize) -> Memory {
        Memory {
            most,
            state: Mutex::default(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for Memory {
    fn default() -> Memory {
        Memory::new(8 << 20)
    }
}

impl State {
    fn drop_least_used(&mut self) -> bool {
        let least = self
            .entries
            .iter()
            .min_by_key(|(_, entry)| entry.used)
            .map(|(key, _)| key.clone());
        let dropped = least.and_then(|key| self.entries.remove(&key));
        self.bytes -= dropped.as_ref().map_or(0, |entry| entry.body.len());
        dropped.is_some()
    }
}

impl Keep for Memory {
    fn get<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Option<Bytes>> {
        let mut state = self.lock();
        state.uses += 1;
        let now = state.uses;
        let found = state.entries.get_mut(key).map(|entry| {
            entry.used = now;
            entry.body.clone()
        });
        futures_util::future::ready(found).boxed()
    }

    fn put(&self, key: String, body: Bytes) {
        if body.len() > self.most / 4 {
            return;
        }
        let mut state = self.lock();
        state.uses += 1;
        let used = state.uses;
        state.bytes += body.len();
        if let Some(before) = state.entries.insert(key, Entry { body, used }) {
            state.bytes -= before.body.len();
        }
        while state.bytes > self.most && state.drop_least_used() {}
    }

    fn forget(&self) {
        *self.lock() = State::default();
    }
}
