//! A submission of which the answer is lost: the master is asked whether it has it before it is sent again.

use super::buildbot::{Buildbot, cloned};
use super::ways::{joined, write_all};
use super::{look, until_over};
use serde_json::json;
use tests::Outpost;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

/// What becomes of the bytes that hold the job.
#[derive(Clone, Copy)]
enum Lost {
    /// They arrive, and their answer does not.
    Answer,
    /// They do not arrive.
    Job,
}

/// A network to a port of this machine that ends each first connection on which `text` is sent; its port.
async fn relay(to: u16, mut cuts: Vec<(&'static str, Lost)>) -> (u16, mpsc::UnboundedReceiver<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let port = listener.local_addr().expect("an address").port();
    let (tell, told) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Ok((near, _)) = listener.accept().await {
            let Ok(far) = TcpStream::connect(("127.0.0.1", to)).await else {
                continue;
            };
            // One after the other, as the program's connections for tries come.
            if let Some(cut) = carry(near, far, &cuts).await {
                cuts.remove(cut);
                let _ = tell.send(());
            }
        }
    });
    (port, told)
}

/// Carries bytes both ways until one end is gone, or one of the texts was sent: which one.
async fn carry(mut near: TcpStream, mut far: TcpStream, cuts: &[(&str, Lost)]) -> Option<usize> {
    let mut sent = Vec::new();
    let (mut up, mut down) = (vec![0; 65_536], vec![0; 65_536]);
    loop {
        tokio::select! {
            read = near.read(&mut up) => {
                let length = read.ok().filter(|length| *length > 0)?;
                sent.extend_from_slice(&up[..length]);
                let holds = |text: &str| sent.windows(text.len()).any(|window| window == text.as_bytes());
                let cut = cuts.iter().position(|(text, _)| holds(text));
                if !matches!(cut, Some(cut) if matches!(cuts[cut].1, Lost::Job)) {
                    far.write_all(&up[..length]).await.ok()?;
                }
                if cut.is_some() {
                    drop(near);
                    // What was written is read over there before the end is.
                    let _ = far.shutdown().await;
                    while far.read(&mut down).await.is_ok_and(|length| length > 0) {}
                    return cut;
                }
            }
            read = far.read(&mut down) => {
                let length = read.ok().filter(|length| *length > 0)?;
                near.write_all(&down[..length]).await.ok()?;
            }
        }
    }
}

#[tokio::test]
async fn a_job_whose_answer_was_lost_is_built_once() {
    let (clone, _place, bare) = cloned(write_all);
    let Some(buildbot) = Buildbot::start(&bare).await else {
        return;
    };
    let outpost = Outpost::start().await;
    joined(&outpost, &buildbot).await;
    let cuts = vec![("the answer is lost", Lost::Answer), ("the job is lost", Lost::Job)];
    let (port, mut told) = relay(buildbot.pb, cuts).await;
    reached_at(&outpost, port).await;
    clone.write("text.txt", "other\n");
    for comment in ["the answer is lost", "the job is lost"] {
        let change = look(&outpost, &clone.path()).await;
        let chosen = json!({
            "change": change["change"], "target": "team/pb", "builders": ["linux"], "comment": comment,
        });
        let row = outpost.call("try_submit", chosen).await;
        let row = until_over(&outpost, row["id"].as_i64().expect("a try")).await;
        told.try_recv().expect("a connection was cut");
        assert_eq!(
            (&row["state"], &row["results"]),
            (&json!("ended"), &json!("success")),
            "{comment}: {row:#}"
        );
        let sets = buildbot.asked("buildsets").await;
        let of_it = sets["buildsets"].as_array().into_iter().flatten();
        let of_it = of_it.filter(|set| set["sourcestamps"][0]["patch"]["comment"] == comment);
        assert_eq!(of_it.count(), 1, "{comment}: {sets:#}");
    }
}

#[tokio::test]
async fn a_job_that_never_arrives_is_given_up() {
    let (clone, _place, bare) = cloned(write_all);
    let Some(buildbot) = Buildbot::start(&bare).await else {
        return;
    };
    let outpost = Outpost::start().await;
    joined(&outpost, &buildbot).await;
    let (port, mut told) = relay(buildbot.pb, vec![("never there", Lost::Job); 10]).await;
    reached_at(&outpost, port).await;
    clone.write("text.txt", "other\n");
    let change = look(&outpost, &clone.path()).await;
    let chosen = json!({
        "change": change["change"], "target": "team/pb", "builders": ["linux"], "comment": "never there",
    });
    let row = outpost.call("try_submit", chosen).await;
    let row = until_over(&outpost, row["id"].as_i64().expect("a try")).await;
    assert_eq!(row["state"], "refused", "{row:#}");
    let words = row["words"].as_str().unwrap_or_default();
    assert!(words.starts_with("It was sent 3 times and did not arrive"), "{row:#}");
    for _ in 0..3 {
        told.try_recv().expect("a connection was cut");
    }
    assert!(told.try_recv().is_err(), "it was sent a fourth time");
}

/// Changes get to the joined master by this port.
async fn reached_at(outpost: &Outpost, port: u16) {
    let access = json!({
        "master": "team", "way": "pb", "address": format!("127.0.0.1:{port}"), "user": "alice",
        "has_password": false, "session_only": true, "port": null, "jobdir": "", "ssh": "", "buildbotbin": "",
        "found_in": null,
    });
    let input = json!({"access": access, "password": "s3cret", "check": true});
    outpost.call("set_try_access", input).await;
}
