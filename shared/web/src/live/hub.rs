//! Listeners, their subscriptions and their queues.

use super::tree::{ListenerId, Tree};
use axum::extract::ws::Utf8Bytes;
use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;
use wire::events::{News, Pattern, frame};
use wire::rest::text;

/// Frames that wait for a slow reader before it is dropped. They are shared with all other readers.
const MOST_WAITING: usize = 8192;
/// Bytes in them.
const MOST_BYTES: usize = 8 << 20;
/// Listeners at a time.
const MOST_LISTENERS: usize = 1000;
/// Subscriptions of one listener.
const MOST_SUBSCRIPTIONS: usize = 20_000;

/// Between writes to one listener passes so much time for each listener that there is, so that telling a crowd does
/// not take all of the processor: a write costs some microseconds, whatever is in it.
const PAUSE_EACH: Duration = Duration::from_micros(25);
/// A shorter pause is none: few listeners hear everything at once.
const SHORTEST_PAUSE: Duration = Duration::from_millis(1);

/// How a listener wants its frames.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dress {
    /// For `/ws`.
    Socket,
    /// For `/sse`.
    ServerSent,
}

/// Why a listener hears no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// It read too slowly.
    TooSlow,
    /// Events were lost before they could be handed to anybody.
    Lost,
}

impl End {
    /// For the listener's user; at most 123 bytes, as a close frame allows.
    pub const fn reason(self) -> &'static str {
        match self {
            End::TooSlow => "events were read too slowly; connect again and read what you show anew",
            End::Lost => "events were lost; connect again and read what you show anew",
        }
    }
}

/// A subscription that cannot be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("more than {MOST_SUBSCRIPTIONS} subscriptions on one connection; use * in their paths")]
pub struct TooMany;

/// All listeners. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct Hub {
    inside: Arc<Mutex<Inside>>,
    closing: CancellationToken,
}

#[derive(Debug, Default)]
struct Inside {
    tree: Tree,
    listeners: HashMap<ListenerId, Listener>,
    next: ListenerId,
    closed: bool,
}

#[derive(Debug)]
struct Listener {
    dress: Dress,
    queue: mpsc::Sender<Utf8Bytes>,
    bytes: Arc<AtomicUsize>,
    end: Option<oneshot::Sender<End>>,
    paths: HashSet<String>,
}

impl Listener {
    /// Whether there was room for the frame.
    fn give(&self, frame: &Utf8Bytes) -> bool {
        let before = self.bytes.fetch_add(frame.len(), Ordering::Relaxed);
        before < MOST_BYTES && self.queue.try_send(frame.clone()).is_ok()
    }
}

/// One listener's end. Dropping it takes back all its subscriptions.
#[derive(Debug)]
pub struct Ear {
    hub: Hub,
    id: ListenerId,
    /// What it hears.
    pub frames: Frames,
    /// Resolves to the reason when the listener is dropped; to an error when the master is gone.
    pub end: oneshot::Receiver<End>,
}

/// A listener's queue.
#[derive(Debug)]
pub struct Frames {
    queue: mpsc::Receiver<Utf8Bytes>,
    bytes: Arc<AtomicUsize>,
}

impl Frames {
    /// Adds waiting frames, in the order of publication, to `batch`, at most `most`; waits for the first. How many it
    /// were: none when nothing more will come.
    pub async fn next(&mut self, batch: &mut Vec<Utf8Bytes>, most: usize) -> usize {
        let count = self.queue.recv_many(batch, most).await;
        let bytes: usize = batch[batch.len() - count..].iter().map(|frame| frame.len()).sum();
        self.bytes.fetch_sub(bytes, Ordering::Relaxed);
        count
    }
}

impl Hub {
    /// A new listener without subscriptions; `None` when there are too many or the master is gone.
    pub fn listen(&self, dress: Dress) -> Option<Ear> {
        let (queue, frames) = mpsc::channel(MOST_WAITING);
        let bytes = Arc::new(AtomicUsize::new(0));
        let (ending, end) = oneshot::channel();
        let mut inside = self.inside();
        if inside.closed || inside.listeners.len() >= MOST_LISTENERS {
            return None;
        }
        let id = inside.next;
        inside.next += 1;
        let listener = Listener {
            dress,
            queue,
            bytes: bytes.clone(),
            end: Some(ending),
            paths: HashSet::new(),
        };
        inside.listeners.insert(id, listener);
        Some(Ear {
            hub: self.clone(),
            id,
            frames: Frames { queue: frames, bytes },
            end,
        })
    }

    /// Subscribes listener `id` to `path`; the same path again changes nothing.
    pub fn start(&self, id: ListenerId, path: &str) -> Result<(), TooMany> {
        let mut inside = self.inside();
        let Inside { tree, listeners, .. } = &mut *inside;
        let Some(listener) = listeners.get_mut(&id) else {
            return Ok(());
        };
        if listener.paths.len() >= MOST_SUBSCRIPTIONS && !listener.paths.contains(path) {
            return Err(TooMany);
        }
        if listener.paths.insert(path.to_owned()) {
            tree.add(&Pattern::new(path), id);
        }
        Ok(())
    }

    /// Takes back the subscription of listener `id` to `path`; whether there was one.
    pub fn stop(&self, id: ListenerId, path: &str) -> bool {
        let mut inside = self.inside();
        let Inside { tree, listeners, .. } = &mut *inside;
        let had = listeners
            .get_mut(&id)
            .is_some_and(|listener| listener.paths.remove(path));
        had && tree.remove(&Pattern::new(path), id)
    }

