//! Requests and responses over one WebSocket, the same for both ends.
//!
//! Three tasks share a connection: one writes, one takes this end's calls to the writer, and one reads. Reading never
//! waits for writing, so that two ends that are both slow do not wait for each other for ever. Calls leave in order;
//! when [`UNANSWERED`] of them have no answer, the next one waits.

use super::envelope::{Draft, Request};
use super::limits::{GOODBYE, UNANSWERED, UNREAD};
use super::reading::Reading;
use bytes::Bytes;
use futures_util::stream::SplitSink;
use futures_util::{SinkExt, StreamExt};
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};
use tokio::task::JoinSet;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::{Error, Message as Frame};
use tokio_util::sync::CancellationToken;
use wire::worker::link::{CallError, End, Inbox};
use wire::worker::{Answer, Call, CommandId, Failure, Value};

/// What this end says of itself: which calls it makes, and what requests mean to it.
pub(super) trait Side: Clone + Send + Sync + 'static {
    /// Sends a call of this end. Resolves when it is on its way; the answer goes to `answer`.
    fn tell(&self, peer: &Peer, call: Call, answer: Reply) -> impl Future<Output = ()> + Send;

    /// What the other end asks.
    fn hear(&self, request: &Request) -> Heard;

    /// This end did not start the command that it was asked to.
    fn not_started(&self, id: &str);
}

/// To whom an answer goes.
pub(super) type Reply = Box<dyn FnOnce(Result<Answer, Failure>) + Send>;

/// What becomes of a request.
pub(super) enum Heard {
    /// It is a call of the other end.
    Call(Call),
    /// The same; of this command, which it starts.
    Start(CommandId, Call),
    /// It is answered here.
    Answer(Result<Value, String>),
}

/// The way to the other end. Clones share it.
#[derive(Clone)]
pub(super) struct Peer(Arc<Shared>);

struct Shared {
    frames: mpsc::Sender<Frame>,
    waiting: Mutex<Waiting>,
    room: Arc<Semaphore>,
    /// Something came since this was last looked at.
    alive: AtomicBool,
    closed: CancellationToken,
}

/// Requests without a response.
#[derive(Default)]
struct Waiting {
    next: i64,
    replies: HashMap<i64, (RawReply, OwnedSemaphorePermit)>,
}

type RawReply = Box<dyn FnOnce(Result<Bytes, String>) + Send>;

