//! Starting, building and stopping, over each protocol.

use super::{Folder, attach, builds_hello, lives, write};
use std::process::{Command, Stdio};
use tests::{Buildbot, has, skip};

#[tokio::test]
async fn a_worker_is_made_started_builds_and_is_stopped() {
    let Some(buildbot) = Buildbot::start().await else {
        return;
    };
    let folder = Folder::made(&buildbot.address(), "w1", &["--umask", "0o022", "--numcpus", "7"]);
    write(&folder.path().join("info/admin"), "Ada <ada@example.org>\n");
    let known = attach(&folder, &buildbot, "w1").await;
    assert_eq!(known["workerinfo"]["admin"], "Ada <ada@example.org>\n");
    let pid = folder.pid().expect("it runs");
    let line = std::fs::read_to_string(format!("/proc/{pid}/cmdline")).expect("a process");
    assert!(!line.contains("pass-w1"), "{line}");
    builds_hello(&buildbot, "w1", 1).await;
    buildbot.printed("hello-w1", 1, "masked").await;
    buildbot.printed("hello-w1", 1, "7 processors").await;

    folder.ok("restart", &[]);
    assert!(!lives(pid));
    buildbot.worker("w1", true).await;
    builds_hello(&buildbot, "w1", 2).await;

    let pid = folder.pid().expect("it runs");
    folder.ok("stop", &[]);
    assert!(!lives(pid) && folder.pid().is_none());
    buildbot.worker("w1", false).await;
    assert!(!folder.log().contains("pass-w1"), "{}", folder.log());
}

#[tokio::test]
async fn over_msgpack() {
    let Some(buildbot) = Buildbot::start().await else {
        return;
    };
    let address = format!("ws://127.0.0.1:{}", buildbot.msgpack());
    let by_address = Folder::made(&address, "w1", &[]);
    attach(&by_address, &buildbot, "w1").await;
    builds_hello(&buildbot, "w1", 1).await;
    let address = format!("127.0.0.1:{}", buildbot.msgpack());
    let by_option = Folder::made(&address, "w2", &["--protocol", "msgpack_experimental_v7"]);
    attach(&by_option, &buildbot, "w2").await;
    builds_hello(&buildbot, "w2", 1).await;
}

#[tokio::test]
async fn over_tls() {
    if !has("openssl") {
        return skip("openssl is not installed, which makes the certificate");
    }
    let keys = tempfile::tempdir().expect("a folder");
    let (key, certificate) = (keys.path().join("key.pem"), keys.path().join("cert.pem"));
    let made = Command::new("openssl")
        .args([
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-days",
            "2",
            "-subj",
            "/CN=localhost",
        ])
        .args(["-addext", "subjectAltName=DNS:localhost", "-keyout"])
        .arg(&key)
        .arg("-out")
        .arg(&certificate)
        .stderr(Stdio::null())
        .status();
    assert!(made.expect("openssl runs").success());
    let (key, certificate) = (key.display(), certificate.display());
    let endpoint = |port| format!("ssl:{port}:privateKey={key}:certKey={certificate}:interface=127.0.0.1");
    let Some(buildbot) = Buildbot::start_on(endpoint).await else {
        return;
    };

    let address = format!("tls:localhost:{}:trustRoots={}", buildbot.pb(), keys.path().display());
    let good = Folder::new();
    std::fs::remove_file(keys.path().join("key.pem")).expect("the master has read it");
    good.ok("create", &["w1", "pass-w1", "--connection-string", &address]);
    attach(&good, &buildbot, "w1").await;
    builds_hello(&buildbot, "w1", 1).await;

    let trustful = Folder::made(&format!("localhost:{}", buildbot.pb()), "w2", &["--use-tls"]);
    let output = trustful.worker("start", &[]);
    assert_eq!(output.status.code(), Some(1));
    let said = super::said(&output);
    assert!(
        said.contains("no secure connection") && said.contains("trust"),
        "{said}"
    );
}

#[tokio::test]
async fn a_worker_comes_back_when_its_master_does() {
    let Some(mut buildbot) = Buildbot::start().await else {
        return;
    };
    let folder = Folder::made(&buildbot.address(), "w1", &["--maxdelay", "1"]);
    attach(&folder, &buildbot, "w1").await;
    buildbot.kill();
    buildbot.run().await;
    buildbot.worker("w1", true).await;
    builds_hello(&buildbot, "w1", 1).await;
    assert!(folder.log().contains("was lost"), "{}", folder.log());
}
