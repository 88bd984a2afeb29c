//! A try on a team's master asks that master little, however much happens meanwhile, here and there.

use super::buildbot::{Buildbot, cloned};
use super::ways::{give_access, join, write_all};
use super::{look, submit, until_over};
use futures_util::StreamExt;
use serde_json::json;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tests::{Outpost, Wire};
use tokio::net::UnixStream;
use tokio::time::{Instant, sleep, timeout};

/// What a try of one builder may ask for in all.
const MOST: usize = 12;

/// Waits until nothing was asked for a while; how much was asked until then.
async fn until_quiet(wire: &Wire) -> usize {
    let (mut asked, mut since) = (wire.asked().len(), Instant::now());
    while since.elapsed() < Duration::from_secs(5) {
        sleep(Duration::from_millis(100)).await;
        let now = wire.asked().len();
        if now != asked {
            (asked, since) = (now, Instant::now());
        }
    }
    asked
}

/// What a face is told from now on.
async fn face(outpost: &Outpost) -> Arc<Mutex<Vec<String>>> {
    let stream = UnixStream::connect(outpost.socket()).await.expect("the socket");
    let address = "ws://outpost/api/outpost/v1/events";
    let (mut events, _) = tokio_tungstenite::client_async(address, stream).await.expect("events");
    let told = Arc::new(Mutex::new(Vec::new()));
    let known = Arc::clone(&told);
    tokio::spawn(async move {
        while let Some(Ok(event)) = events.next().await {
            known.lock().expect("what was told").push(event.to_string());
        }
    });
    told
}

#[tokio::test(flavor = "multi_thread")]
async fn a_build_of_many_steps_is_followed_by_what_its_master_tells() {
    let (clone, _place, bare) = cloned(write_all);
    let repository = bare.display().to_string();
    let configuration = |pb: u16, web: u16| {
        include_str!("busy.cfg")
            .replace("@PB@", &pb.to_string())
            .replace("@WEB@", &web.to_string())
            .replace("@REPOSITORY@", &repository)
    };
    let Some(buildbot) = Buildbot::start_with(&[], configuration).await else {
        return;
    };
    let wire = Wire::to(buildbot.web).await;
    let outpost = Outpost::start().await;
    join(&outpost, &wire.url()).await;
    assert_eq!(give_access(&outpost, &buildbot, "s3cret").await.0, 200);
    clone.write("text.txt", "other\n");
    let change = look(&outpost, &clone.path()).await;
    let before = until_quiet(&wire).await;

    let told = face(&outpost).await;
    let id = submit(&outpost, &change, "team/pb", &["linux"]).await;
    let over = until_over(&outpost, id);
    tokio::pin!(over);
    let row = loop {
        // Faces are told of something else all the time, and whoever follows a try looks.
        let mute = json!({"scope": {"about": "tag", "tag": "none"}, "until": {"until": "forever"}});
        outpost.call("mute", mute).await;
        if let Ok(row) = timeout(Duration::from_millis(200), &mut over).await {
            break row;
        }
    };
    assert_eq!(
        (&row["state"], &row["results"], &row["applied"]),
        (&json!("ended"), &json!("success"), &json!("applied")),
        "{row:#}"
    );
    let asked = &wire.asked()[before..];
    println!("{} requests", asked.len());
    assert!(asked.len() <= MOST, "{asked:#?}");
    // No face looks at the build, so none is told of its steps and logs.
    let told = told.lock().expect("what was told");
    assert!(
        told.iter().any(|event| event.contains(r#""kind":"tries""#)),
        "{told:#?}"
    );
    let closely = |event: &String| event.contains(r#""kind":"build""#) || event.contains(r#""kind":"log""#);
    assert!(!told.iter().any(closely), "{told:#?}");
}
