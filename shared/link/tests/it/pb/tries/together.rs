//! Both ends of ours.

use super::desk::{LIMIT, Open, alice, login, next};
use bytes::Bytes;
use link::pb::Happening;
use link::pb::tries::{LONGEST, LONGEST_IN_PARTS, Offer, TryError, TryNews, fits, offer, submit};
use proptest::prelude::*;
use std::time::Duration;
use wire::try_job::{Json, TryJob, TryPatch};

fn patch(body: impl Into<Bytes>) -> Option<TryPatch> {
    Some(TryPatch {
        level: 1,
        body: body.into(),
    })
}

fn began(builder: &str, attempt: u32) -> TryNews {
    TryNews::Began {
        builder: builder.to_owned(),
        attempt,
    }
}

fn ended(builder: &str, attempt: u32, result: i64, text: &str) -> TryNews {
    TryNews::Ended {
        builder: builder.to_owned(),
        attempt,
        result,
        text: text.to_owned(),
    }
}

#[tokio::test]
async fn the_builders_are_told() {
    let master = Open::new().await;
    let offer = offer(&master.target(), &alice(), LIMIT).await.unwrap();
    let both = vec!["a".to_owned(), "b".to_owned()];
    assert_eq!(
        offer,
        Offer {
            builders: both,
            outpost: true
        }
    );
}

#[tokio::test]
async fn a_job_is_followed_to_its_end() {
    let master = Open::new().await;
    let tell = master.desk.expects();
    let job = TryJob {
        patch: patch(&b"+\xff\n"[..]),
        ..TryJob::default()
    };
    let mut submitted = submit(&master.target(), &alice(), &job, LIMIT).await.unwrap();
    let both = TryNews::Requests(vec!["a".to_owned(), "b".to_owned()]);
    assert_eq!(next(&mut submitted).await, Some(both));

    tell.send(Happening::Began { request: 1, build: 10 }).unwrap();
    assert_eq!(next(&mut submitted).await, Some(began("a", 1)));
    // The worker is lost, and the request built again.
    let over = |build, result, text: &str| Happening::Ended {
        build,
        result,
        text: text.to_owned(),
    };
    tell.send(over(10, 5, "retry")).unwrap();
    assert_eq!(next(&mut submitted).await, Some(ended("a", 1, 5, "retry")));
    tell.send(Happening::Began { request: 1, build: 11 }).unwrap();
    assert_eq!(next(&mut submitted).await, Some(began("a", 2)));
    tell.send(Happening::Began { request: 2, build: 12 }).unwrap();
    assert_eq!(next(&mut submitted).await, Some(began("b", 1)));
    tell.send(over(11, 0, "build successful")).unwrap();
    assert_eq!(next(&mut submitted).await, Some(ended("a", 2, 0, "build successful")));
    tell.send(over(12, 2, "failed")).unwrap();
    assert_eq!(next(&mut submitted).await, Some(ended("b", 1, 2, "failed")));
    assert_eq!(next(&mut submitted).await, None);
}

#[tokio::test]
async fn steps_are_told_before_the_end_of_their_build() {
    let master = Open::new().await;
    let tell = master.desk.expects();
    let mut submitted = submit(&master.target(), &alice(), &TryJob::default(), LIMIT)
        .await
        .unwrap();
    next(&mut submitted).await;
    tell.send(Happening::Began { request: 2, build: 7 }).unwrap();
    assert_eq!(next(&mut submitted).await, Some(began("b", 1)));
    // Steps before the subscription to the build are not told, so it is told of steps until one is heard.
    let step = |n: u32| format!("step {n}");
    let mut n = 0;
    loop {
        n += 1;
        tell.send(Happening::StepBegan {
            build: 7,
            step: step(n),
        })
        .unwrap();
        if let Ok(news) = tokio::time::timeout(Duration::from_millis(100), submitted.next()).await {
            assert!(
                matches!(&news, Some(TryNews::StepBegan { builder, .. }) if builder == "b"),
                "{news:?}"
            );
            break;
        }
    }
    let last = step(n + 1);
    tell.send(Happening::StepEnded {
        build: 7,
        step: last.clone(),
        result: 2,
    })
    .unwrap();
    tell.send(Happening::Ended {
        build: 7,
        result: 2,
        text: "failed".to_owned(),
    })
    .unwrap();
    let heard = loop {
        match next(&mut submitted).await {
            Some(TryNews::StepBegan { .. }) => {}
            other => break other,
        }
    };
    let ended_step = TryNews::StepEnded {
        builder: "b".to_owned(),
        step: last,
        result: 2,
    };
    assert_eq!(heard, Some(ended_step));
    assert_eq!(next(&mut submitted).await, Some(ended("b", 1, 2, "failed")));
}