    /// Hands `news` to everybody who listens. The text of the body, and of each key's frame, is made at most once.
    pub fn publish(&self, news: &News) {
        let mut inside = self.inside();
        let mut body: Option<String> = None;
        let mut slow: Vec<ListenerId> = Vec::new();
        for key in &news.keys {
            let elements: Vec<&str> = key.split('/').collect();
            let (mut socket, mut server_sent): (Option<Utf8Bytes>, Option<Utf8Bytes>) = (None, None);
            inside.tree.visit(&elements, &mut |id| {
                let Some(listener) = inside.listeners.get(&id) else {
                    return;
                };
                let body = body.get_or_insert_with(|| text::compact(&news.body));
                let frame = match listener.dress {
                    Dress::Socket => socket.get_or_insert_with(|| frame::socket(key, body).into()),
                    Dress::ServerSent => server_sent.get_or_insert_with(|| frame::server_sent(key, body).into()),
                };
                if !listener.give(frame) {
                    slow.push(id);
                }
            });
        }
        for id in slow {
            inside.remove(id, Some(End::TooSlow));
        }
    }

    /// How long to collect frames before the next write to the same listener.
    pub fn pause(&self) -> Duration {
        let crowd = u32::try_from(self.inside().listeners.len()).unwrap_or(u32::MAX);
        let pause = PAUSE_EACH.saturating_mul(crowd);
        if pause < SHORTEST_PAUSE { Duration::ZERO } else { pause }
    }

    /// Whether nobody listens, so that events need not even be put into words.
    pub fn is_idle(&self) -> bool {
        self.inside().tree.is_empty()
    }

    /// Drops all listeners, telling them why.
    pub fn drop_all(&self, why: End) {
        let mut inside = self.inside();
        let ids: Vec<ListenerId> = inside.listeners.keys().copied().collect();
        for id in ids {
            inside.remove(id, Some(why));
        }
    }

    /// Resolves when the master is gone.
    pub async fn closed(&self) {
        self.closing.cancelled().await;
    }

    /// The master is gone: drops all listeners and takes no more.
    pub fn close(&self) {
        self.closing.cancel();
        let mut inside = self.inside();
        inside.closed = true;
        inside.tree = Tree::default();
        inside.listeners.clear();
    }

    fn inside(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inside {
    fn remove(&mut self, id: ListenerId, why: Option<End>) {
        let Some(mut listener) = self.listeners.remove(&id) else {
            return;
        };
        for path in &listener.paths {
            self.tree.remove(&Pattern::new(path), id);
        }
        if let (Some(end), Some(why)) = (listener.end.take(), why) {
            // The listener may be gone already.
            let _ = end.send(why);
        }
    }
}

impl Ear {
    /// The listener's name for [`Hub::start`] and [`Hub::stop`].
    pub fn id(&self) -> ListenerId {
        self.id
    }
}

impl Drop for Ear {
    fn drop(&mut self) {
        self.hub.inside().remove(self.id, None);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::Json;

    fn news(keys: &[&str]) -> News {
        News {
            keys: keys.iter().map(|key| (*key).to_owned()).collect(),
            body: Json::Null,
        }
    }

    async fn take(ear: &mut Ear) -> usize {
        let mut batch = Vec::new();
        ear.frames.next(&mut batch, usize::MAX >> 1).await
    }

    #[tokio::test]
    async fn who_reads_too_slowly_is_dropped_and_others_stay() {
        let hub = Hub::default();
        let mut slow = hub.listen(Dress::Socket).expect("room");
        let mut quick = hub.listen(Dress::ServerSent).expect("room");
        hub.start(slow.id(), "builds/*/*").expect("room");
        hub.start(quick.id(), "builds/*/*").expect("room");
        for _ in 0..=MOST_WAITING {
            hub.publish(&news(&["builds/1/new", "builders/1/builds/1/new"]));
            assert_eq!(take(&mut quick).await, 1);
        }
        assert_eq!(slow.end.try_recv(), Ok(End::TooSlow));
        assert!(quick.end.try_recv().is_err());
        let mut waiting = 0;
        while let count @ 1.. = take(&mut slow).await {
            waiting += count;
        }
        assert_eq!(waiting, MOST_WAITING);
    }

    #[tokio::test]
    async fn long_frames_count_by_their_bytes_until_they_are_read() {
        let hub = Hub::default();
        let mut ear = hub.listen(Dress::Socket).expect("room");
        hub.start(ear.id(), "*/*/*").expect("room");
        let mut long = news(&["changes/1/new"]);
        long.body = "x".repeat(MOST_BYTES / 4).into();
        for _ in 0..3 {
            for _ in 0..4 {
                hub.publish(&long);
            }
            assert_eq!(take(&mut ear).await, 4);
        }
        for _ in 0..5 {
            hub.publish(&long);
        }
        assert_eq!(ear.end.try_recv(), Ok(End::TooSlow));
    }

    #[test]
    fn a_listener_that_leaves_leaves_nothing_behind() {
        let hub = Hub::default();
        let ear = hub.listen(Dress::Socket).expect("room");
        hub.start(ear.id(), "builds/*/*").expect("room");
        assert!(!hub.is_idle());
        drop(ear);
        assert!(hub.is_idle());
    }

    #[test]
    fn listeners_and_subscriptions_are_bounded() {
        let hub = Hub::default();
        let ears: Vec<Ear> = (0..MOST_LISTENERS)
            .map(|_| hub.listen(Dress::Socket).expect("room"))
            .collect();
        assert!(hub.listen(Dress::Socket).is_none());
        for n in 0..MOST_SUBSCRIPTIONS {
            hub.start(ears[0].id(), &format!("builds/{n}/*")).expect("room");
        }
        assert_eq!(hub.start(ears[0].id(), "builds/x/*"), Err(TooMany));
        assert_eq!(hub.start(ears[0].id(), "builds/0/*"), Ok(()), "known already");
    }
}
