//! What the transport knows of the other end.

use axum::extract::connect_info::Connected;
use axum::serve::IncomingStream;
use std::net::SocketAddr;

/// The other end of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Peer {
    /// Came by the local socket.
    Socket {
        /// Whether it runs as the same user as this process, or as the system's administrator.
        same_user: bool,
    },
    /// Came by TCP.
    Network(SocketAddr),
}

impl Connected<IncomingStream<'_, crate::serve::Tcp>> for Peer {
    fn connect_info(stream: IncomingStream<'_, crate::serve::Tcp>) -> Peer {
        Peer::Network(*stream.remote_addr())
    }
}

#[cfg(unix)]
impl Connected<IncomingStream<'_, tokio::net::UnixListener>> for Peer {
    fn connect_info(stream: IncomingStream<'_, tokio::net::UnixListener>) -> Peer {
        let ours = rustix::process::geteuid().as_raw();
        let same_user = stream
            .io()
            .peer_cred()
            .is_ok_and(|theirs| theirs.uid() == ours || theirs.uid() == 0);
        Peer::Socket { same_user }
    }
}