#[tokio::test]
async fn builders_that_are_not_allowed_refuse_the_whole_job() {
    let master = Open::new().await;
    let job = TryJob {
        builders: vec!["a".to_owned(), "nope".to_owned()],
        ..TryJob::default()
    };
    let error = submit(&master.target(), &alice(), &job, LIMIT).await.unwrap_err();
    assert!(matches!(&error, TryError::BuildersRefused { builders, .. } if *builders == job.builders));
    assert!(error.to_string().contains("a, nope"), "{error}");
    assert!(!error.may_have_arrived());
}

#[tokio::test]
async fn a_failure_of_the_master_is_told() {
    let master = Open::new().await;
    let job = TryJob {
        comment: "break".to_owned(),
        ..TryJob::default()
    };
    let error = submit(&master.target(), &alice(), &job, LIMIT).await.unwrap_err();
    assert!(error.to_string().contains("no room"), "{error}");
}

#[tokio::test]
async fn a_wrong_password_is_no_riddle() {
    let master = Open::new().await;
    let error = offer(&master.target(), &login("cheshire"), LIMIT).await.unwrap_err();
    assert!(matches!(error, TryError::Refused { .. }), "{error}");
}

#[tokio::test]
async fn a_name_for_something_else_takes_no_change() {
    let master = Open::new().await;
    let worker = link::pb::tries::TryLogin {
        user: "worker".to_owned(),
        ..alice()
    };
    let error = offer(&master.target(), &worker, LIMIT).await.unwrap_err();
    assert!(matches!(error, TryError::NoTry { .. }), "{error}");
}

#[tokio::test]
async fn a_lost_connection_is_told_to_who_follows() {
    let master = Open::new().await;
    let _tell = master.desk.expects();
    let mut submitted = submit(&master.target(), &alice(), &TryJob::default(), LIMIT)
        .await
        .unwrap();
    next(&mut submitted).await;
    master.stop.cancel();
    assert!(matches!(next(&mut submitted).await, Some(TryNews::Lost(_))));
    assert_eq!(next(&mut submitted).await, None);
}

#[tokio::test]
async fn what_is_too_long_is_known_before_anything_is_sent() {
    let job = |length| TryJob {
        patch: patch(vec![b'\n'; length]),
        ..TryJob::default()
    };
    assert_eq!(fits(&job(LONGEST), false), Ok(()));
    assert!(fits(&job(LONGEST + 1), false).is_err());
    assert_eq!(fits(&job(LONGEST_IN_PARTS), true), Ok(()));
    // Nobody is there.
    let nowhere = super::desk::target(1);
    let long = LONGEST_IN_PARTS + 1;
    let error = submit(&nowhere, &alice(), &job(long), LIMIT).await.unwrap_err();
    assert!(
        matches!(&error, TryError::TooLong(told) if told.length == long),
        "{error}"
    );
}

#[tokio::test]
async fn a_long_patch_arrives_in_parts_and_each_job_has_its_own() {
    let mut master = Open::new().await;
    for length in [LONGEST, LONGEST + 1, 5 << 20, 3] {
        let body: Vec<u8> = (0..length).map(|at| (at * 7 % 251) as u8).collect();
        let job = TryJob {
            patch: patch(body),
            ..TryJob::default()
        };
        submit(&master.target(), &alice(), &job, LIMIT).await.unwrap();
        assert!(master.job().await == job, "{length}");
    }
}

fn any_json() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        (-1e300..1e300).prop_map(Json::from),
        any::<String>().prop_map(Json::from),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Json::from),
            prop::collection::btree_map(any::<String>(), inner, 0..4)
                .prop_map(|map| map.into_iter().collect::<serde_json::Map<_, _>>().into()),
        ]
    })
}

prop_compose! {
    fn any_job()(
        branch in prop::option::of(any::<String>()),
        base_revision in prop::option::of(any::<String>()),
        patch in prop::option::of((any::<u32>(), prop::collection::vec(any::<u8>(), 0..300))),
        texts in any::<[String; 4]>(),
        builders in prop::collection::vec(any::<String>(), 0..4),
        properties in prop::collection::btree_map(any::<String>(), any_json(), 0..4),
    ) -> TryJob {
        let [repository, project, who, comment] = texts;
        let patch = patch.map(|(level, body)| TryPatch { level, body: body.into() });
        // There is no place for an id here.
        let id = String::new();
        TryJob { id, branch, base_revision, patch, repository, project, who, comment, builders, properties }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn what_is_sent_is_what_arrives(job in any_job()) {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async {
            let mut master = Open::new().await;
            let sent = submit(&master.target(), &alice(), &job, LIMIT).await;
            assert!(matches!(sent, Ok(_) | Err(TryError::BuildersRefused { .. })), "{sent:?}");
            assert_eq!(master.job().await, job);
        });
    }
}
