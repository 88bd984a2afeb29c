//! Making a connection to a master.

use super::{BoxStream, prepare, proxy, tls};
use crate::ConnectError;
use crate::address::{Address, Place};
use std::io;
use std::net::SocketAddr;
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;

/// Connects to an address, through an HTTP proxy if one is given, and secures the connection if the address says so.
/// All of it takes at most the address's timeout.
pub async fn dial(address: &Address, proxy: Option<&Address>) -> Result<BoxStream, ConnectError> {
    let patience = address.timeout;
    match timeout(patience, Box::pin(open(address, proxy))).await {
        Ok(opened) => opened,
        Err(_) => {
            let reason = format!("no answer within {} seconds", patience.as_secs());
            Err(unreachable(address, reason))
        }
    }
}

async fn open(address: &Address, proxy: Option<&Address>) -> Result<BoxStream, ConnectError> {
    let stream = match proxy {
        None => plain(address).await?,
        Some(proxy) => {
            let stream = plain(proxy).await.map_err(|error| through(proxy, error))?;
            proxy::tunnel(stream, address, proxy).await?
        }
    };
    match &address.security {
        None => Ok(stream),
        Some(security) => tls::client(stream, address, security).await,
    }
}

/// A connection without anything on it.
async fn plain(address: &Address) -> Result<BoxStream, ConnectError> {
    let failed = |error| unreachable(address, in_words(&error));
    match &address.place {
        Place::Tcp { host, port } => {
            let stream = tcp(address, host, *port).await.map_err(failed)?;
            prepare(&stream);
            Ok(Box::new(stream))
        }
        #[cfg(unix)]
        Place::Unix(path) => {
            let stream = tokio::net::UnixStream::connect(path).await.map_err(failed)?;
            Ok(Box::new(stream))
        }
        #[cfg(not(unix))]
        Place::Unix(_) => Err(unreachable(
            address,
            "this system has no such sockets; write HOST:PORT".to_owned(),
        )),
    }
}

/// Tries each address that the host has.
async fn tcp(address: &Address, host: &str, port: u16) -> io::Result<TcpStream> {
    let mut last = io::Error::new(io::ErrorKind::NotFound, "the host has no address");
    for found in tokio::net::lookup_host((host, port)).await? {
        let connected = match address.bind {
            None => TcpStream::connect(found).await,
            Some(bind) if bind.is_ipv4() == found.is_ipv4() => {
                let socket = if bind.is_ipv4() {
                    TcpSocket::new_v4()
                } else {
                    TcpSocket::new_v6()
                }?;
                socket.bind(SocketAddr::new(bind, 0))?;
                socket.connect(found).await
            }
            Some(_) => continue,
        };
        match connected {
            Ok(stream) => return Ok(stream),
            Err(error) => last = error,
        }
    }
    Err(last)
}

pub(super) fn unreachable(address: &Address, reason: String) -> ConnectError {
    ConnectError::Unreachable {
        address: address.to_string(),
        reason,
    }
}

fn through(proxy: &Address, error: ConnectError) -> ConnectError {
    match error {
        ConnectError::Unreachable { address, reason } => ConnectError::Unreachable {
            address: format!("the proxy {address}"),
            reason,
        },
        other => {
            tracing::debug!(%proxy, "the proxy fails otherwise");
            other
        }
    }
}

/// What the system says, for the cases that people meet.
fn in_words(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => "nothing listens there".to_owned(),
        io::ErrorKind::NotFound => format!("there is no such place ({error})"),
        io::ErrorKind::PermissionDenied => "this user may not connect there".to_owned(),
        // A name that has no address comes without a kind.
        _ => error.to_string(),
    }
}
