//! Serving the router on TCP and on the local socket.

use crate::access::Peer;
use axum::Router;
use axum::serve::Listener;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use tokio::net::{TcpListener, TcpStream};

/// Serves `router` on `listener` until `stop` resolves and the requests under way are answered.
///
/// The caller decides what `listener` is bound to; nothing but loopback unless the owner said so.
pub async fn serve_tcp(
    listener: TcpListener,
    router: Router,
    stop: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let service = router.into_make_service_with_connect_info::<Peer>();
    axum::serve(Tcp(listener), service).with_graceful_shutdown(stop).await
}

/// Serves `router` on the local socket until `stop` resolves and the requests under way are answered.
///
/// Only the user of this process is let in. The caller makes the socket's file readable by nobody else.
#[cfg(unix)]
pub async fn serve_socket(
    listener: tokio::net::UnixListener,
    router: Router,
    stop: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let service = router.into_make_service_with_connect_info::<Peer>();
    axum::serve(listener, service).with_graceful_shutdown(stop).await
}

/// A TCP listener whose connections send what they have at once.
pub struct Tcp(TcpListener);

impl Listener for Tcp {
    type Io = TcpStream;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (TcpStream, SocketAddr) {
        let (stream, address) = Listener::accept(&mut self.0).await;
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "TCP_NODELAY cannot be set");
        }
        (stream, address)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }
}
