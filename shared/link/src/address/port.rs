//! Where a master listens for workers.

use super::words::{self, Words, escaped};
use super::{AddressError, read};
use std::fmt;
use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;
use std::str::FromStr;

const ACCEPTED: &str = "write a number, tcp:PORT[:interface=IP], ssl:PORT:privateKey=FILE:certKey=FILE[:interface=IP] or \
                        unix:PATH";

/// Where a master listens, as `c['protocols']` has it.
///
/// ```
/// use link::address::Port;
/// let port: Port = "tcp:9989:interface=127.0.0.1".parse()?;
/// assert_eq!(port.to_string(), "tcp:9989:interface=127.0.0.1");
/// # Ok::<(), link::address::AddressError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Port {
    /// What is listened on.
    pub place: PortPlace,
    /// What it proves its name with; none listens in the clear.
    pub identity: Option<Identity>,
}

/// What is listened on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PortPlace {
    /// A port.
    Tcp {
        /// Its number; 0 takes any that is free.
        port: u16,
        /// On this address of the machine; all IPv4 addresses unless one is written.
        interface: IpAddr,
    },
    /// A socket in the file system.
    Unix(PathBuf),
}

/// A server's certificate and key, in files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The file with the key.
    pub private_key: PathBuf,
    /// The file with the certificate and, as a rule, those that signed it.
    pub certificate: PathBuf,
    /// A file with more of those that signed it.
    pub chain: Option<PathBuf>,
}

impl Port {
    /// A port of all IPv4 addresses of this machine, in the clear; 0 takes any that is free.
    pub fn number(port: u16) -> Port {
        Port {
            place: PortPlace::Tcp {
                port,
                interface: Ipv4Addr::UNSPECIFIED.into(),
            },
            identity: None,
        }
    }
}

impl FromStr for Port {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Port, AddressError> {
        read(text, "port to listen on", ACCEPTED, parse)
    }
}

fn parse(text: &str) -> Result<Port, String> {
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        return number(text).map(Port::number);
    }
    let mut words = Words::split(text)?;
    let port = match words.kind.as_str() {
        "tcp" => {
            let place = tcp(&mut words)?;
            Port { place, identity: None }
        }
        "ssl" => Port {
            place: tcp(&mut words)?,
            identity: Some(identity(&mut words)),
        },
        "unix" => {
            let path = words.take("address").filter(|path| !path.is_empty());
            Port {
                place: PortPlace::Unix(path.ok_or("it has no path")?.into()),
                identity: None,
            }
        }
        other => return Err(format!("'{other}' is no kind of port")),
    };
    // The system's own queue is long enough, and old methods are not spoken.
    for ignored in ["backlog", "sslmethod"] {
        words.take_named(ignored);
    }
    words.end()?;
    Ok(port)
}

fn tcp(words: &mut Words) -> Result<PortPlace, String> {
    let port = number(&words.take("port").ok_or("it has no port")?)?;
    let interface = words.take_named("interface").filter(|text| !text.is_empty());
    let interface = interface.map(|text| words::ip("interface", &text)).transpose()?;
    let interface = interface.unwrap_or(Ipv4Addr::UNSPECIFIED.into());
    Ok(PortPlace::Tcp { port, interface })
}

fn number(text: &str) -> Result<u16, String> {
    text.parse()
        .map_err(|_| format!("the port '{text}' is no number from 0 to 65535"))
}

/// One file may hold both.
fn identity(words: &mut Words) -> Identity {
    let private_key = words
        .take_named("privateKey")
        .unwrap_or_else(|| "server.pem".to_owned());
    let certificate = words.take_named("certKey").unwrap_or_else(|| private_key.clone());
    Identity {
        private_key: private_key.into(),
        certificate: certificate.into(),
        chain: words.take_named("extraCertChain").map(PathBuf::from),
    }
}

impl fmt::Display for Port {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (port, interface) = match &self.place {
            PortPlace::Unix(path) => return write!(f, "unix:{}", escaped(&path.to_string_lossy())),
            PortPlace::Tcp { port, interface } => (port, interface),
        };
        match &self.identity {
            None => write!(f, "tcp:{port}")?,
            Some(identity) => {
                let file = |path: &PathBuf| escaped(&path.to_string_lossy());
                write!(f, "ssl:{port}:privateKey={}", file(&identity.private_key))?;
                write!(f, ":certKey={}", file(&identity.certificate))?;
                if let Some(chain) = &identity.chain {
                    write!(f, ":extraCertChain={}", file(chain))?;
                }
            }
        }
        if *interface == IpAddr::from(Ipv4Addr::UNSPECIFIED) {
            Ok(())
        } else {
            write!(f, ":interface={}", escaped(&interface.to_string()))
        }
    }
}
