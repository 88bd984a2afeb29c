//! How people write where a master is, and where one listens.

use link::address::{Address, Place, Port, PortPlace};
use proptest::prelude::*;
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

fn address(text: &str) -> Address {
    text.parse().unwrap_or_else(|error| panic!("{error}"))
}

fn port(text: &str) -> Port {
    text.parse().unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn a_host_has_the_usual_port_unless_one_is_written() {
    for (text, host, port) in [
        ("build.example.org", "build.example.org", 9989),
        ("build.example.org:1", "build.example.org", 1),
        ("10.0.0.7:65535", "10.0.0.7", 65535),
        ("[::1]", "::1", 9989),
        ("[fe80::1]:7", "fe80::1", 7),
        ("tcp:host=h:port=5", "h", 5),
        ("tcp:h:5", "h", 5),
        (r"tcp:host=\:\:1:port=5", "::1", 5),
        ("tls:build.example.org:9989", "build.example.org", 9989),
        ("ws://h", "h", 80),
        ("wss://h:9/x", "h", 9),
    ] {
        let place = Place::Tcp {
            host: host.to_owned(),
            port,
        };
        assert_eq!(address(text).place, place, "{text}");
    }
}

#[test]
fn endpoints_of_buildbot_are_understood() {
    let tls = address("tls:host=h:port=1:trustRoots=/etc/ca:certificate=c.pem:privateKey=k.pem:timeout=5");
    let security = tls.security.expect("it is secure");
    assert_eq!(security.trust, Some(PathBuf::from("/etc/ca")));
    assert_eq!(security.certificate, Some(PathBuf::from("c.pem")));
    assert_eq!(security.private_key, Some(PathBuf::from("k.pem")));
    assert_eq!(tls.timeout, Duration::from_secs(5));

    let ssl = address("ssl:h:1:caCertsDir=/etc/ca");
    assert_eq!(
        ssl.security.expect("it is secure").trust,
        Some(PathBuf::from("/etc/ca"))
    );

    let bound = address("tcp:host=h:port=1:bindAddress=10.0.0.1");
    assert_eq!(bound.bind, Some(IpAddr::from([10, 0, 0, 1])));
    assert_eq!(address("unix:path=/run/b\\:b").place, Place::Unix("/run/b:b".into()));
    assert_eq!(address("unix:/run/b").place, Place::Unix("/run/b".into()));

    let ws = address("ws://h:8/worker?x=1");
    assert_eq!((ws.websocket, ws.path.as_str()), (true, "/worker?x=1"));
}

#[test]
fn what_is_wrong_with_an_address_is_named() {
    for (text, part) in [
        ("", "empty"),
        (":9989", "no host"),
        ("h:", "the port ''"),
        ("h:0", "the port '0'"),
        ("h:65536", "the port '65536'"),
        ("h:nine", "the port 'nine'"),
        ("::1", "in brackets"),
        ("[::1", "not closed"),
        ("[h]:1", "'h' in brackets"),
        ("[::1]x", "'x' follows"),
        ("a b:1", "'a b'"),
        ("tcp:h", "no port"),
        ("tcp:host=h:port=1:prot=2", "'prot='"),
        ("tcp:h:1:2", "'2' is one part too many"),
        ("tcp:host=h:host=i:port=1", "second 'host='"),
        ("tcp:h:1:timeout=soon", "'soon'"),
        ("tcp:h:1:bindAddress=eth0", "'eth0'"),
        ("tcp:h:1:trustRoots=/x", "'trustRoots='"),
        ("tcp:h\\", "backslash"),
        ("unix:", "no path"),
        ("http://h", "'http://'"),
        ("ws://user:secret@h", "password"),
        ("ws://h/a b", "' '"),
        ("h\n:1", "control"),
    ] {
        let error = text.parse::<Address>().expect_err(text).to_string();
        assert!(error.contains(part), "{text}: {error}");
        assert!(error.contains("write HOST:PORT"), "{text}: {error}");
    }
    let long = "h".repeat(5000).parse::<Address>().expect_err("it is long").to_string();
    assert!(long.contains("longer than") && long.len() < 600, "{long}");
}

#[test]
fn ports_of_a_master_are_understood() {
    assert_eq!(port("9989"), Port::number(9989));
    assert_eq!(port("tcp:9989"), Port::number(9989));
    let local = port("tcp:0:interface=127.0.0.1");
    let interface = IpAddr::from([127, 0, 0, 1]);
    assert_eq!(local.place, PortPlace::Tcp { port: 0, interface });
    let six = port(r"tcp:1:interface=\:\:1:backlog=5");
    let interface = "::1".parse().expect("an address");
    assert_eq!(six.place, PortPlace::Tcp { port: 1, interface });
    let ssl = port("ssl:9989:privateKey=key.pem:certKey=cert.pem");
    let identity = ssl.identity.expect("it is secure");
    assert_eq!(identity.private_key, PathBuf::from("key.pem"));
    assert_eq!(identity.certificate, PathBuf::from("cert.pem"));
    let one_file = port("ssl:9989:privateKey=both.pem").identity.expect("it is secure");
    assert_eq!(one_file.certificate, PathBuf::from("both.pem"));
    assert_eq!(port("unix:/run/b").place, PortPlace::Unix("/run/b".into()));
}

#[test]
fn what_is_wrong_with_a_port_is_named() {
    for (text, part) in [
        ("", "empty"),
        ("65536", "'65536'"),
        ("localhost:9989", "'localhost'"),
        ("tcp:x", "'x'"),
        ("tcp", "no port"),
        ("tcp:1:interface=eth0", "'eth0'"),
        ("tcp:1:privateKey=x", "'privateKey='"),
        ("ssl:1:2", "'2'"),
        ("unix:", "no path"),
    ] {
        let error = text.parse::<Port>().expect_err(text).to_string();
        assert!(error.contains(part), "{text}: {error}");
        assert!(error.contains("write a number"), "{text}: {error}");
    }
}

fn path() -> impl Strategy<Value = String> {
    "[ -~ä]{1,20}"
        .prop_map(|text| text.trim().to_owned())
        .prop_filter("a path", |text| !text.is_empty())
}

prop_compose! {
    fn endpoint()(
        kind in prop::sample::select(vec!["tcp", "tls"]),
        host in "[a-z][a-z0-9.-]{0,20}|[0-9]{1,3}\\.1\\.1\\.1|2001:db8::7",
        port in 1..=u16::MAX,
        files in prop::collection::vec((prop::sample::select(vec!["trustRoots", "certificate", "privateKey"]), path()), 0..3),
        timeout in prop::option::of(1_u32..100),
    ) -> String {
        let escape = |text: &str| text.replace('\\', "\\\\").replace(':', "\\:").replace('=', "\\=");
        let mut text = format!("{kind}:host={}:port={port}", escape(&host));
        let mut seen = Vec::new();
        for (name, path) in files {
            if kind == "tls" && !seen.contains(&name) {
                seen.push(name);
                text += &format!(":{name}={}", escape(&path));
            }
        }
        if let Some(timeout) = timeout {
            text += &format!(":timeout={timeout}");
        }
        text
    }
}

proptest! {
    #[test]
    fn what_is_shown_means_the_same(text in endpoint()) {
        let once = address(&text);
        prop_assert_eq!(address(&once.to_string()), once);
    }

    #[test]
    fn any_text_is_an_address_or_an_error(text in "\\PC{0,60}|(tcp|tls|ssl|unix|ws://)[:=\\\\a-z0-9\\[\\]]{0,40}") {
        if let Ok(once) = text.parse::<Address>() {
            prop_assert_eq!(address(&once.to_string()), once);
        }
        if let Ok(once) = text.parse::<Port>() {
            prop_assert_eq!(port(&once.to_string()), once);
        }
    }
}
