//! A command that runs on a worker, as its step sees it.

use super::Connection;
use tokio::sync::mpsc;
use wire::worker::link::CallError;
use wire::worker::{CommandId, Failure, MasterCall, Update};

/// What comes from a running command.
#[derive(Clone, Debug, PartialEq)]
pub enum News {
    /// Output and the like, in order.
    Updates(Vec<Update>),
    /// It is over; with a failure when the command itself went wrong.
    Complete(Option<Failure>),
}

/// Why a command did not start.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StartError {
    /// The worker does not know it.
    #[error("worker {worker} is too old, does not know about {command}")]
    TooOld {
        /// The worker's name.
        worker: String,
        /// The command's name.
        command: String,
    },
    /// The worker refused, cannot be reached, or would not understand.
    #[error(transparent)]
    Call(#[from] CallError),
}

/// A command under way. It is forgotten when dropped; interrupt it first.
#[derive(Debug)]
pub struct Running {
    connection: Connection,
    builder: String,
    id: CommandId,
    news: mpsc::Receiver<News>,
}

impl Running {
    pub(super) fn new(connection: Connection, builder: String, id: CommandId, news: mpsc::Receiver<News>) -> Running {
        Running {
            connection,
            builder,
            id,
            news,
        }
    }

    /// What comes next; `None` when the worker was lost.
    pub async fn next(&mut self) -> Option<News> {
        self.news.recv().await
    }

    /// Asks the worker to end it; its completion still comes. The future is to be spawned, so that news are taken in
    /// meanwhile.
    pub fn interrupt(&self, why: &str) -> impl Future<Output = ()> + Send + 'static {
        let connection = self.connection.clone();
        let call = MasterCall::InterruptCommand {
            builder: self.builder.clone(),
            id: self.id.clone(),
            why: why.to_owned(),
        };
        async move {
            if let Err(error) = connection.call(call).await {
                tracing::debug!(worker = connection.worker(), %error, "an interrupt was not taken");
            }
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.connection.forget(&self.id);
    }
}
