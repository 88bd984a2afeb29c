//! A notification server that takes a notice and never answers.

use crate::fake::FakeServer;
use crate::play::*;
use std::time::{Duration, Instant};
use tray::NoticePresence;

#[tokio::test]
#[ignore = "runs on a bus of its own"]
async fn it_is_reported_and_holds_nobody_up() {
    let server = FakeServer::start_hanging().await;
    let mut play = Play::start();
    play.until_notices(NoticePresence::Works { buttons: true }).await;
    let begun = Instant::now();
    for n in 0..1000 {
        play.tray.notify(notice(&format!("break-{n}"), "title"));
    }
    assert!(begun.elapsed() < Duration::from_secs(1), "notify waits for nobody");
    play.until_notices(NoticePresence::NoServer).await;
    play.tray.close().await;
    server.stop().await;
}
