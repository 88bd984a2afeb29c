//! Streams over real sockets: what connects, and what is said when it does not.

use link::ConnectError;
use link::address::{Address, Port};
use link::stream::{BoxStream, Listener, dial, listen};
use rcgen::{CertificateParams, Issuer, KeyPair};
use std::path::Path;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// A certificate in a folder: `server.pem` with its key, and `trust/ca.pem`.
struct Certificate(TempDir);

impl Certificate {
    /// Signed by an authority of its own.
    fn signed(params: CertificateParams) -> Certificate {
        let (ca_key, key) = (keys(), keys());
        let mut ca = CertificateParams::new(Vec::new()).expect("parameters");
        ca.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        let authority = ca.self_signed(&ca_key).expect("an authority").pem();
        let issuer = Issuer::new(ca, ca_key);
        let certificate = params.signed_by(&key, &issuer).expect("a certificate").pem();
        Certificate::files(&certificate, &key, &authority)
    }

    /// Signed by itself, and an authority at that, as `openssl req -x509` makes it.
    fn of_itself(mut params: CertificateParams) -> Certificate {
        params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        let key = keys();
        let certificate = params.self_signed(&key).expect("a certificate").pem();
        Certificate::files(&certificate, &key, &certificate)
    }

    fn files(certificate: &str, key: &KeyPair, authority: &str) -> Certificate {
        let folder = TempDir::new().expect("a folder");
        let text = format!("{certificate}{}", key.serialize_pem());
        std::fs::write(folder.path().join("server.pem"), text).expect("a file");
        std::fs::create_dir(folder.path().join("trust")).expect("a folder");
        std::fs::write(folder.path().join("trust/ca.pem"), authority).expect("a file");
        Certificate(folder)
    }

    fn trust(&self) -> String {
        self.0.path().join("trust").display().to_string()
    }

    async fn listen(&self) -> (Listener, u16) {
        let file = self.0.path().join("server.pem");
        let text = format!("ssl:0:privateKey={}:interface=127.0.0.1", file.display());
        open(&text).await
    }
}

fn keys() -> KeyPair {
    KeyPair::generate().expect("a key")
}

fn names(names: &[&str]) -> CertificateParams {
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    CertificateParams::new(names).expect("parameters")
}

async fn open(port: &str) -> (Listener, u16) {
    let port: Port = port.parse().expect("a port");
    let listener = listen(&port).await.expect("it opens");
    let number = listener.local_addr().map_or(0, |address| address.port());
    (listener, number)
}

fn address(text: &str) -> Address {
    text.parse().expect("an address")
}

/// Bytes there and back.
async fn echo(mut ours: BoxStream, mut theirs: BoxStream) {
    ours.write_all(b"ping").await.expect("sent");
    ours.flush().await.expect("sent");
    let mut word = [0; 4];
    theirs.read_exact(&mut word).await.expect("received");
    theirs.write_all(b"pong").await.expect("sent");
    theirs.flush().await.expect("sent");
    ours.read_exact(&mut word).await.expect("received");
    assert_eq!(&word, b"pong");
}

/// Dials a port that is being served, and talks over it.
async fn talks(listener: &mut Listener, address: &Address) {
    let (dialled, arrival) = tokio::join!(dial(address, None), listener.accept());
    echo(dialled.expect("it connects"), arrival.stream).await;
}

/// Dials a port that is being served; the reason why that fails.
async fn refused(listener: &mut Listener, address: &Address) -> String {
    tokio::select! {
        dialled = dial(address, None) => match dialled {
            Err(ConnectError::Tls { reason, .. }) => reason,
            Err(other) => panic!("{other}"),
            Ok(_) => panic!("it connected"),
        },
        _ = listener.accept() => panic!("it shook hands"),
    }
}

