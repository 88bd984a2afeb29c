//! Bodies that are wrong, endless, cut off, or something else.

use crate::rig::{End, Reply, Server, http};
use client::Error;
use client::rest::Builder;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

const BUILDERS: &str = "builders?limit=10";

async fn builders(server: &Server) -> Result<Vec<Builder>, Error> {
    http(&server.url()).rows(BUILDERS, "builders").await
}

#[tokio::test]
async fn a_row_that_cannot_be_read_costs_that_row_only() {
    let body = r#"{"meta":{"total":4},"builders":[
        {"builderid":1,"name":"good","masterids":[1]},
        {"name":"without an id"}, 7, null, {"builderid":"x"},
        {"builderid":"2","name":3,"tags":["a",5,"b"],"masterids":"none","unknown":{"deep":[1]}}]}"#;
    let server = Server::start(move |_| Reply::json(body)).await;
    let http = http(&server.url());
    let rows: Vec<Builder> = http.rows(BUILDERS, "builders").await.unwrap();
    assert_eq!(rows.len(), 2);
    assert_eq!((rows[0].name.as_str(), rows[1].name.as_str()), ("good", ""));
    assert_eq!(rows[1].tags, ["a", "b"]);
    assert!(rows[1].masters.is_empty());
    assert_eq!(http.unreadable(), 4);
    assert_eq!(http.requests(), 1);
}

#[tokio::test]
async fn what_is_no_envelope_is_told() {
    for body in [
        "[]",
        "7",
        "{}",
        r#"{"builders":{}}"#,
        r#"{"builders":null}"#,
        "hello",
        "",
        r#"{"builders":[{}]}"#,
    ] {
        let server = Server::start(move |_| Reply::json(body)).await;
        match builders(&server).await {
            Err(Error::Lies(_)) => {}
            other => panic!("{body}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn a_web_page_is_told_by_its_title() {
    let page = "<!doctype html><html><head><title>Sign in to\n Example</title>";
    let server = Server::start(move |_| Reply::new(200, "text/html", page)).await;
    match builders(&server).await {
        Err(Error::NotBuildbot(what)) => assert!(what.contains("'Sign in to Example'"), "{what}"),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn an_answer_that_is_cut_off_is_asked_for_again() {
    for end in [End::Early, End::Closed] {
        let times = AtomicU32::new(0);
        let server = Server::start(move |_| match times.fetch_add(1, Ordering::SeqCst) {
            0 => Reply::json(r#"{"builders":[{"builderid":1,"#).ending(end),
            _ => Reply::json(r#"{"builders":[{"builderid":1}],"meta":{}}"#),
        })
        .await;
        assert_eq!(builders(&server).await.unwrap().len(), 1, "{end:?}");
        assert_eq!(server.asked().len(), 2);
    }
}

#[tokio::test]
async fn a_compressed_answer_that_is_cut_off_is_asked_for_again() {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    std::io::Write::write_all(&mut packed, br#"{"builders":[{"builderid":1}],"meta":{}}"#).unwrap();
    let packed = packed.finish().unwrap();
    let times = AtomicU32::new(0);
    let server = Server::start(move |_| {
        let mut reply = Reply::json("").with("content-encoding", "gzip");
        let is_first = times.fetch_add(1, Ordering::SeqCst) == 0;
        reply.body = packed[..if is_first { 20 } else { packed.len() }].to_vec();
        reply.ending(End::Closed)
    })
    .await;
    assert_eq!(builders(&server).await.unwrap().len(), 1);
    assert_eq!(server.asked().len(), 2);
}

#[tokio::test]
async fn an_answer_that_is_always_cut_off_is_given_up() {
    let server = Server::start(|_| Reply::json(r#"{"builders":["#).ending(End::Closed)).await;
    assert!(matches!(builders(&server).await, Err(Error::Lies(_))));
    assert_eq!(server.asked().len(), 3);
}

#[tokio::test]
async fn an_order_is_never_given_twice() {
    let server = Server::start(|_| Reply::json(r#"{"result":"#).ending(End::Early)).await;
    let http = http(&server.url());
    http.stop(model::BuildId(1), "").await.unwrap_err();
    let asked = server.asked();
    assert_eq!((asked.len(), asked[0].method.as_str()), (1, "POST"));
    assert!(asked[0].body.contains(r#""method":"stop""#), "{asked:?}");
}

#[tokio::test]
async fn an_endless_answer_is_given_up_at_its_limit() {
    let start = r#"{"builders":[{"builderid":1,"name":"x"}"#.to_owned();
    let row = format!("{start},{}", r#"{"builderid":1},"#.repeat(4000));
    let server = Server::start(move |_| Reply::json(&row).ending(End::Never)).await;
    match builders(&server).await {
        Err(Error::TooBig(what)) => assert!(what.contains("64 MiB"), "{what}"),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_small_answer_that_becomes_huge_is_given_up_at_its_limit() {
    // Three layers would be small indeed; one is enough to see that it is the unpacked bytes that count.
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    let spaces = vec![b' '; 1 << 20];
    for _ in 0..100 {
        std::io::Write::write_all(&mut packed, &spaces).unwrap();
    }
    let packed = packed.finish().unwrap();
    assert!(packed.len() < 1 << 20);
    let server = Server::start(move |_| {
        let mut reply = Reply::json("").with("content-encoding", "gzip");
        reply.body = packed.clone();
        reply
    })
    .await;
    assert!(matches!(builders(&server).await, Err(Error::TooBig(_))));
}

#[tokio::test]
async fn a_gigantic_list_is_refused() {
    let body = format!(
        r#"{{"builders":[{}{{"builderid":1}}]}}"#,
        r#"{"builderid":1},"#.repeat(100_000)
    );
    let server = Server::start(move |_| Reply::json(&body)).await;
    match builders(&server).await {
        Err(Error::Lies(what) | Error::TooBig(what)) => assert!(what.contains("100000"), "{what}"),
        other => panic!("{:?}", other.map(|rows| rows.len())),
    }
}

#[tokio::test]
async fn nesting_without_end_costs_only_the_row() {
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let body = format!(r#"{{"builders":[{{"builderid":1,"tags":{deep}}},{{"builderid":2}}]}}"#);
    let server = Server::start(move |_| Reply::json(&body)).await;
    let rows = builders(&server).await.unwrap();
    assert!(rows.iter().any(|row| row.id == model::BuilderId(2)));
}

#[tokio::test]
async fn a_server_that_says_nothing_is_given_up() {
    for end in [End::Mute, End::Silent] {
        let server = Server::start(move |_| Reply::json(r#"{"builders":["#).ending(end)).await;
        let http = http(&server.url());
        let asking = tokio::spawn(async move { http.rows::<Builder>(BUILDERS, "builders").await });
        crate::rig::until("it is asked", async || (!server.asked().is_empty()).then_some(())).await;
        // Long enough for an answer's head and beginning to arrive; then only the clock moves.
        tokio::time::sleep(Duration::from_millis(200)).await;
        tokio::time::pause();
        let asked = tokio::time::timeout(Duration::from_secs(200), asking).await;
        tokio::time::resume();
        match asked.expect("it is given up").unwrap() {
            Err(Error::Unreachable(why)) => assert!(why.contains("seconds"), "{why}"),
            other => panic!("{end:?}: {other:?}"),
        }
    }
}
