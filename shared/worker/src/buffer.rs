//! Few updates, but soon (§4.5).
//!
//! Whole lines of one stream that follow each other travel as one update. When nothing was sent for [`PAUSE`], an
//! update leaves at once; in a flood, updates leave when they have grown to [`FULL`] or when the pause is over. While
//! more than that waits the command's output is not read, so that memory stays bounded and a slow master slows the
//! command down instead.

use std::time::Duration;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::Instant;
use wire::worker::link::{CallError, Caller};
use wire::worker::{Call, CommandId, Failure, Update, WorkerCall};

/// Between two sendings.
pub(crate) const PAUSE: Duration = Duration::from_millis(10);

/// Bytes that are sent without waiting for more.
const FULL: usize = 64 * 1024;

/// Texts are cut here, far below what PB carries.
const LONGEST_TEXT: usize = 256 * 1024;

/// A stream of whole lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stream<'a> {
    Header,
    Stdout,
    Stderr,
    Log(&'a str),
}

/// The updates of one command on their way to the master, in order.
#[derive(Debug)]
pub(crate) struct Buffer {
    waiting: Vec<Update>,
    size: usize,
    sent: Instant,
    sender: mpsc::Sender<WorkerCall>,
    sending: JoinHandle<()>,
    id: CommandId,
}

impl Buffer {
    pub(crate) fn new(id: CommandId, caller: Caller) -> Buffer {
        let (sender, mut calls) = mpsc::channel(1);
        let sending = tokio::spawn(async move {
            while let Some(call) = calls.recv().await {
                // An update's answer is a number without meaning, and is not waited for.
                match caller.send(Call::Worker(call)).await {
                    Ok(_) => {}
                    Err(CallError::Lost) => return,
                    Err(error) => tracing::warn!(%error, "an update was not sent"),
                }
            }
        });
        Buffer {
            waiting: Vec::new(),
            size: 0,
            sent: Instant::now(),
            sender,
            sending,
            id,
        }
    }

    /// Adds an update that is not lines.
    pub(crate) fn push(&mut self, update: Update) {
        self.size += 20;
        self.waiting.push(update);
    }

    /// Adds lines of a stream: `fill` appends them to the text that it is given.
    pub(crate) fn lines(&mut self, stream: Stream<'_>, fill: impl FnOnce(&mut String)) {
        let text = match self.waiting.last_mut().and_then(|update| text_of(update, stream)) {
            Some(text) if text.len() < FULL => text,
            _ => {
                self.waiting.push(stream.update(String::new()));
                let last = self.waiting.last_mut().and_then(|update| text_of(update, stream));
                last.expect("it was just pushed")
            }
        };
        let before = text.len();
        fill(text);
        self.size += text.len() - before;
        if text.len() > LONGEST_TEXT {
            let mut text = std::mem::take(text);
            self.waiting.pop();
            while text.len() > LONGEST_TEXT {
                // Between lines, which are far shorter: over msgpack nobody puts a line together again.
                let end = text.floor_char_boundary(LONGEST_TEXT);
                let cut = text[..end].rfind('\n').map_or(end, |newline| newline + 1);
                let rest = text.split_off(cut);
                self.waiting.push(stream.update(std::mem::replace(&mut text, rest)));
            }
            self.waiting.push(stream.update(text));
        } else if text.is_empty() {
            self.waiting.pop();
        }
    }

    /// Whether more may be added now.
    pub(crate) fn has_room(&self) -> bool {
        self.size < FULL
    }

    /// Waits until it is time, and sends what waits; forever when nothing does. Safe to cancel.
    pub(crate) async fn flush_when_due(&mut self) {
        if self.waiting.is_empty() {
            std::future::pending::<()>().await;
        }
        if self.has_room() {
            tokio::time::sleep_until(self.sent + PAUSE).await;
        }
        self.flush().await;
    }

    async fn flush(&mut self) {
        match self.sender.reserve().await {
            Ok(permit) => permit.send(WorkerCall::Update {
                id: self.id.clone(),
                updates: std::mem::take(&mut self.waiting),
            }),
            // The link is lost: the session ends the command soon.
            Err(_) => self.waiting.clear(),
        }
        self.size = 0;
        self.sent = Instant::now();
    }

    /// Sends what waits, then that the command is over.
    pub(crate) async fn complete(mut self, failure: Option<Failure>) {
        if !self.waiting.is_empty() {
            self.flush().await;
        }
        let id = self.id.clone();
        let _ = self.sender.send(WorkerCall::Complete { id, failure }).await;
        drop(self.sender);
        let _ = self.sending.await;
    }
}

impl Stream<'_> {
    fn update(self, text: String) -> Update {
        match self {
            Stream::Header => Update::Header(text),
            Stream::Stdout => Update::Stdout(text),
            Stream::Stderr => Update::Stderr(text),
            Stream::Log(name) => Update::Log {
                name: name.to_owned(),
                text,
            },
        }
    }
}

/// The update's text when it is of this stream.
fn text_of<'a>(update: &'a mut Update, stream: Stream<'_>) -> Option<&'a mut String> {
    match (update, stream) {
        (Update::Header(text), Stream::Header)
        | (Update::Stdout(text), Stream::Stdout)
        | (Update::Stderr(text), Stream::Stderr) => Some(text),
        (Update::Log { name, text }, Stream::Log(wanted)) if name == wanted => Some(text),
        _ => None,
    }
}
