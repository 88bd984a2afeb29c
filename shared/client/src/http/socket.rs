//! The live connection: an HTTP request that becomes a WebSocket, over the same TLS, proxy and session.

use super::{Http, words};
use crate::Error;
use crate::http::exchange::BEGINNING;
use reqwest::header::{CONNECTION, HeaderMap, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_VERSION, UPGRADE};
use reqwest::{Response, StatusCode, Upgraded};
use std::sync::atomic::Ordering;
use tokio::time::timeout;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::handshake::client::generate_key;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};

/// Most bytes of a message.
const MESSAGE: usize = 4 << 20;
/// Of the buffer for what comes; a joined master is mostly quiet.
const BUFFER: usize = 16 << 10;

/// A live connection.
pub type Socket = WebSocketStream<Upgraded>;

impl Http {
    /// Opens `/ws`. A session that the master does not know keeps one out where nobody at all may enter: such a refusal is
    /// tried once more without.
    pub async fn upgrade(&self) -> Result<Socket, Error> {
        let _going = self.shared.budget.go(self.pace).await?;
        let with_cookie = self.keeper().has_cookie();
        let key = generate_key();
        let mut response = self.knock(&key, true).await?;
        if with_cookie && matches!(response.status().as_u16(), 401 | 403) {
            response = self.knock(&key, false).await?;
        }
        if let Some(refusal) = self.refusal(&response) {
            return Err(refusal);
        }
        if !is_ours(response.headers(), &key) {
            return Err(Error::NoSocket { status: 101 });
        }
        let host = self.base().host().to_owned();
        let stream = response
            .upgrade()
            .await
            .map_err(|error| words::of_request(&error, &host))?;
        let config = WebSocketConfig::default()
            .max_message_size(Some(MESSAGE))
            .max_frame_size(Some(MESSAGE))
            .read_buffer_size(BUFFER)
            .write_buffer_size(0);
        Ok(WebSocketStream::from_raw_socket(stream, Role::Client, Some(config)).await)
    }

    async fn knock(&self, key: &str, with_cookie: bool) -> Result<Response, Error> {
        let base = self.base();
        let request = self
            .shared
            .client
            .get(base.below("ws"))
            .headers(self.keeper().headers(with_cookie))
            .header(CONNECTION, "Upgrade")
            .header(UPGRADE, "websocket")
            .header(SEC_WEBSOCKET_VERSION, "13")
            .header(SEC_WEBSOCKET_KEY, key);
        self.shared.requests.fetch_add(1, Ordering::Relaxed);
        match timeout(BEGINNING, request.send()).await {
            Ok(Ok(response)) => Ok(response),
            Ok(Err(error)) => Err(words::of_request(&error, base.host())),
            Err(_) => Err(Error::Unreachable(format!(
                "'{}' does not answer within {} seconds",
                base.host(),
                BEGINNING.as_secs()
            ))),
        }
    }

    /// What an answer other than "switching" means.
    fn refusal(&self, response: &Response) -> Option<Error> {
        let status = response.status();
        match status {
            StatusCode::SWITCHING_PROTOCOLS => None,
            StatusCode::UNAUTHORIZED => Some(Error::SignInNeeded),
            StatusCode::FORBIDDEN if self.keeper().has_cookie() => {
                Some(Error::Forbidden("live connections are not for this user".to_owned()))
            }
            StatusCode::FORBIDDEN => Some(Error::SignInNeeded),
            StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => Some(Error::Busy {
                retry_after: self.shared.budget.be_quiet(None),
            }),
            _ => Some(Error::NoSocket {
                status: status.as_u16(),
            }),
        }
    }
}

/// Whether the answer is to this request, and not one that a proxy had kept.
fn is_ours(headers: &HeaderMap, key: &str) -> bool {
    let accepted = headers.get(SEC_WEBSOCKET_ACCEPT).and_then(|value| value.to_str().ok());
    accepted.is_some_and(|accepted| accepted.trim() == derive_accept_key(key.as_bytes()))
}
