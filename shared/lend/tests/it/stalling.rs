//! A master that stalls while a worker logs in costs that attempt. Time stands still here unless everybody waits for it.

use link::{ConnectError, Login};
use std::time::Duration;
use tokio::io::AsyncWriteExt;
use tokio::time::Instant;

/// What a master of Perspective Broker says first: the dialects that it speaks.
const OFFER: &[u8] = b"\x02\x80\x02\x82pb\x04\x82none";

/// How an attempt ends at a master that says this and no more, and after how long.
async fn stalled(said: &[u8]) -> (String, Duration) {
    let (worker, mut master) = tokio::io::duplex(1 << 16);
    master.write_all(said).await.expect("it is said");
    let login = Login {
        name: "w".to_owned(),
        password: "secret".to_owned(),
    };
    let begun = Instant::now();
    match link::pb::connect(worker, "master:9989", login).await {
        Err(ConnectError::Protocol { reason, .. }) => (reason, begun.elapsed()),
        other => panic!("{other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn a_master_that_says_nothing_is_left() {
    let (reason, waited) = stalled(b"").await;
    assert!(reason.contains("30"), "{reason}");
    assert!(waited <= Duration::from_secs(31), "{waited:?}");
}

#[tokio::test(start_paused = true)]
async fn a_master_that_does_not_answer_the_login_is_left() {
    let (reason, waited) = stalled(OFFER).await;
    assert_eq!(reason, "it did not answer the login within 60 seconds");
    assert!(waited <= Duration::from_secs(61), "{waited:?}");
}
