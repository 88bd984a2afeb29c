//! Ports that are not plain TCP: TLS, and a socket in the file system.

use super::{FAR, Far, configuration, connected, free_port, page, says_hello, start};
use tempfile::TempDir;

/// A certificate for this machine that vouches for itself: `key.pem`, and `trusted/cert.pem`.
fn certificate() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).expect("a certificate");
    let trusted = folder.path().join("trusted");
    std::fs::create_dir(&trusted).expect("a folder");
    std::fs::write(trusted.join("cert.pem"), made.cert.pem()).expect("a file");
    std::fs::write(folder.path().join("key.pem"), made.signing_key.serialize_pem()).expect("a file");
    folder
}

/// A port of Perspective Broker, as the configuration has it.
fn pb(port: &str) -> String {
    format!(r#""pb": {{"port": "{port}"}}"#)
}

/// A worker of ours and then Buildbot's come to this address and build.
async fn both_kinds_build(port: &str, address: &str) {
    let outpost = start(&configuration(&pb(port), FAR)).await;
    page(&outpost, "the port", |page| page["ports"][0]["listens"].is_string()).await;
    let ours = Far::of_outpost(&outpost, address, "sesame");
    page(&outpost, "its arrival", |page| connected(page, "far")).await;
    says_hello(&outpost, 1).await;
    drop(ours);
    page(&outpost, "its leave", |page| !connected(page, "far")).await;

    // What it is given as host and port besides means nothing to it then.
    let option = format!("--connection-string={address}");
    let Some(_theirs) = Far::of_buildbot(1, "sesame", &[&option]) else {
        return;
    };
    page(&outpost, "the arrival of Buildbot's", |page| connected(page, "far")).await;
    says_hello(&outpost, 2).await;
}

#[tokio::test]
async fn workers_come_over_tls() {
    let (port, certificate) = (free_port(), certificate());
    let shown = certificate.path().display();
    both_kinds_build(
        &format!("ssl:{port}:privateKey={shown}/key.pem:certKey={shown}/trusted/cert.pem:interface=127.0.0.1"),
        &format!("tls:localhost:{port}:trustRoots={shown}/trusted"),
    )
    .await;
}

#[tokio::test]
async fn workers_come_over_a_socket_in_the_file_system() {
    let folder = tempfile::tempdir().expect("a folder");
    let socket = folder.path().join("socket");
    let socket = socket.display();
    both_kinds_build(&format!("unix:{socket}"), &format!("unix:path={socket}")).await;
}

#[tokio::test]
async fn a_master_whose_certificate_nobody_vouches_for_gets_no_password() {
    let (port, mine, another) = (free_port(), certificate(), certificate());
    let shown = mine.path().display();
    let ssl = format!("ssl:{port}:privateKey={shown}/key.pem:certKey={shown}/trusted/cert.pem:interface=127.0.0.1");
    let outpost = start(&configuration(&pb(&ssl), FAR)).await;
    page(&outpost, "the port", |page| page["ports"][0]["listens"].is_string()).await;
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("worker");
    let path = path.to_str().expect("text");
    let address = format!("tls:localhost:{port}:trustRoots={}/trusted", another.path().display());
    outpost.ok(&["worker", "create", "--maxretries=0", path, &address, "far", "sesame"]);
    let refused = outpost.cli(&["worker", "start", "--nodaemon", path]);
    let said = String::from_utf8_lossy(&refused.stderr);
    assert!(
        !refused.status.success() && said.contains("no secure connection") && said.contains("by nobody in"),
        "{said}"
    );
    let there = page(&outpost, "the page", |_| true).await;
    assert!(!connected(&there, "far"), "{there:#}");
}
