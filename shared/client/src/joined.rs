//! A joined master, as its users hold it.

use crate::Http;
use crate::live::{Keeper, LinkState, Order, Rhythm, Shared};
use crate::picture::{Kept, News, Picture};
use model::{BuildId, BuilderId};
use std::sync::Arc;
use tokio::sync::{mpsc, watch};

/// News that may wait for their listener before they are put together.
const NEWS: usize = 256;

/// A master that is followed, until the last handle is gone or [`Joined::stop`] is called.
#[derive(Clone)]
pub struct Joined {
    http: Http,
    shared: Arc<Shared>,
    orders: mpsc::UnboundedSender<Order>,
}

/// Somebody watches a build: its steps and the lengths of its logs are told until this is dropped.
#[derive(Debug)]
pub struct Watch {
    build: BuildId,
    orders: mpsc::UnboundedSender<Order>,
}

impl Drop for Watch {
    fn drop(&mut self) {
        // The task may be over, and then nobody is told anything.
        let _ = self.orders.send(Order::Unwatch(self.build));
    }
}

impl Joined {
    /// Begins to follow the master, going on where an earlier run ended. The news are to be listened to; when their
    /// receiver is dropped, the master is no longer followed. Must be called inside a tokio runtime.
    pub fn start(http: Http, kept: Option<Kept>, rhythm: Rhythm) -> (Joined, mpsc::Receiver<News>) {
        let picture = kept.map_or_else(Picture::default, Picture::from_kept);
        let shared = Arc::new(Shared::new(picture));
        let (orders, ordered) = mpsc::unbounded_channel();
        let (tell, news) = mpsc::channel(NEWS);
        let keeper = Keeper::new(http.clone(), Arc::clone(&shared), rhythm, ordered, tell);
        tokio::spawn(keeper.run());
        let joined = Joined { http, shared, orders };
        (joined, news)
    }

    /// Its HTTP, for what is read and ordered besides the picture.
    pub fn http(&self) -> &Http {
        &self.http
    }

    /// How it stands with the master, and every change of that.
    pub fn link(&self) -> watch::Receiver<LinkState> {
        self.shared.link.subscribe()
    }

    /// Looks at the picture. It stands still meanwhile, so look quickly.
    pub fn with<T>(&self, look: impl FnOnce(&Picture) -> T) -> T {
        look(&self.shared.picture())
    }

    /// What to give to the next [`Joined::start`]; none before anything is known.
    pub fn kept(&self) -> Option<Kept> {
        self.shared.picture().kept()
    }

    /// Follows the steps and logs of a build: [`News::StepChanged`] and [`News::LogGrew`] tell of them, and
    /// [`Picture::watched`] has them, the logs of those steps that are not over when it begins.
    #[must_use = "it is watched until this is dropped"]
    pub fn watch_build(&self, build: BuildId) -> Watch {
        self.order(Order::Watch(build));
        Watch {
            build,
            orders: self.orders.clone(),
        }
    }

    /// Wants to know the last builds of a builder, because it is shown; [`News::HistoryRead`] tells when they are known.
    /// Asking again costs nothing.
    pub fn want_builder(&self, builder: BuilderId) {
        if self
            .shared
            .picture()
            .builder_of(builder)
            .is_some_and(|builder| !builder.is_read())
        {
            self.order(Order::Want(builder));
        }
    }

    /// Takes in that a build which is over built a diff, as was read of its set.
    pub fn note_patched(&self, builder: BuilderId, build: BuildId) {
        self.shared.picture().note_patched(builder, build);
    }

    /// Connects now: after signing in, when the network is back, when the machine woke up.
    pub fn reconnect_now(&self) {
        self.order(Order::Reconnect);
    }

    /// Follows the master no longer. The picture stays as it is.
    pub fn stop(&self) {
        self.order(Order::Stop);
    }

    fn order(&self, order: Order) {
        // After the end there is nobody to obey.
        let _ = self.orders.send(order);
    }
}
