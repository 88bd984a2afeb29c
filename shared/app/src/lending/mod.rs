//! The workers that this machine lends to other masters: which there are, and keeping them on their masters.
//!
//! One task owns them; commands reach it by orders, and everybody sees the rows that it shows. A password is in the
//! keychain or, when the person wants that, in this process only.

mod keeper;
mod kept;
mod live;

pub(crate) use keeper::forget_password;
pub(crate) use kept::{Kept, secret};

use crate::api::Refusal;
use crate::api::lending::{LendingRow, LendingVerb};
use crate::news::Newsroom;
use crate::watching::Watching;
use keeper::{Keeper, Order};
use std::path::PathBuf;
use std::sync::Arc;
use store::Store;
use tokio::sync::{mpsc, oneshot, watch};

/// The handle. Clones share it.
#[derive(Clone, Debug)]
pub struct Lending {
    orders: mpsc::Sender<Order>,
    rows: watch::Receiver<Arc<Vec<LendingRow>>>,
}

impl Lending {
    /// Reads what was lent before. Nothing is lent until [`Lending::begin`].
    pub(crate) async fn open(store: Store, profile: String, newsroom: Newsroom, watching: Watching) -> Lending {
        let (show, rows) = watch::channel(Arc::default());
        let (orders, ordered) = mpsc::channel(16);
        let keeper = Keeper::open(store, profile, newsroom, watching, show).await;
        tokio::spawn(keeper.run(ordered));
        Lending { orders, rows }
    }

    /// Lends what is on. `shim` is this program, which watches over commands when it is started so.
    pub async fn begin(&self, shim: PathBuf) {
        let _ = self.orders.send(Order::Begin(shim)).await;
    }

    /// All lendings.
    pub fn rows(&self) -> Arc<Vec<LendingRow>> {
        self.rows.borrow().clone()
    }

    /// Adds one, or changes the one of its id; a password that is absent stays as it is.
    pub(crate) async fn put(&self, kept: Kept, password: Option<String>) -> Result<(), Refusal> {
        self.ask(|answer| Order::Put {
            kept: Box::new(kept),
            password,
            answer,
        })
        .await
    }

    /// Ends and forgets one.
    pub(crate) async fn remove(&self, id: i64) -> Result<(), Refusal> {
        self.ask(|answer| Order::Remove { id, answer }).await
    }

    /// Does something with one, or with all.
    pub async fn order(&self, id: Option<i64>, verb: LendingVerb) -> Result<(), Refusal> {
        self.ask(|answer| Order::Do { id, verb, answer }).await
    }

    /// Ends all of them, at once or after what runs. When this returns, nothing that they started is alive.
    pub async fn close(&self, finish: bool) {
        let (answer, closed) = oneshot::channel();
        if self.orders.send(Order::Close { finish, answer }).await.is_ok() {
            let _ = closed.await;
        }
    }

    async fn ask(&self, order: impl FnOnce(oneshot::Sender<Result<(), Refusal>>) -> Order) -> Result<(), Refusal> {
        let gone = || Refusal::unavailable("Outpost is ending");
        let (answer, answered) = oneshot::channel();
        self.orders.send(order(answer)).await.map_err(|_| gone())?;
        answered.await.map_err(|_| gone())?
    }
}
