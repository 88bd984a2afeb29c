//! Byte streams to a master ([`dial`]) and from workers ([`listen`]): TCP, TLS, Unix sockets, through a proxy.
//!
//! This module must not know what is said over them.

mod dial;
mod listen;
mod proxy;
mod tls;

pub use dial::dial;
pub use listen::{Arrival, ListenError, Listener, listen};

use socket2::{SockRef, TcpKeepalive};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;

/// Anything that bytes travel on.
pub trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

/// A stream of any kind.
pub type BoxStream = Box<dyn Stream>;

/// A peer that is silent for so long is asked whether it lives,
const IDLE: Duration = Duration::from_secs(60);
/// again after so long,
const INTERVAL: Duration = Duration::from_secs(15);
/// and is given up after so many questions, that is, after two minutes.
#[cfg_attr(windows, allow(dead_code))] // Windows counts by itself.
const QUESTIONS: u32 = 4;

/// Small messages go at once, and a peer that vanished is noticed. What the system does not offer is left out.
fn prepare(stream: &TcpStream) {
    let keepalive = TcpKeepalive::new().with_time(IDLE).with_interval(INTERVAL);
    #[cfg(not(windows))]
    let keepalive = keepalive.with_retries(QUESTIONS);
    let socket = SockRef::from(stream);
    let done = stream
        .set_nodelay(true)
        .and_then(|()| socket.set_tcp_keepalive(&keepalive));
    // Without it, what was sent to a peer that vanished is repeated for a quarter of an hour.
    #[cfg(target_os = "linux")]
    let done = done.and_then(|()| socket.set_tcp_user_timeout(Some(IDLE + INTERVAL * QUESTIONS)));
    if let Err(error) = done {
        tracing::debug!(%error, "a connection's options cannot be set");
    }
}
