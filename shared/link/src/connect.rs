//! From an address to a worker's end, in whichever protocol.

use crate::address::Address;
use crate::{ConnectError, Connected, Login, msgpack, pb, stream};
use std::fmt;
use std::str::FromStr;

/// What is spoken with a master. The names are those of Buildbot's configuration.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Protocol {
    /// Perspective Broker.
    #[default]
    Pb,
    /// msgpack over WebSocket.
    Msgpack,
}

impl Protocol {
    /// Its name in Buildbot's configuration and command lines.
    pub fn name(self) -> &'static str {
        match self {
            Protocol::Pb => "pb",
            Protocol::Msgpack => "msgpack_experimental_v7",
        }
    }
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// There is no protocol of this name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no protocol '{0}'; write pb or msgpack_experimental_v7")]
pub struct UnknownProtocol(pub String);

impl FromStr for Protocol {
    type Err = UnknownProtocol;

    fn from_str(text: &str) -> Result<Protocol, UnknownProtocol> {
        match text {
            "pb" => Ok(Protocol::Pb),
            "msgpack" | "msgpack_experimental_v7" => Ok(Protocol::Msgpack),
            other => Err(UnknownProtocol(other.to_owned())),
        }
    }
}

/// A master to be a worker of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// Where it is.
    pub address: Address,
    /// What it speaks there.
    pub protocol: Protocol,
    /// An HTTP proxy to go through.
    pub proxy: Option<Address>,
}

impl Target {
    /// A master that speaks Perspective Broker; msgpack where the address is a WebSocket's.
    pub fn new(address: Address) -> Target {
        let protocol = if address.websocket {
            Protocol::Msgpack
        } else {
            Protocol::Pb
        };
        Target {
            address,
            protocol,
            proxy: None,
        }
    }
}

/// Connects to a master and begins the login. The end must be served before the master accepts.
pub async fn connect(target: &Target, login: Login) -> Result<Connected, ConnectError> {
    let stream = stream::dial(&target.address, target.proxy.as_ref()).await?;
    let address = target.address.to_string();
    match target.protocol {
        Protocol::Pb => pb::connect(stream, &address, login).await,
        Protocol::Msgpack => msgpack::connect(stream, &address, &target.address.path, login).await,
    }
}
