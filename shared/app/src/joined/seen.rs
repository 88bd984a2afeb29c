//! What joined masters answered about things that do not change any more: in memory while it is looked at, and in the
//! store for the time without the master.

use crate::service::clock::now;
use bytes::Bytes;
use client::reading::{Keep, Memory};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use store::Store;
use tokio::sync::mpsc;
use tracing::debug;

/// Bytes that all masters' answers may take in the store.
const MOST: u64 = 256 << 20;

/// Bytes of one master's answers that stay in memory.
const IN_MEMORY: usize = 1 << 20;

/// Answers that wait to be written; more are not kept.
const WAITING: usize = 64;

/// One master's.
pub(super) struct Seen {
    store: Store,
    master: String,
    memory: Memory,
    writer: mpsc::Sender<Order>,
}

enum Order {
    Put(String, Bytes),
    Used(String),
    Forget,
}

impl Seen {
    /// Keeps under the master's id.
    pub fn of(store: &Store, id: i64) -> Seen {
        let (writer, orders) = mpsc::channel(WAITING);
        tokio::spawn(write(store.clone(), id.to_string(), orders));
        Seen {
            store: store.clone(),
            master: id.to_string(),
            memory: Memory::new(IN_MEMORY),
            writer,
        }
    }

    fn order(&self, order: Order) {
        // What is not written is read from the master again.
        let _ = self.writer.try_send(order);
    }
}

impl Keep for Seen {
    fn get<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Option<Bytes>> {
        async move {
            if let Some(body) = self.memory.get(key).await {
                return Some(body);
            }
            let (master, wanted) = (self.master.clone(), key.to_owned());
            let read = self.store.read(move |c| store::seen::get(c, &master, &wanted)).await;
            let body = Bytes::from(read.ok().flatten()?);
            self.memory.put(key.to_owned(), body.clone());
            self.order(Order::Used(key.to_owned()));
            Some(body)
        }
        .boxed()
    }

    fn put(&self, key: String, body: Bytes) {
        self.memory.put(key.clone(), body.clone());
        self.order(Order::Put(key, body));
    }

    fn forget(&self) {
        self.memory.forget();
        self.order(Order::Forget);
    }
}

async fn write(store: Store, master: String, mut orders: mpsc::Receiver<Order>) {
    while let Some(order) = orders.recv().await {
        let master = master.clone();
        let written = store.write(move |c| match order {
            Order::Put(key, body) => store::seen::put(c, &master, &key, &body, now(), MOST),
            Order::Used(key) => store::seen::touch(c, &master, &key, now()),
            Order::Forget => store::seen::forget(c, &master),
        });
        if let Err(error) = written.await {
            debug!("what was seen of a master is not kept: {error}");
        }
    }
}
