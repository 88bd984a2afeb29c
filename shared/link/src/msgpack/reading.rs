//! Reading one WebSocket: the other end's requests, and its responses to ours.

use super::envelope::{Draft, Message, Request};
use super::peer::{Broken, Heard, Peer, Side};
use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::stream::{FuturesUnordered, SplitStream};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::{mpsc, oneshot};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message as Frame;
use wire::worker::link::{CallError, Caller, Pending};
use wire::worker::{Answer, CommandId, Value};

/// The reading side of a connection.
pub(super) struct Reading<S, R> {
    stream: SplitStream<WebSocketStream<S>>,
    caller: Caller,
    side: R,
    peer: Peer,
    responses: mpsc::Sender<Frame>,
    answers: FuturesUnordered<Answering>,
}

/// An answer of this end that is still to come.
type Answering = std::pin::Pin<Box<dyn Future<Output = Answered> + Send>>;

/// The request's number, the command that it was to start, and the answer.
type Answered = (i64, Option<CommandId>, Result<Answer, CallError>);

impl<S, R> Reading<S, R>
where
    S: AsyncRead + AsyncWrite + Unpin,
    R: Side,
{
    pub(super) fn new(
        stream: SplitStream<WebSocketStream<S>>,
        caller: Caller,
        side: R,
        peer: Peer,
        responses: mpsc::Sender<Frame>,
    ) -> Reading<S, R> {
        Reading {
            stream,
            caller,
            side,
            peer,
            responses,
            answers: FuturesUnordered::new(),
        }
    }

    /// Reads until the connection is over, or this end has dropped its link, which closes `told`.
    pub(super) async fn run(&mut self, told: &mut oneshot::Receiver<()>) -> Result<(), Broken> {
        loop {
            tokio::select! {
                frame = self.stream.next() => match frame {
                    Some(frame) => {
                        self.peer.came();
                        match frame? {
                            Frame::Binary(payload) => self.message(&payload).await?,
                            Frame::Text(_) => tracing::debug!("a text message is ignored"),
                            Frame::Close(_) => return Ok(()),
                            _ => {}
                        }
                    }
                    None => return Ok(()),
                },
                Some(answered) = self.answers.next() => self.respond(answered)?,
                // This end has dropped its link: what it was still to answer is answered by now.
                _ = &mut *told => {
                    while let Some(answered) = self.answers.next().await {
                        self.respond(answered)?;
                    }
                    return Ok(());
                }
            }
        }
    }

    async fn message(&mut self, payload: &Bytes) -> Result<(), Broken> {
        match Message::decode(payload)? {
            Message::Request(request) => self.request(request).await,
            Message::Response { number, result } => self.peer.resolve(number, result),
            Message::Useless(missing) => {
                tracing::info!("a message without '{missing}' is ignored");
                Ok(())
            }
        }
    }

    async fn request(&mut self, request: Request) -> Result<(), Broken> {
        let number = request.number;
        let (command, call) = match self.side.hear(&request) {
            Heard::Call(call) => (None, call),
            Heard::Start(id, call) => (Some(id), call),
            Heard::Answer(result) => {
                return self.answer(Draft::response(number, result.as_ref().map_err(String::as_str)));
            }
        };
        match self.caller.send(call).await {
            Ok(pending) => self.answers.push(Box::pin(answered(number, command, pending))),
            Err(error) => self.respond((number, command, Err(error)))?,
        }
        Ok(())
    }

    fn respond(&self, (number, command, result): Answered) -> Result<(), Broken> {
        let result = match result {
            Ok(answer) => Ok(value(answer)),
            Err(error) => {
                if let Some(id) = command {
                    self.side.not_started(&id);
                }
                Err(match error {
                    // The original tells the message only.
                    CallError::Failed(failure) => failure.message,
                    // This end is gone, and the connection with it.
                    CallError::Lost => return Ok(()),
                    CallError::Unsendable(error) => error.to_string(),
                })
            }
        };
        self.answer(Draft::response(number, result.as_ref().map_err(String::as_str)))
    }

    fn answer(&self, response: Vec<u8>) -> Result<(), Broken> {
        match self.responses.try_send(Frame::Binary(response.into())) {
            Err(mpsc::error::TrySendError::Full(_)) => Err(Broken::Unread),
            _ => Ok(()),
        }
    }
}

async fn answered(number: i64, command: Option<CommandId>, pending: Pending) -> Answered {
    (number, command, pending.answer().await)
}

/// An answer as it is told.
fn value(answer: Answer) -> Value {
    match answer {
        Answer::None | Answer::Number(_) => Value::None,
        Answer::Info(info) => Value::Dict(info),
        Answer::Bytes(bytes) => Value::Bytes(bytes),
    }
}
