//! A connection to a local socket: a Unix socket, or a named pipe on Windows.

use std::io;
use std::path::Path;

/// The stream of this system.
#[cfg(unix)]
pub type Stream = tokio::net::UnixStream;
/// The stream of this system.
#[cfg(windows)]
pub type Stream = tokio::net::windows::named_pipe::NamedPipeClient;

/// Connects to whoever listens.
#[cfg(unix)]
pub async fn connect(socket: &Path) -> io::Result<Stream> {
    Stream::connect(socket).await
}

/// Connects to whoever listens.
#[cfg(windows)]
pub async fn connect(socket: &Path) -> io::Result<Stream> {
    tokio::net::windows::named_pipe::ClientOptions::new().open(pipe_name(socket))
}

/// A pipe is named, not placed: the path in one word.
#[cfg(windows)]
pub fn pipe_name(socket: &Path) -> String {
    let word: String = socket
        .to_string_lossy()
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
        .collect();
    format!(r"\\.\pipe\{word}")
}

/// HTTP over the same socket.
pub fn http(socket: &Path) -> reqwest::Result<reqwest::Client> {
    // Never used over a socket, but the client wants to have it. It may be there already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    // Nobody is to be trusted there, so the system's certificates need not be read.
    let builder = reqwest::Client::builder().no_proxy().tls_certs_only([]);
    #[cfg(unix)]
    let builder = builder.unix_socket(socket);
    #[cfg(windows)]
    let builder = builder.windows_named_pipe(pipe_name(socket));
    builder.build()
}
