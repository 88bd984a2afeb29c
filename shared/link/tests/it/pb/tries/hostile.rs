//! Peers that are no master, or stop being one; and guests who do not leave.

use super::desk::{Desk, Entrance, LIMIT, Open, alice, next, target};
use link::pb::tries::{LONGEST, Submitted, TryError, TryNews, offer, submit};
use spread::jelly::Value;
use spread::login::{Portal, root};
use spread::{BoxFuture, Call, Failure, Object, Options, Reference};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use wire::try_job::{TryJob, TryPatch};

/// Asks a port that does `what` to whoever comes.
async fn ask(
    what: impl Fn(tokio::net::TcpStream) -> BoxFuture<'static, ()> + Send + 'static,
    limit: Duration,
) -> TryError {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            what(stream).await;
        }
    });
    let begun = Instant::now();
    let error = offer(&target(port), &alice(), limit).await.unwrap_err();
    assert!(begun.elapsed() < limit + Duration::from_secs(10), "{error}");
    error
}

#[tokio::test]
async fn a_port_that_is_none_of_a_master_is_told_from_one() {
    let web = |mut stream: tokio::net::TcpStream| -> BoxFuture<'static, ()> {
        Box::pin(async move {
            let answer = "HTTP/1.1 408 Request Timeout\r\nContent-Type: text/html\r\nContent-Length: 0\r\n\r\n";
            let _ = stream.write_all(answer.as_bytes()).await;
        })
    };
    let error = ask(web, LIMIT).await;
    assert!(matches!(error, TryError::NotPb { .. }), "{error}");
    let error = ask(|stream| Box::pin(async move { drop(stream) }), LIMIT).await;
    assert!(matches!(error, TryError::Lost { sent: false, .. }), "{error}");
    let silent = |stream: tokio::net::TcpStream| -> BoxFuture<'static, ()> {
        Box::pin(async move {
            let _stream = stream;
            std::future::pending().await
        })
    };
    let error = ask(silent, Duration::from_secs(1)).await;
    assert!(
        matches!(error, TryError::NotPb { .. } | TryError::Silent { .. }),
        "{error}"
    );
    let nobody = offer(&target(1), &alice(), LIMIT).await.unwrap_err();
    assert!(matches!(nobody, TryError::Unreachable(_)), "{nobody}");
}

#[tokio::test]
async fn a_master_that_stalls_may_have_taken_the_job() {
    let mut master = Open::new().await;
    let job = TryJob {
        comment: "stall".to_owned(),
        ..TryJob::default()
    };
    let error = submit(&master.target(), &alice(), &job, Duration::from_secs(2))
        .await
        .unwrap_err();
    assert!(error.may_have_arrived(), "{error}");
    assert!(matches!(error, TryError::Silent { .. }), "{error}");
    master.job().await;
    let target = master.target();
    let sending = tokio::spawn(async move { submit(&target, &alice(), &job, LIMIT).await });
    master.job().await;
    master.stop.cancel();
    let error = sending.await.unwrap().unwrap_err();
    assert!(
        error.may_have_arrived() && matches!(error, TryError::Lost { .. }),
        "{error}"
    );
}

/// A master of which every object answers what the test wants.
#[derive(Clone)]
struct Liar {
    says: fn(&str, Call, Liar),
}

impl Object for Liar {
    fn call<'a>(&'a self, call: Call) -> BoxFuture<'a, ()> {
        let method = call.method.clone();
        (self.says)(&method, call, self.clone());
        Box::pin(async {})
    }
}

impl Portal for Liar {
    fn password<'a>(&'a self, _user: &'a str) -> BoxFuture<'a, Option<String>> {
        Box::pin(async { Some("wonder".to_owned()) })
    }

    fn refused(&self, _user: &str) {}

    fn enter<'a>(
        &'a self,
        _user: &'a str,
        _mind: Option<Reference>,
    ) -> BoxFuture<'a, Result<Arc<dyn Object>, Failure>> {
        Box::pin(async { Ok(Arc::new(self.clone()) as Arc<dyn Object>) })
    }
}

async fn followed(says: fn(&str, Call, Liar)) -> Submitted {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let (_connection, driving) = spread::server(stream, root(Arc::new(Liar { says })), Options::default());
        driving.await;
    });
    submit(&target(port), &alice(), &TryJob::default(), LIMIT)
        .await
        .unwrap()
}

fn object(liar: Liar) -> Value {
    let object: Arc<dyn Object> = Arc::new(liar);
    object.into()
}

