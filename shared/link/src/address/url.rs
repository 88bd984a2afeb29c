//! `ws://HOST:PORT/PATH` and `wss://…`, for masters that speak msgpack (`worker-protocol-msgpack` §1).

use super::client::{bracketed, host_and_port};
use super::{Address, Place};
use std::fmt;

/// The ports that the schemes have of themselves.
const PLAIN: u16 = 80;
const SECURE: u16 = 443;

pub(super) fn parse(text: &str) -> Result<Address, String> {
    let (scheme, rest) = text.split_once("://").unwrap_or(("", text));
    let secure = match scheme {
        "ws" => false,
        "wss" => true,
        other => return Err(format!("'{other}://' is unknown")),
    };
    let (host, path) = match rest.find('/') {
        Some(slash) => rest.split_at(slash),
        None => (rest, "/"),
    };
    if host.contains('@') {
        return Err("it holds a name or a password, which are given apart".to_owned());
    }
    if let Some(odd) = path.chars().find(|c| !c.is_ascii_graphic() || *c == '#') {
        return Err(format!("its path has the character {odd:?}"));
    }
    let (host, port) = host_and_port(host)?;
    let port = port.unwrap_or(if secure { SECURE } else { PLAIN });
    let mut address = Address::tcp(host, port);
    if secure {
        address = address.with_tls();
    }
    path.clone_into(&mut address.path);
    address.websocket = true;
    Ok(address)
}

pub(super) fn write(address: &Address, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let scheme = if address.security.is_some() { "wss" } else { "ws" };
    match &address.place {
        Place::Tcp { host, port } => write!(f, "{scheme}://{}:{port}{}", bracketed(host), address.path),
        Place::Unix(path) => write!(f, "{scheme}://{}{}", path.display(), address.path),
    }
}
