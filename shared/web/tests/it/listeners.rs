//! Many listeners, and slow ones.

use crate::farm::Farm;
use crate::socket::{Ear, Heard, change};
use futures_util::future::join_all;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_listeners_all_hear_everything_in_order() {
    let farm = Farm::new().await;
    let mut ears = Vec::new();
    for _ in 0..200 {
        let mut ear = Ear::new(farm.address).await;
        ear.start("changes/*/*").await;
        ears.push(ear);
    }
    let hearing = ears.into_iter().map(|mut ear| {
        tokio::spawn(async move {
            let mut heard = Vec::new();
            while heard.len() < 100 {
                heard.push(
                    ear.frame().await["m"]["revision"]
                        .as_str()
                        .expect("a revision")
                        .to_owned(),
                );
            }
            heard
        })
    });
    let hearing: Vec<_> = hearing.collect();
    let told: Vec<String> = (0..100).map(|n| n.to_string()).collect();
    for revision in &told {
        farm.master.add_change(change(revision)).await.expect("a change");
    }
    for heard in join_all(hearing).await {
        assert_eq!(heard.expect("a listener"), told);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_listener_that_does_not_read_is_told_why_it_is_dropped() {
    let farm = Farm::new().await;
    let mut slow = Ear::new(farm.address).await;
    slow.start("changes/*/*").await;
    let mut quick = Ear::new(farm.address).await;
    quick.start("changes/*/*").await;
    // More than the socket's buffers and the queue can hold.
    for n in 0..400 {
        let mut long = change(&n.to_string());
        long.comments = "x".repeat(100_000);
        farm.master.add_change(long).await.expect("a change");
        assert_eq!(quick.frame().await["m"]["revision"], n.to_string());
    }
    let mut heard = 0;
    let end = loop {
        match slow.hear().await {
            Heard::Frame(_) => heard += 1,
            end => break end,
        }
    };
    let Heard::Closed(Some(frame)) = end else {
        panic!("{end:?}")
    };
    assert_eq!(u16::from(frame.code), 1013);
    assert!(frame.reason.contains("too slowly"), "{}", frame.reason);
    assert!((1..400).contains(&heard), "{heard} frames were on their way");
}