/// Why a connection ends.
#[derive(Debug, thiserror::Error)]
pub(super) enum Broken {
    #[error("{0}")]
    Socket(#[from] Error),
    #[error("a message cannot be understood: {0}")]
    Message(#[from] super::DecodeError),
    #[error("it answers request {0}, which nobody asked")]
    Unasked(i64),
    #[error("it asks much and does not read the answers")]
    Unread,
}

impl Peer {
    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.0.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sends a request. `reply` gets the response, or is dropped with the connection.
    pub(super) async fn send(&self, draft: Draft, reply: impl FnOnce(Result<Bytes, String>) + Send + 'static) {
        let Ok(room) = Arc::clone(&self.0.room).acquire_owned().await else {
            return;
        };
        let Ok(slot) = self.0.frames.reserve().await else {
            return;
        };
        let mut waiting = self.waiting();
        let number = waiting.next;
        waiting.next += 1;
        waiting.replies.insert(number, (Box::new(reply), room));
        slot.send(Frame::Binary(draft.finish(number).into()));
    }

    /// Sends a request and waits for the response.
    pub(super) async fn ask(&self, draft: Draft) -> Result<Bytes, CallError> {
        let (sender, response) = oneshot::channel();
        self.send(draft, move |result| drop(sender.send(result))).await;
        let response = response.await.map_err(|_| CallError::Lost)?;
        response.map_err(|text| CallError::Failed(exception(text)))
    }

    /// Asks for a sign of life. When the last one was in vain, the connection is given up.
    pub(super) async fn ping(&self) {
        if !self.0.alive.swap(false, Ordering::Relaxed) {
            tracing::info!("the other end of a connection gave no sign of life; it is given up");
            self.0.closed.cancel();
            return;
        }
        let _ = self.0.frames.send(Frame::Ping(Bytes::new())).await;
    }

    /// Something came.
    pub(super) fn came(&self) {
        self.0.alive.store(true, Ordering::Relaxed);
    }

    /// Hands a response to whoever waits for it.
    pub(super) fn resolve(&self, number: i64, result: Result<Bytes, String>) -> Result<(), Broken> {
        let reply = self.waiting().replies.remove(&number);
        let (reply, room) = reply.ok_or(Broken::Unasked(number))?;
        drop(room);
        reply(result);
        Ok(())
    }
}

/// Carries an end's calls over a WebSocket until either side has enough: the link is dropped, the connection breaks, or
/// `closed` is cancelled, which it is in any case afterwards. What the end has said before it dropped its link is still
/// sent. `lost` runs when nothing more can come.
pub(super) async fn run<S>(
    socket: WebSocketStream<S>,
    end: End,
    side: impl Side,
    from: String,
    closed: CancellationToken,
    lost: impl FnOnce(),
) where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let _closing = closed.clone().drop_guard();
    let (sink, stream) = socket.split();
    let (frames, requests) = mpsc::channel(4);
    let (responses, answers) = mpsc::channel(UNREAD);
    let peer = Peer(Arc::new(Shared {
        frames,
        waiting: Mutex::default(),
        room: Arc::new(Semaphore::new(UNANSWERED)),
        alive: AtomicBool::new(true),
        closed: closed.clone(),
    }));
    // Dropped, and so ended, with this function.
    let mut tasks = JoinSet::new();
    tasks.spawn(write(sink, requests, answers));
    let End { caller, inbox } = end;
    let (done, mut told) = oneshot::channel::<()>();
    let telling = tasks.spawn(tell(inbox, side.clone(), peer.clone(), done));
    let mut reading = Reading::new(stream, caller, side, peer.clone(), responses);
    let ended = tokio::select! {
        ended = reading.run(&mut told) => ended,
        () = closed.cancelled() => Ok(()),
    };
    match ended {
        Ok(()) => {}
        Err(Broken::Socket(error)) => tracing::debug!(%from, %error, "a msgpack connection ended"),
        Err(error) => tracing::warn!(%from, %error, "a msgpack connection is closed"),
    }
    lost();
    drop(reading);
    telling.abort();
    peer.0.room.close();
    peer.waiting().replies.clear();
    let goodbye = async {
        let _ = peer.0.frames.send(Frame::Close(None)).await;
        while tasks.join_next().await.is_some() {}
    };
    let _ = tokio::time::timeout(GOODBYE, goodbye).await;
}

/// Takes this end's calls to the writer, until it makes no more.
async fn tell(mut inbox: Inbox, side: impl Side, peer: Peer, done: oneshot::Sender<()>) {
    while let Some(incoming) = inbox.next().await {
        let (call, answer) = incoming.split();
        side.tell(&peer, call, Box::new(answer)).await;
    }
    drop(done);
}

/// Writes what there is, answers first, and as much at once as there is.
async fn write<S>(
    mut sink: SplitSink<WebSocketStream<S>, Frame>,
    mut requests: mpsc::Receiver<Frame>,
    mut responses: mpsc::Receiver<Frame>,
) where
    S: AsyncRead + AsyncWrite + Unpin,
{
    loop {
        let mut next = tokio::select! {
            biased;
            Some(frame) = responses.recv() => Some(frame),
            Some(frame) = requests.recv() => Some(frame),
            else => return,
        };
        while let Some(frame) = next {
            let last = frame.is_close();
            if last {
                while let Ok(answer) = responses.try_recv() {
                    if sink.feed(answer).await.is_err() {
                        return;
                    }
                }
            }
            if sink.feed(frame).await.is_err() {
                return;
            }
            if last {
                let _ = sink.close().await;
                return;
            }
            next = responses.try_recv().or_else(|_| requests.try_recv()).ok();
        }
        if sink.flush().await.is_err() {
            return;
        }
    }
}

/// An exception of the other end, which tells no more than its text.
pub(super) fn exception(text: String) -> Failure {
    Failure {
        kind: "builtins.Exception".to_owned(),
        message: text,
    }
}
