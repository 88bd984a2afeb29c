//! Accepting connections of workers.

use super::{BoxStream, prepare, tls};
use crate::address::{Port, PortPlace};
use std::io;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;

/// A TLS handshake may take so long.
const HANDSHAKE: Duration = Duration::from_secs(10);

/// So many handshakes at once; who comes then waits in the system's queue.
const HALF_OPEN: usize = 256;

/// After the system had no room for another connection.
const PAUSE: Duration = Duration::from_millis(200);

/// Why a port cannot be opened.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen on {port}: {reason}")]
pub struct ListenError {
    /// Which.
    pub port: String,
    /// What is wrong with it.
    pub reason: String,
}

/// Somebody who connected.
pub struct Arrival {
    /// Its bytes.
    pub stream: BoxStream,
    /// Where it comes from; none over a Unix socket.
    pub from: Option<SocketAddr>,
}

/// An open port. Dropping it closes the port and breaks off handshakes, but no stream that was given out.
#[derive(Debug)]
pub struct Listener {
    socket: Socket,
    tls: Option<Tls>,
}

#[derive(Debug)]
enum Socket {
    Tcp(TcpListener),
    #[cfg(unix)]
    Unix(tokio::net::UnixListener, std::path::PathBuf),
}

/// Handshakes run beside each other, so that one that stalls keeps nobody waiting.
struct Tls {
    acceptor: TlsAcceptor,
    handshakes: JoinSet<Option<Arrival>>,
}

/// Opens a port; reads the certificate if it has one.
pub async fn listen(port: &Port) -> Result<Listener, ListenError> {
    let failed = |reason: String| ListenError {
        port: port.to_string(),
        reason,
    };
    let tls = match &port.identity {
        None => None,
        Some(identity) => Some(Tls {
            acceptor: tls::acceptor(identity).map_err(failed)?,
            handshakes: JoinSet::new(),
        }),
    };
    let socket = bind(&port.place).await.map_err(|error| failed(in_words(&error)))?;
    Ok(Listener { socket, tls })
}

async fn bind(place: &PortPlace) -> io::Result<Socket> {
    match place {
        PortPlace::Tcp { port, interface } => TcpListener::bind((*interface, *port)).await.map(Socket::Tcp),
        #[cfg(unix)]
        PortPlace::Unix(path) => {
            // One that nobody listens on any more was left behind.
            let left_behind = tokio::net::UnixStream::connect(path)
                .await
                .is_err_and(|error| error.kind() == io::ErrorKind::ConnectionRefused);
            if left_behind {
                std::fs::remove_file(path)?;
            }
            let listener = tokio::net::UnixListener::bind(path)?;
            Ok(Socket::Unix(listener, path.clone()))
        }
        #[cfg(not(unix))]
        PortPlace::Unix(_) => Err(io::Error::new(
            io::ErrorKind::Unsupported,
            "this system has no such sockets; write a number",
        )),
    }
}

fn in_words(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::AddrInUse => "another program has it; stop that one, or choose another port".to_owned(),
        io::ErrorKind::AddrNotAvailable => "this machine has no such address".to_owned(),
        io::ErrorKind::PermissionDenied => {
            "this user may not; ports below 1024 are the administrator's, choose a higher one".to_owned()
        }
        _ => error.to_string(),
    }
}

impl Listener {
    /// The address and the port, for example the one that the system chose for 0; none of a Unix socket.
    pub fn local_addr(&self) -> Option<SocketAddr> {
        match &self.socket {
            Socket::Tcp(listener) => listener.local_addr().ok(),
            #[cfg(unix)]
            Socket::Unix(..) => None,
        }
    }

    /// The next who connected and, on a secure port, has shaken hands. Safe to cancel.
    pub async fn accept(&mut self) -> Arrival {
        loop {
            let Some(tls) = &mut self.tls else {
                return self.socket.accept().await;
            };
            tokio::select! {
                Some(done) = tls.handshakes.join_next() => {
                    if let Ok(Some(arrival)) = done {
                        return arrival;
                    }
                }
                arrival = self.socket.accept(), if tls.handshakes.len() < HALF_OPEN => {
                    tls.handshakes.spawn(handshake(tls.acceptor.clone(), arrival));
                }
            }
        }
    }
}

impl Socket {
    /// The next connection. What the system cannot give now is tried again.
    async fn accept(&self) -> Arrival {
        loop {
            match self.try_accept().await {
                Ok(arrival) => return arrival,
                // Who came is gone again.
                Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => {}
                Err(error) => {
                    tracing::warn!(%error, "a connection cannot be accepted now");
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
    }

    async fn try_accept(&self) -> io::Result<Arrival> {
        match self {
            Socket::Tcp(listener) => listener.accept().await.map(|(stream, from)| tcp(stream, from)),
            #[cfg(unix)]
            Socket::Unix(listener, _) => {
                let (stream, _) = listener.accept().await?;
                let stream: BoxStream = Box::new(stream);
                Ok(Arrival { stream, from: None })
            }
        }
    }
}

fn tcp(stream: TcpStream, from: SocketAddr) -> Arrival {
    prepare(&stream);
    Arrival {
        stream: Box::new(stream),
        from: Some(from),
    }
}

async fn handshake(acceptor: TlsAcceptor, arrival: Arrival) -> Option<Arrival> {
    let Arrival { stream, from } = arrival;
    let reason = match timeout(HANDSHAKE, acceptor.accept(stream)).await {
        Ok(Ok(stream)) => {
            let stream: BoxStream = Box::new(stream);
            return Some(Arrival { stream, from });
        }
        Ok(Err(error)) => error.to_string(),
        Err(_) => format!("not within {} seconds", HANDSHAKE.as_secs()),
    };
    tracing::info!(?from, "no secure connection: {reason}");
    None
}

impl Drop for Listener {
    fn drop(&mut self) {
        #[cfg(unix)]
        if let Socket::Unix(_, path) = &self.socket {
            // The name is of no use to anybody now.
            let _ = std::fs::remove_file(path);
        }
    }
}

impl std::fmt::Debug for Arrival {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Arrival")
            .field("from", &self.from)
            .finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Tls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tls")
            .field("handshakes", &self.handshakes.len())
            .finish_non_exhaustive()
    }
}
