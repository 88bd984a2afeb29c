//! Through an HTTP proxy, by `CONNECT` (`perspective-broker` §5).

use super::BoxStream;
use super::dial::unreachable;
use crate::ConnectError;
use crate::address::{Address, Place};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// A proxy that says more than this before it connects is none.
const LONGEST_ANSWER: usize = 16 * 1024;

/// Asks the proxy at the other end of the stream for a connection to an address.
pub(super) async fn tunnel(
    mut stream: BoxStream,
    address: &Address,
    proxy: &Address,
) -> Result<BoxStream, ConnectError> {
    let Place::Tcp { host, port } = &address.place else {
        let reason = "a proxy leads to a host and a port only; leave the proxy out".to_owned();
        return Err(unreachable(address, reason));
    };
    let host = if host.contains(':') {
        format!("[{host}]")
    } else {
        host.clone()
    };
    let request = format!("CONNECT {host}:{port} HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n");
    let failed = |reason: String| unreachable(address, format!("the proxy {proxy} {reason}"));
    let lost = |error: std::io::Error| failed(format!("broke off: {error}"));
    stream.write_all(request.as_bytes()).await.map_err(lost)?;
    let head = head(&mut stream).await.map_err(lost)?;
    let line = head.lines().next().unwrap_or_default();
    let mut words = line.split_ascii_whitespace();
    match (words.next(), words.next()) {
        (Some(version), Some("200")) if version.starts_with("HTTP/") => Ok(stream),
        (Some(version), _) if version.starts_with("HTTP/") => Err(failed(format!("says no: {}", shown(line)))),
        _ => Err(failed(format!("does not answer as a proxy does: {}", shown(line)))),
    }
}

/// Everything up to the empty line. Byte by byte, because what follows it belongs to the master; it is short.
async fn head(stream: &mut BoxStream) -> std::io::Result<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        if head.len() == LONGEST_ANSWER {
            let reason = format!("its answer is longer than {LONGEST_ANSWER} bytes");
            return Err(std::io::Error::other(reason));
        }
        head.push(stream.read_u8().await?);
    }
    Ok(String::from_utf8_lossy(&head).into_owned())
}

/// A foreign line, fit to be printed.
fn shown(line: &str) -> String {
    let line: String = line.chars().take(100).filter(|c| !c.is_control()).collect();
    format!("'{line}'")
}