#[tokio::test]
async fn in_the_clear_and_over_a_socket_in_the_file_system() {
    let (mut listener, port) = open("tcp:0:interface=127.0.0.1").await;
    talks(&mut listener, &address(&format!("127.0.0.1:{port}"))).await;
    talks(
        &mut listener,
        &address(&format!("tcp:localhost:{port}:bindAddress=127.0.0.1")),
    )
    .await;

    let folder = TempDir::new().expect("a folder");
    let path = folder.path().join("socket").display().to_string();
    let (mut listener, _) = open(&format!("unix:{path}")).await;
    talks(&mut listener, &address(&format!("unix:path={path}"))).await;
    drop(listener);
    assert!(!Path::new(&path).exists(), "the socket's name is gone with it");
}

#[tokio::test]
async fn over_tls_with_an_authority_or_a_certificate_of_its_own() {
    for certificate in [
        Certificate::signed(names(&["localhost", "127.0.0.1"])),
        Certificate::of_itself(names(&["localhost", "127.0.0.1"])),
    ] {
        let (mut listener, port) = certificate.listen().await;
        let trust = certificate.trust();
        talks(
            &mut listener,
            &address(&format!("tls:localhost:{port}:trustRoots={trust}")),
        )
        .await;
        talks(
            &mut listener,
            &address(&format!("ssl:host=127.0.0.1:port={port}:caCertsDir={trust}")),
        )
        .await;
    }
}

#[tokio::test]
async fn what_is_wrong_with_a_certificate_is_said() {
    let day = |year| rcgen::date_time_ymd(year, 1, 1);
    let mut expired = names(&["localhost"]);
    (expired.not_before, expired.not_after) = (day(2000), day(2001));
    let mut early = names(&["localhost"]);
    (early.not_before, early.not_after) = (day(3000), day(3001));
    for (params, words) in [
        (expired.clone(), "has expired"),
        (early, "not valid yet"),
        (names(&["build.example.org"]), "is not for 'localhost', but for"),
    ] {
        let certificate = Certificate::signed(params);
        let (mut listener, port) = certificate.listen().await;
        let address = address(&format!("tls:localhost:{port}:trustRoots={}", certificate.trust()));
        let reason = refused(&mut listener, &address).await;
        assert!(reason.contains(words), "{words}: {reason}");
    }
    // Trusted by name, but out of date or for another host.
    for (params, words) in [(expired, "has expired"), (names(&["other"]), "is not for 'localhost'")] {
        let certificate = Certificate::of_itself(params);
        let (mut listener, port) = certificate.listen().await;
        let address = address(&format!("tls:localhost:{port}:trustRoots={}", certificate.trust()));
        let reason = refused(&mut listener, &address).await;
        assert!(reason.contains(words), "{words}: {reason}");
    }
}

#[tokio::test]
async fn a_certificate_that_nobody_vouches_for_is_refused_in_every_form() {
    let certificate = Certificate::of_itself(names(&["localhost"]));
    let stranger = Certificate::of_itself(names(&["localhost"]));
    let (mut listener, port) = certificate.listen().await;
    let strangers = format!("tls:localhost:{port}:trustRoots={}", stranger.trust());
    let reason = refused(&mut listener, &address(&strangers)).await;
    assert!(reason.contains("by nobody in"), "{reason}");
    for plain in [format!("tls:localhost:{port}"), format!("ssl:localhost:{port}")] {
        let reason = refused(&mut listener, &address(&plain)).await;
        assert!(reason.contains("trust"), "{reason}");
    }
    let empty = TempDir::new().expect("a folder");
    let none = format!("tls:localhost:{port}:trustRoots={}", empty.path().display());
    let reason = refused(&mut listener, &address(&none)).await;
    assert!(reason.contains("no .pem file"), "{reason}");
}

#[tokio::test]
async fn who_stalls_in_a_handshake_keeps_nobody_waiting() {
    let certificate = Certificate::signed(names(&["localhost"]));
    let (mut listener, port) = certificate.listen().await;
    let mut stalled = Vec::new();
    for _ in 0..20 {
        stalled.push(
            tokio::net::TcpStream::connect(("127.0.0.1", port))
                .await
                .expect("it connects"),
        );
    }
    let good = format!("tls:localhost:{port}:trustRoots={}", certificate.trust());
    talks(&mut listener, &address(&good)).await;
    let mut rubbish = tokio::net::TcpStream::connect(("127.0.0.1", port))
        .await
        .expect("it connects");
    rubbish.write_all(b"GET / HTTP/1.1\r\n\r\n").await.expect("sent");
    talks(&mut listener, &address(&good)).await;
}

