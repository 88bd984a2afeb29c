//! Over Perspective Broker to a real master.

use crate::buildbot::{Master, free_port, job};
use std::time::Duration;
use submit::pb::PbWay;
use submit::{Arrived, TryNews};

const SOON: Duration = Duration::from_secs(60);

#[tokio::test]
async fn a_change_is_taken_followed_and_every_refusal_has_its_next_step() {
    let Some(master) = Master::start().await else { return };
    let address = format!("127.0.0.1:{}", master.pb);
    let way = PbWay::new(&address, "alice", "s3cret").expect("an address");
    let offer = way.offer(SOON).await.expect("names");
    assert_eq!(
        (offer.builders, offer.outpost),
        (vec!["a".to_owned(), "b".to_owned()], false)
    );

    let refused = way.submit(&job(&["a", "nobody"])).await.expect_err("no such builder");
    assert!(refused.message.contains("nobody"), "{refused}");
    assert_eq!((refused.arrived, refused.passing), (Arrived::No, false));

    let wrong = PbWay::new(&address, "alice", "wrong").expect("an address");
    let refused = wrong.submit(&job(&["a"])).await.expect_err("a wrong password");
    assert!(refused.hint.is_some() && !refused.passing, "{refused:?}");

    let mut news = way.submit(&job(&["a"])).await.expect("taken");
    let mut ended = Vec::new();
    while let Some(one) = news.next().await {
        match one {
            TryNews::Ended { builder, result, .. } => ended.push((builder, result)),
            TryNews::Lost(reason) => panic!("{reason}"),
            _ => {}
        }
    }
    assert_eq!(ended, [("a".to_owned(), 0)]);
    let (set, stamp) = master.only_stamp().await;
    assert_eq!(stamp["patch"]["author"], "Ann <ann@example.org>");
    assert_eq!(stamp["revision"], "abc123");
    assert!(
        set["reason"]
            .as_str()
            .is_some_and(|reason| reason.contains("does it build?"))
    );
}

#[tokio::test]
async fn where_nobody_is_it_may_work_later_and_what_is_too_long_is_not_sent() {
    let way = PbWay::new(&format!("127.0.0.1:{}", free_port()), "alice", "s3cret").expect("an address");
    let down = way.submit(&job(&["a"])).await.expect_err("nobody there");
    assert!(down.passing && down.arrived == Arrived::No, "{down:?}");
    let mut long = job(&["a"]);
    long.patch.as_mut().expect("a patch").body = vec![b'x'; submit::limits::longest_patch(true) + 1].into();
    let refused = way.submit(&long).await.expect_err("too long");
    assert!(!refused.passing, "{refused:?}");
    assert!(PbWay::new("no port:x", "", "").is_err());
}