#[tokio::test]
async fn a_master_that_is_no_outpost_is_sent_no_parts() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let there = target(listener.local_addr().unwrap().port());
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let says = |method: &str, call: Call, _: Liar| match method {
                "getAvailableBuilderNames" => call.reply.answer(Value::List(Vec::new())),
                _ => call.reply.fail(Failure::error("builtins.AttributeError", method)),
            };
            let (_connection, driving) = spread::server(stream, root(Arc::new(Liar { says })), Options::default());
            tokio::spawn(driving);
        }
    });
    assert!(!offer(&there, &alice(), LIMIT).await.unwrap().outpost);
    let job = TryJob {
        patch: Some(TryPatch {
            level: 1,
            body: vec![b'\n'; LONGEST + 1].into(),
        }),
        ..TryJob::default()
    };
    let error = submit(&there, &alice(), &job, LIMIT).await.unwrap_err();
    assert!(
        matches!(&error, TryError::TooLong(long) if long.limit == LONGEST),
        "{error}"
    );
}

#[tokio::test]
async fn a_list_of_requests_without_sense_ends_the_following() {
    let mut submitted = followed(|method, call, liar| match method {
        "try" => call.reply.answer(object(liar)),
        _ => call.reply.answer(Value::List(vec![7_i64.into()])),
    })
    .await;
    assert!(matches!(next(&mut submitted).await, Some(TryNews::Lost(_))));
    assert_eq!(next(&mut submitted).await, None);
}

#[tokio::test]
async fn a_job_without_requests_is_over() {
    let mut submitted = followed(|method, call, liar| match method {
        "try" => call.reply.answer(object(liar)),
        _ => call.reply.answer(Value::List(Vec::new())),
    })
    .await;
    assert_eq!(next(&mut submitted).await, Some(TryNews::Requests(Vec::new())));
    assert_eq!(next(&mut submitted).await, None);
}

#[tokio::test]
async fn builds_without_end_are_not_followed_for_ever() {
    // Each build ends at once, to be made again, and says so before anybody asks.
    let mut submitted = followed(|method, mut call, liar| match method {
        "try" => call.reply.answer(object(liar)),
        "getBuildRequests" => {
            let pair = Value::Tuple(vec!["x".repeat(100_000).into(), object(liar)]);
            call.reply.answer(Value::List(vec![pair]));
        }
        "subscribe" if call.args.len() == 1 => {
            let Value::Remote(listener) = call.args.remove(0) else {
                panic!()
            };
            call.reply.answer(Value::None);
            tokio::spawn(async move {
                loop {
                    let build = vec![object(liar.clone()), "x".into()];
                    if listener.call("newbuild", build).await.is_err() {
                        return;
                    }
                }
            });
        }
        "waitUntilFinished" => call.reply.answer(object(liar)),
        "getResults" => call.reply.answer(5_i64.into()),
        "getText" => call.reply.answer(Value::List(vec!["y".repeat(100_000).into()])),
        _ => call.reply.answer(Value::None),
    })
    .await;
    let mut most = 0;
    loop {
        match next(&mut submitted).await {
            Some(TryNews::Began { builder, attempt }) => {
                assert!(builder.len() < 10_000);
                most = most.max(attempt);
            }
            Some(TryNews::Ended { text, .. }) => assert!(text.len() < 10_000),
            Some(TryNews::Requests(_)) => {}
            Some(TryNews::Lost(reason)) => break assert!(reason.contains("times"), "{reason}"),
            other => panic!("{other:?}"),
        }
    }
    assert!(most >= 100, "{most}");
}

#[tokio::test]
async fn who_was_turned_away_is_hung_up_on_soon() {
    let (desk, _jobs) = Desk::new();
    let (ours, theirs) = tokio::io::duplex(1 << 16);
    let begun = Instant::now();
    let serving = tokio::spawn(link::pb::serve(
        ours,
        None,
        Arc::new(Entrance(desk)),
        CancellationToken::new(),
    ));
    let (connection, driving) = spread::client(theirs, Options::default());
    tokio::spawn(driving);
    let refused = spread::login::login(&connection, "alice", "cheshire", None).await;
    assert!(refused.is_err());
    serving.await.unwrap();
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
    assert!(
        begun.elapsed() > Duration::from_secs(1),
        "the answer should be there first"
    );
}

#[tokio::test]
async fn who_finds_the_right_password_may_stay() {
    let (desk, _jobs) = Desk::new();
    let (ours, theirs) = tokio::io::duplex(1 << 16);
    tokio::spawn(link::pb::serve(
        ours,
        None,
        Arc::new(Entrance(desk)),
        CancellationToken::new(),
    ));
    let (connection, driving) = spread::client(theirs, Options::default());
    tokio::spawn(driving);
    let refused = spread::login::login(&connection, "alice", "cheshire", None).await;
    assert!(refused.is_err());
    let inside = spread::login::login(&connection, "alice", "wonder", None)
        .await
        .unwrap();
    let hung_up = tokio::time::timeout(Duration::from_secs(5), connection.closed()).await;
    assert!(hung_up.is_err(), "{hung_up:?}");
    assert!(inside.call("getAvailableBuilderNames", Vec::new()).await.is_ok());
}
