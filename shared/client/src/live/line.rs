//! One live connection, whichever it is.

use super::frame::{Frame, Told};
use super::socket::SocketLine;
use super::stream::StreamLine;
use super::{Channel, Rhythm};
use crate::picture::{Event, Unreadable};
use crate::{Error, Http};

/// What comes over a line.
#[derive(Debug)]
pub(crate) enum Heard {
    /// Something happened.
    Event(Event),
    /// The subscription with this number is in force, or was refused.
    Answer { number: u64, error: Option<String> },
    /// A sign of life.
    Life,
    /// Something that nobody can read.
    Unreadable(Unreadable),
}

/// A live connection.
pub(crate) enum Line {
    Socket(Box<SocketLine>),
    Stream(Box<StreamLine>),
}

/// Why there is no line.
pub(crate) enum NoLine {
    /// No line is possible this way; one can ask.
    Never,
    /// Not now, or not without somebody doing something.
    Not(Error),
}

impl Line {
    /// Opens the best line that gets through.
    pub(crate) async fn open(http: &Http, rhythm: &Rhythm) -> Result<Line, NoLine> {
        let refusal = match http.upgrade().await {
            Ok(socket) => return Ok(Line::Socket(Box::new(SocketLine::new(socket)))),
            Err(error) => error,
        };
        match &refusal {
            Error::NoSocket { .. } | Error::NotBuildbot(_) | Error::NotFound(_) | Error::Elsewhere { .. } => {}
            Error::SignInNeeded | Error::Forbidden(_) => {
                // Perhaps only a proxy keeps the socket closed.
                let open = http.rows::<serde_json::Value>("masters?limit=1", "masters").await;
                open.map_err(|_| NoLine::Not(refusal))?;
            }
            _ => return Err(NoLine::Not(refusal)),
        }
        match StreamLine::open(http, rhythm.subscribing).await {
            Ok(stream) => Ok(Line::Stream(Box::new(stream))),
            // Whether anything at all gets through, reading will show.
            Err(error) => {
                tracing::debug!(master = %http.base(), %error, "no event stream");
                Err(NoLine::Never)
            }
        }
    }

    pub(crate) fn channel(&self) -> Channel {
        match self {
            Line::Socket(_) => Channel::Ws,
            Line::Stream(_) => Channel::Sse,
        }
    }

    /// What comes next; may be dropped while it waits.
    pub(crate) async fn next(&mut self) -> Result<Heard, Error> {
        match self {
            Line::Socket(socket) => socket.next().await,
            Line::Stream(stream) => stream.next().await,
        }
    }

    /// Wants the events of this path from now on; [`Heard::Answer`] has the same number.
    pub(crate) async fn start(&mut self, path: &str, number: u64) -> Result<(), Error> {
        match self {
            Line::Socket(socket) => socket.command("startConsuming", path, number).await,
            Line::Stream(stream) => {
                stream.start(path, number);
                Ok(())
            }
        }
    }

    /// Wants them no more.
    pub(crate) async fn stop(&mut self, path: &str, number: u64) -> Result<(), Error> {
        match self {
            Line::Socket(socket) => socket.command("stopConsuming", path, number).await,
            Line::Stream(stream) => {
                stream.stop(path, number);
                Ok(())
            }
        }
    }

    /// Asks for a sign of life, where there is a word for that.
    pub(crate) async fn ping(&mut self) -> Result<(), Error> {
        match self {
            Line::Socket(socket) => socket.ping().await,
            Line::Stream(_) => Ok(()),
        }
    }
}

/// What a frame of `/ws` is.
pub(super) fn of_frame(text: &str) -> Heard {
    match Frame::read(text) {
        Some(Frame::Event { key, body: Some(body) }) => of_event(&key, body.get()),
        Some(Frame::Event { body: None, .. } | Frame::Other) => Heard::Life,
        Some(Frame::Answer { id, error }) => Heard::Answer { number: id, error },
        None => Heard::Unreadable(Unreadable {
            key: text.chars().take(60).collect(),
            reason: "it is neither an event nor an answer".to_owned(),
        }),
    }
}

/// What a message of `/sse` is.
pub(super) fn of_message(data: &str) -> Heard {
    match Told::read(data) {
        Some(told) => match told.message {
            Some(body) => of_event(&told.key(), body.get()),
            None => Heard::Life,
        },
        None => Heard::Unreadable(Unreadable {
            key: data.chars().take(60).collect(),
            reason: "it is no event".to_owned(),
        }),
    }
}

fn of_event(key: &str, body: &str) -> Heard {
    match Event::read(key, body) {
        Ok(event) => Heard::Event(event),
        Err(unreadable) => Heard::Unreadable(unreadable),
    }
}
