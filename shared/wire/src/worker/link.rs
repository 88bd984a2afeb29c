//! The link between a master and a worker, seen from either end, and the form of it that stays in one process.
//!
//! A transport for PB or msgpack offers the same two halves; neither `master` nor `worker` can tell the difference.
//! The in-process form enforces PB's size limit, so that what works on one's own desk works over a network.

use super::{Answer, Call, Failure, ValueError};
use tokio::sync::{mpsc, oneshot};

/// How many calls may be under way before the caller waits. It bounds memory: 64 calls of at most 640 KiB each.
const CAPACITY: usize = 64;

/// One end's way to call the other. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Caller {
    calls: mpsc::Sender<Incoming>,
}

/// One end's inbox: the other's calls, in order. Dropping it closes the link.
#[derive(Debug)]
pub struct Inbox {
    calls: mpsc::Receiver<Incoming>,
}

/// A call that waits for its answer.
#[derive(Debug)]
pub struct Incoming {
    /// What is asked.
    pub call: Call,
    answer: oneshot::Sender<Result<Answer, Failure>>,
}

/// An answer that is still to come.
#[derive(Debug)]
pub struct Pending(oneshot::Receiver<Result<Answer, Failure>>);

/// Both halves of one end.
#[derive(Debug)]
pub struct End {
    /// To the other end.
    pub caller: Caller,
    /// From the other end.
    pub inbox: Inbox,
}

/// Why a call has no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// The other end is gone.
    #[error("the connection is lost")]
    Lost,
    /// The other end says no.
    #[error(transparent)]
    Failed(#[from] Failure),
    /// It cannot be sent.
    #[error(transparent)]
    Unsendable(#[from] ValueError),
}

/// A link inside one process: the two ends.
pub fn pair() -> (End, End) {
    let (to_left, left) = mpsc::channel(CAPACITY);
    let (to_right, right) = mpsc::channel(CAPACITY);
    (
        End {
            caller: Caller { calls: to_right },
            inbox: Inbox { calls: left },
        },
        End {
            caller: Caller { calls: to_left },
            inbox: Inbox { calls: right },
        },
    )
}

impl Caller {
    /// Sends a call, waiting only for room; the answer comes by [`Pending::answer`], or is dropped with it.
    pub async fn send(&self, call: Call) -> Result<Pending, CallError> {
        call.within_limits()?;
        let (answer, pending) = oneshot::channel();
        self.calls
            .send(Incoming { call, answer })
            .await
            .map_err(|_| CallError::Lost)?;
        Ok(Pending(pending))
    }

    /// Sends a call and waits for its answer.
    pub async fn call(&self, call: Call) -> Result<Answer, CallError> {
        self.send(call).await?.answer().await
    }

    /// Resolves when the other end is gone.
    pub async fn lost(&self) {
        self.calls.closed().await;
    }
}

impl Pending {
    /// Waits for the answer.
    pub async fn answer(self) -> Result<Answer, CallError> {
        self.0.await.map_err(|_| CallError::Lost)?.map_err(CallError::Failed)
    }
}

impl Inbox {
    /// The next call; `None` when the other end is gone.
    pub async fn next(&mut self) -> Option<Incoming> {
        self.calls.recv().await
    }
}

impl Incoming {
    /// Answers; the caller may have stopped waiting, which is no error.
    pub fn answer(self, answer: Result<Answer, Failure>) {
        let _ = self.answer.send(answer);
    }

    /// Splits off the call, to answer it later.
    pub fn split(self) -> (Call, impl FnOnce(Result<Answer, Failure>)) {
        let answer = self.answer;
        (self.call, move |result| {
            let _ = answer.send(result);
        })
    }
}
