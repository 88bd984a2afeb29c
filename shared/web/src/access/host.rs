//! Which `Host` headers are answered: the defence against DNS rebinding.

/// The name in `host` without its port; an IPv6 address keeps its brackets.
pub fn name(host: &str) -> &str {
    if host.starts_with('[') {
        return host.find(']').map_or(host, |end| &host[..=end]);
    }
    host.rsplit_once(':').map_or(host, |(name, _)| name)
}

/// The port in `host`, if it says one.
pub fn port(host: &str) -> Option<&str> {
    host[name(host).len()..].strip_prefix(':')
}

/// Whether `host` is this machine's loopback or one of `allowed`.
pub fn is_ours(host: &str, allowed: &[String]) -> bool {
    let port_is_sane = match port(host) {
        Some(port) => !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit()),
        None => name(host).len() == host.len(),
    };
    let name = name(host).to_ascii_lowercase();
    let loopback = name == "localhost"
        || name == "[::1]"
        || name.ends_with(".localhost")
        || name
            .parse::<std::net::Ipv4Addr>()
            .is_ok_and(|address| address.is_loopback());
    port_is_sane && (loopback || allowed.iter().any(|other| other.eq_ignore_ascii_case(&name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback_and_named_hosts_only() {
        let allowed = ["ci.example.org".to_owned()];
        for (host, ours) in [
            ("127.0.0.1:8010", true),
            ("127.0.0.1", true),
            ("127.9.9.9:1", true),
            ("localhost:8010", true),
            ("LOCALHOST", true),
            ("app.localhost:8010", true),
            ("[::1]:8010", true),
            ("[::1]", true),
            ("CI.example.org:443", true),
            ("evil.example.com", false),
            ("127.0.0.1.evil.example.com:8010", false),
            ("localhost.evil.example.com", false),
            ("notlocalhost", false),
            ("localhost:8010:1", false),
            ("localhost:", false),
            ("localhost:x", false),
            ("[::1]x", false),
            ("[::2]:8010", false),
            ("10.0.0.1:8010", false),
            ("2130706433", false),
            ("", false),
        ] {
            assert_eq!(is_ours(host, &allowed), ours, "{host:?}");
        }
    }
}
