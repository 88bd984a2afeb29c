//! Whether this machine has a way out, and which: so that a master is seen soon after the network has returned.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};

/// The addresses that this machine would send from. Nothing is sent: the system only looks for a way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Outward {
    v4: Option<IpAddr>,
    v6: Option<IpAddr>,
}

impl Outward {
    pub(crate) fn now() -> Outward {
        // Addresses of documentation, which nobody has.
        let v4 = (Ipv4Addr::UNSPECIFIED, Ipv4Addr::new(192, 0, 2, 1));
        let v6 = (Ipv6Addr::UNSPECIFIED, Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1));
        Outward {
            v4: sender(v4.0.into(), v4.1.into()),
            v6: sender(v6.0.into(), v6.1.into()),
        }
    }

    /// Whether there is a way now that there was not before: another network, or one at last.
    pub(crate) fn is_news_to(self, before: Outward) -> bool {
        let new = |now: Option<IpAddr>, before: Option<IpAddr>| now.is_some() && now != before;
        new(self.v4, before.v4) || (self.v4.is_none() && new(self.v6, before.v6))
    }
}

fn sender(from: IpAddr, to: IpAddr) -> Option<IpAddr> {
    let socket = UdpSocket::bind(SocketAddr::new(from, 0)).ok()?;
    socket.connect(SocketAddr::new(to, 9)).ok()?;
    Some(socket.local_addr().ok()?.ip())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_way_is_news_and_a_lost_one_is_not() {
        let home = Some(IpAddr::from([192, 168, 1, 7]));
        let office = Some(IpAddr::from([10, 0, 0, 7]));
        let v6 = Some(IpAddr::from(Ipv6Addr::new(0x2a00, 0, 0, 0, 0, 0, 0, 7)));
        let way = |v4, v6| Outward { v4, v6 };
        for (before, after, news) in [
            (way(None, None), way(home, None), true),
            (way(home, None), way(office, None), true),
            (way(None, None), way(None, v6), true),
            (way(home, None), way(None, None), false),
            (way(home, v6), way(home, v6), false),
            (way(home, None), way(home, v6), false),
        ] {
            assert_eq!(after.is_news_to(before), news, "{before:?} {after:?}");
        }
        assert!(!Outward::now().is_news_to(Outward::now()));
    }
}
