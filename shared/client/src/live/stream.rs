//! A line over `/sse` (`live-events` §2): what happens comes as one endless answer, and each subscription is a request.

use super::line::{Heard, of_message};
use super::sse::{Message, Parser};
use crate::{Error, Http};
use bytes::Bytes;
use futures_util::future::BoxFuture;
use futures_util::stream::{BoxStream, FuturesUnordered};
use futures_util::{FutureExt, StreamExt};
use std::collections::VecDeque;
use std::time::Duration;

/// The longest answer to a subscription that is looked at.
const WORD: usize = 4 << 10;

pub(crate) struct StreamLine {
    http: Http,
    messages: Messages,
    /// The name of this stream, to which subscriptions are added.
    name: String,
    orders: FuturesUnordered<BoxFuture<'static, Heard>>,
}

impl StreamLine {
    /// Opens one without subscriptions; its name is to come within this time.
    pub(crate) async fn open(http: &Http, limit: Duration) -> Result<StreamLine, Error> {
        let mut messages = Messages {
            bytes: http.events("sse/listen").await?.boxed(),
            parser: Parser::default(),
            come: VecDeque::new(),
        };
        let first = tokio::time::timeout(limit, messages.next()).await;
        let first = first.map_err(|_| Error::Lies("its event stream does not begin".to_owned()))??;
        let is_name =
            |name: &str| (1..=64).contains(&name.len()) && name.bytes().all(|b| b == b'-' || b.is_ascii_alphanumeric());
        if first.event != "handshake" || !is_name(&first.data) {
            return Err(Error::NotBuildbot(
                "its event stream does not begin with a handshake".to_owned(),
            ));
        }
        Ok(StreamLine {
            http: http.clone(),
            messages,
            name: first.data,
            orders: FuturesUnordered::new(),
        })
    }

    pub(super) async fn next(&mut self) -> Result<Heard, Error> {
        tokio::select! {
            Some(answer) = self.orders.next() => Ok(answer),
            message = self.messages.next() => message.map(|message| heard(&message)),
        }
    }

    pub(super) fn start(&mut self, path: &str, number: u64) {
        self.order("add", path, number);
    }

    pub(super) fn stop(&mut self, path: &str, number: u64) {
        self.order("remove", path, number);
    }

    fn order(&mut self, verb: &str, path: &str, number: u64) {
        let http = self.http.clone();
        let path = format!("sse/{verb}/{}/{path}", self.name);
        let order = async move {
            let answer = http.text(&path, WORD).await;
            let error = answer.err().map(|error| error.to_string());
            Heard::Answer { number, error }
        };
        self.orders.push(order.boxed());
    }
}

/// The messages of an endless answer.
struct Messages {
    bytes: BoxStream<'static, Result<Bytes, Error>>,
    parser: Parser,
    come: VecDeque<Message>,
}

impl Messages {
    /// The next one; may be dropped while it waits.
    async fn next(&mut self) -> Result<Message, Error> {
        loop {
            if let Some(message) = self.come.pop_front() {
                return Ok(message);
            }
            match self.bytes.next().await {
                Some(Ok(bytes)) => {
                    let messages = self.parser.push(&bytes);
                    self.come
                        .extend(messages.map_err(|error| Error::TooBig(error.to_string()))?);
                }
                Some(Err(error)) => return Err(error),
                None => return Err(Error::Unreachable("the event stream was closed".to_owned())),
            }
        }
    }
}

fn heard(message: &Message) -> Heard {
    match message.event.as_str() {
        "event" => of_message(&message.data),
        _ => Heard::Life,
    }
}
