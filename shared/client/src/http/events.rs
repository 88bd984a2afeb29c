//! The other live connection, for where a WebSocket does not get through: an answer that never ends.

use super::answer::Answer;
use super::{Http, words};
use crate::Error;
use crate::http::exchange::BEGINNING;
use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use reqwest::header::{ACCEPT, ACCEPT_ENCODING, CONTENT_TYPE};
use std::sync::atomic::Ordering;
use tokio::time::timeout;

impl Http {
    /// Opens an endless answer below the pages, for example of `sse/listen/builds/*/*`: its bytes as they come. Who reads
    /// decides how long silence may last.
    pub async fn events(
        &self,
        path: &str,
    ) -> Result<impl Stream<Item = Result<Bytes, Error>> + Send + Unpin + use<>, Error> {
        let going = self.shared.budget.go(self.pace).await?;
        let host = self.base().host().to_owned();
        let request = self
            .shared
            .client
            .get(self.base().below(path))
            .headers(self.keeper().headers(true))
            .header(ACCEPT, "text/event-stream")
            // Compressed, an event could wait for the next to fill a block.
            .header(ACCEPT_ENCODING, "identity");
        self.shared.requests.fetch_add(1, Ordering::Relaxed);
        let response = match timeout(BEGINNING, request.send()).await {
            Ok(Ok(response)) => response,
            Ok(Err(error)) => return Err(words::of_request(&error, &host)),
            Err(_) => return Err(Error::Unreachable(format!("'{host}' does not answer in time"))),
        };
        drop(going);
        let kind = response.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        let streams = kind.is_some_and(|kind| kind.starts_with("text/event-stream"));
        let status = response.status().as_u16();
        if status == 200 && !streams {
            return Err(Error::NotBuildbot("what answers there sends no events".to_owned()));
        }
        if status != 200 {
            let answer = Answer {
                status,
                headers: response.headers().clone(),
                body: Vec::new(),
                signed_in: self.keeper().has_cookie(),
            };
            return Err(answer
                .quiet(&self.shared.budget)
                .unwrap_or_else(|| answer.trouble(path)));
        }
        let bytes = response.bytes_stream();
        Ok(bytes.map(move |chunk| chunk.map_err(|error| words::of_request(&error, &host))))
    }
}
