//! Where a worker finds its master.

use super::words::{self, Words, escaped};
use super::{AddressError, DEFAULT_PORT, read, url};
use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

const ACCEPTED: &str = "write HOST:PORT, tcp:host=HOST:port=PORT, tls:host=HOST:port=PORT[:trustRoots=DIR], unix:path=PATH \
                        or ws://HOST:PORT";

/// What an endpoint string begins with; a host of such a name needs `tcp:host=`.
const KINDS: [&str; 4] = ["tcp", "tls", "ssl", "unix"];

/// How long a connection may take when the address does not say.
const TIMEOUT: Duration = Duration::from_secs(30);

/// Where a worker finds its master, or a proxy.
///
/// ```
/// use link::address::{Address, Place};
/// let address: Address = "build.example.org".parse()?;
/// assert_eq!(address.place, Place::Tcp { host: "build.example.org".into(), port: 9989 });
/// assert_eq!(address.to_string(), "build.example.org:9989");
/// # Ok::<(), link::address::AddressError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// What is dialled.
    pub place: Place,
    /// How the connection is secured; none in the clear.
    pub security: Option<Security>,
    /// How long a connection may take to be made.
    pub timeout: Duration,
    /// The address of this machine to come from.
    pub bind: Option<IpAddr>,
    /// The path of a WebSocket; `/` when none is written. Perspective Broker has no use for it.
    pub path: String,
    /// Whether it was written as `ws://` or `wss://`, which only msgpack speaks.
    pub websocket: bool,
}

/// What is dialled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A host and a port.
    Tcp {
        /// Its name or IP address, without brackets.
        host: String,
        /// Its port.
        port: u16,
    },
    /// A socket in the file system.
    Unix(PathBuf),
}

/// What a TLS connection trusts and shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Security {
    /// A folder of `.pem` files to trust instead of the system's certificates.
    pub trust: Option<PathBuf>,
    /// A file with the certificate to show, for a master that wants one.
    pub certificate: Option<PathBuf>,
    /// The file with its key; the certificate's own file when none is written.
    pub private_key: Option<PathBuf>,
}

impl Address {
    /// A host and a port in the clear.
    pub fn tcp(host: impl Into<String>, port: u16) -> Address {
        Address::at(Place::Tcp {
            host: host.into(),
            port,
        })
    }

    pub(super) fn at(place: Place) -> Address {
        Address {
            place,
            security: None,
            timeout: TIMEOUT,
            bind: None,
            path: "/".to_owned(),
            websocket: false,
        }
    }

    /// The same, secured by TLS.
    pub fn with_tls(mut self) -> Address {
        self.security.get_or_insert_default();
        self
    }
}

impl FromStr for Address {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Address, AddressError> {
        read(text, "address of a master", ACCEPTED, parse)
    }
}

fn parse(text: &str) -> Result<Address, String> {
    if text.contains("://") {
        return url::parse(text);
    }
    match text.split(':').next() {
        Some(kind) if KINDS.contains(&kind) && text.contains(':') => endpoint(text),
        _ => host_and_port(text).map(|(host, port)| Address::tcp(host, port.unwrap_or(DEFAULT_PORT))),
    }
}

fn endpoint(text: &str) -> Result<Address, String> {
    let mut words = Words::split(text)?;
    if words.kind == "unix" {
        let path = words.take("path").filter(|path| !path.is_empty());
        let mut address = Address::at(Place::Unix(path.ok_or("it has no path")?.into()));
        address.timeout = timeout(words.take_named("timeout"))?;
        words.end()?;
        return Ok(address);
    }
    let host = words.take("host").ok_or("it has no host")?;
    let port = words::port(&words.take("port").ok_or("it has no port")?)?;
    let mut address = Address::tcp(checked_host(&host)?, port);
    address.security = match words.kind.as_str() {
        "tls" => Some(Security {
            trust: words.take_named("trustRoots").map(PathBuf::from),
            certificate: words.take_named("certificate").map(PathBuf::from),
            private_key: words.take_named("privateKey").map(PathBuf::from),
        }),
        "ssl" => Some(Security {
            trust: words.take_named("caCertsDir").map(PathBuf::from),
            certificate: words.take_named("certKey").map(PathBuf::from),
            private_key: words.take_named("privateKey").map(PathBuf::from),
        }),
        _ => None,
    };
    address.timeout = timeout(words.take_named("timeout"))?;
    let bind = words.take_named("bindAddress");
    address.bind = bind.map(|text| words::ip("bindAddress", &text)).transpose()?;
    words.end()?;
    Ok(address)
}

