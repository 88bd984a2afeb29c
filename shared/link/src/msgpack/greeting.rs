//! The HTTP exchange that begins a connection, as both ends see it (`worker-protocol-msgpack` §1).

use super::limits::{HEAD, MESSAGE};
use super::login::Authorization;
use crate::address::{Address, Place};
use std::io;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::handshake::client::generate_key;
use tokio_tungstenite::tungstenite::handshake::machine::TryParse;
use tokio_tungstenite::tungstenite::handshake::server::{self, create_response, write_response};
use tokio_tungstenite::tungstenite::http::{HeaderMap, HeaderValue, Request, Uri};
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};

/// How each of ours knows the other.
const OURS: &str = "outpost-link";

/// How WebSocket is spoken: one message is one frame, and not too long.
pub(super) fn config() -> WebSocketConfig {
    WebSocketConfig::default()
        .read_buffer_size(32 * 1024)
        .max_message_size(Some(MESSAGE))
        .max_frame_size(Some(MESSAGE))
}

/// Whether the other end is one of ours.
pub(super) fn is_ours(headers: &HeaderMap) -> bool {
    headers.get(OURS).is_some_and(|version| version == "1")
}

/// What HTTP calls the host of an address. A socket's path is none, and is on this machine.
fn host(address: &str) -> String {
    match address.parse::<Address>().map(|address| address.place) {
        Ok(Place::Tcp { host, port }) if host.contains(':') => format!("[{host}]:{port}"),
        Ok(Place::Tcp { host, port }) => format!("{host}:{port}"),
        Ok(Place::Unix(_)) | Err(_) => "localhost".to_owned(),
    }
}

/// A worker's request. The original offers no sub-protocol and no extension, and neither do we.
pub(super) fn request(address: &str, path: &str, authorization: &str) -> Result<Request<()>, String> {
    let host = host(address);
    let path = path.trim_start_matches('/');
    let uri: Uri = format!("ws://{host}/{path}")
        .parse()
        .map_err(|error| format!("'{host}/{path}' cannot be asked for over HTTP: {error}"))?;
    Request::get(uri)
        .header("User-Agent", concat!("Outpost/", env!("CARGO_PKG_VERSION")))
        .header("Host", host)
        .header("Upgrade", "WebSocket")
        .header("Connection", "Upgrade")
        .header("Pragma", "no-cache")
        .header("Cache-Control", "no-cache")
        .header("Authorization", authorization)
        .header(OURS, "1")
        .header("Sec-WebSocket-Key", generate_key())
        .header("Sec-WebSocket-Version", "13")
        .body(())
        .map_err(|error| error.to_string())
}

/// A worker's request that waits for the master's decision.
pub(super) struct Caller<S> {
    stream: S,
    request: Request<()>,
    /// What it has sent besides.
    rest: Vec<u8>,
}

/// Reads a worker's request.
pub(super) async fn read<S: AsyncRead + AsyncWrite + Unpin>(mut stream: S) -> io::Result<Caller<S>> {
    let mut head = Vec::new();
    let wrong = |reason: String| io::Error::new(io::ErrorKind::InvalidData, reason);
    loop {
        let read = stream.read_buf(&mut head).await?;
        if read == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        match server::Request::try_parse(&head) {
            Ok(Some((length, request))) => {
                let rest = head.split_off(length);
                return Ok(Caller { stream, request, rest });
            }
            Ok(None) if head.len() < HEAD => {}
            Ok(None) => return Err(wrong(format!("its HTTP head has more than {HEAD} bytes"))),
            Err(error) => return Err(wrong(error.to_string())),
        }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Caller<S> {
    /// The name and password that it gives.
    pub(super) fn authorization(&self) -> Authorization {
        Authorization::of(self.request.headers())
    }

    /// Whether it is a worker of ours.
    pub(super) fn is_ours(&self) -> bool {
        is_ours(self.request.headers())
    }

    /// Sends it away: a status and nothing else, as the original does.
    pub(super) async fn refuse(mut self, status: &str) -> io::Result<()> {
        let answer = format!("HTTP/1.1 {status}\r\n\r\n");
        self.stream.write_all(answer.as_bytes()).await?;
        self.stream.shutdown().await
    }

    /// Lets it in.
    pub(super) async fn accept(mut self) -> io::Result<WebSocketStream<S>> {
        let answer = match create_response(&self.request) {
            Ok(mut response) => {
                let headers = response.headers_mut();
                let server = concat!("Outpost/", env!("CARGO_PKG_VERSION"));
                headers.insert("server", HeaderValue::from_static(server));
                headers.insert(OURS, HeaderValue::from_static("1"));
                let mut answer = Vec::new();
                write_response(&mut answer, &response).map_err(io::Error::other)?;
                answer
            }
            Err(error) => {
                let reason = error.to_string();
                self.refuse("400 Bad request").await?;
                return Err(io::Error::new(io::ErrorKind::InvalidData, reason));
            }
        };
        self.stream.write_all(&answer).await?;
        self.stream.flush().await?;
        Ok(WebSocketStream::from_partially_read(self.stream, self.rest, Role::Server, Some(config())).await)
    }
}