#[tokio::test]
async fn nothing_there_is_said_plainly() {
    let closed = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = closed.local_addr().expect("an address").port();
    drop(closed);
    for (text, words) in [
        (format!("127.0.0.1:{port}"), "nothing listens there"),
        ("no-such-host.invalid:1".to_owned(), "no-such-host.invalid"),
        ("unix:path=/no/such/socket".to_owned(), "no such place"),
    ] {
        match dial(&address(&text), None).await {
            Err(error @ ConnectError::Unreachable { .. }) => {
                assert!(error.to_string().contains(words), "{text}: {error}");
            }
            Err(other) => panic!("{text}: {other}"),
            Ok(_) => panic!("{text}: it connected"),
        }
    }
}

#[tokio::test]
async fn a_port_that_cannot_be_opened_says_why() {
    let taken = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = taken.local_addr().expect("an address").port();
    let text = format!("tcp:{port}:interface=127.0.0.1");
    let error = listen(&text.parse().expect("a port")).await.expect_err("it is taken");
    assert!(error.to_string().contains("another program has it"), "{error}");
    let no_key: Port = "ssl:0:privateKey=/no/such/key.pem".parse().expect("a port");
    let error = listen(&no_key).await.expect_err("there is no key");
    assert!(error.to_string().contains("/no/such/key.pem"), "{error}");
}

/// A proxy that gives this answer and then, if it is good, echoes one word.
async fn proxy(answer: &'static [u8]) -> (u16, tokio::task::JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let task = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.expect("a client");
        let mut request = Vec::new();
        while !request.ends_with(b"\r\n\r\n") {
            request.push(stream.read_u8().await.expect("a request"));
        }
        stream.write_all(answer).await.expect("sent");
        let mut word = [0; 4];
        if stream.read_exact(&mut word).await.is_ok() {
            stream.write_all(&word).await.expect("sent");
        }
        String::from_utf8(request).expect("text")
    });
    (port, task)
}

#[tokio::test]
async fn through_a_proxy() {
    let (port, task) = proxy(b"HTTP/1.0 200 Connection established\r\nVia: x\r\n\r\n").await;
    let proxy_address = address(&format!("tcp:host=127.0.0.1:port={port}"));
    let mut stream = dial(&address("build.invalid:7"), Some(&proxy_address))
        .await
        .expect("it connects");
    stream.write_all(b"ping").await.expect("sent");
    let mut word = [0; 4];
    stream.read_exact(&mut word).await.expect("received");
    assert_eq!(&word, b"ping");
    let request = task.await.expect("the proxy ran");
    assert!(request.starts_with("CONNECT build.invalid:7 HTTP/1.1\r\n"), "{request}");
}

#[tokio::test]
async fn a_proxy_that_refuses_talks_rubbish_or_never_ends_is_named() {
    let endless: &'static [u8] = Box::leak(vec![b'x'; 40_000].into_boxed_slice());
    for (answer, words) in [
        (
            &b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n"[..],
            "says no: 'HTTP/1.1 407",
        ),
        (b"SSH-2.0-x\r\n\r\n", "does not answer as a proxy does"),
        (endless, "is longer than"),
    ] {
        let (port, _task) = proxy(answer).await;
        let proxy_address = address(&format!("127.0.0.1:{port}"));
        let error = match dial(&address("build.invalid:7"), Some(&proxy_address)).await {
            Err(error) => error.to_string(),
            Ok(_) => panic!("it connected"),
        };
        assert!(
            error.contains(words) && error.contains("the proxy 127.0.0.1"),
            "{error}"
        );
    }
}

#[tokio::test]
async fn who_never_answers_is_given_up_in_time() {
    let silent = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = silent.local_addr().expect("an address").port();
    let address = address(&format!("tls:localhost:{port}:timeout=1"));
    match dial(&address, None).await {
        Err(error) => assert!(error.to_string().contains("within 1 seconds"), "{error}"),
        Ok(_) => panic!("it connected"),
    }
}