fn timeout(text: Option<String>) -> Result<Duration, String> {
    let Some(text) = text else { return Ok(TIMEOUT) };
    match text.parse::<u32>() {
        Ok(seconds) if seconds > 0 => Ok(Duration::from_secs(seconds.into())),
        _ => Err(format!("the timeout '{text}' is no number of seconds")),
    }
}

/// `HOST`, `HOST:PORT`, `[IPV6]` or `[IPV6]:PORT`.
pub(super) fn host_and_port(text: &str) -> Result<(String, Option<u16>), String> {
    let (host, port) = if let Some(rest) = text.strip_prefix('[') {
        let (host, rest) = rest.split_once(']').ok_or("the bracket '[' is not closed")?;
        if host.parse::<std::net::Ipv6Addr>().is_err() {
            return Err(format!("'{host}' in brackets is no IPv6 address"));
        }
        match rest.strip_prefix(':') {
            Some(port) => (host, Some(port)),
            None if rest.is_empty() => (host, None),
            None => return Err(format!("'{rest}' follows the bracket")),
        }
    } else {
        match text.split_once(':') {
            Some((_, port)) if port.contains(':') => {
                return Err("it has more than one colon (an IPv6 address is written in brackets)".to_owned());
            }
            Some((host, port)) => (host, Some(port)),
            None => (text, None),
        }
    };
    let port = port.map(words::port).transpose()?;
    Ok((checked_host(host)?, port))
}

/// A host's name, or an IP address with or without brackets.
fn checked_host(host: &str) -> Result<String, String> {
    let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    let host = bare.unwrap_or(host);
    let part_of_name = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_');
    if host.is_empty() {
        Err("it has no host".to_owned())
    } else if host.parse::<IpAddr>().is_ok() || host.chars().all(part_of_name) {
        Ok(host.to_owned())
    } else {
        Err(format!("'{host}' is no name of a host"))
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            _ if self.websocket => return url::write(self, f),
            Place::Unix(path) => write!(f, "unix:path={}", escaped(&path.to_string_lossy()))?,
            Place::Tcp { host, port } => {
                let plain = self.security.is_none()
                    && self.timeout == TIMEOUT
                    && self.bind.is_none()
                    && !KINDS.contains(&host.as_str());
                if plain {
                    return write!(f, "{}:{port}", bracketed(host));
                }
                let kind = if self.security.is_some() { "tls" } else { "tcp" };
                write!(f, "{kind}:host={}:port={port}", escaped(host))?;
            }
        }
        let security = self.security.as_ref();
        let files = [
            ("trustRoots", security.and_then(|s| s.trust.as_ref())),
            ("certificate", security.and_then(|s| s.certificate.as_ref())),
            ("privateKey", security.and_then(|s| s.private_key.as_ref())),
        ];
        for (name, path) in files {
            if let Some(path) = path {
                write!(f, ":{name}={}", escaped(&path.to_string_lossy()))?;
            }
        }
        if self.timeout != TIMEOUT {
            write!(f, ":timeout={}", self.timeout.as_secs())?;
        }
        match self.bind {
            Some(bind) => write!(f, ":bindAddress={}", escaped(&bind.to_string())),
            None => Ok(()),
        }
    }
}

/// An IPv6 address in brackets, so that a port can follow.
pub(super) fn bracketed(host: &str) -> String {
    if host.contains(':') {
        format!("[{host}]")
    } else {
        host.to_owned()
    }
}
