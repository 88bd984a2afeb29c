//! A master that moves within its host is followed; anything else is not.

use crate::rig::{Reply, Server, http, tls, trust};
use client::rest::Builder;
use client::{Allowance, Base, Error, Http, Trust};

const GOOD: &str = r#"{"builders":[{"builderid":1}],"meta":{}}"#;

fn to(place: &str) -> Reply {
    Reply::new(302, "text/html", "<p>moved</p>").with("location", place)
}

async fn builders(http: &Http) -> Result<Vec<Builder>, Error> {
    http.rows("builders?limit=1", "builders").await
}

#[tokio::test]
async fn a_move_within_the_host_is_followed_and_remembered() {
    let server = Server::start(|asked| match asked.path.as_str() {
        "/old/api/v2/builders?limit=1" => to("/all/api/v2/builders?limit=1"),
        "/all/api/v2/builders?limit=1" => Reply::json(GOOD),
        _ => Reply::new(404, "text/plain", "no"),
    })
    .await;
    let http = http(&format!("{}old/", server.url()));
    assert_eq!(builders(&http).await.unwrap().len(), 1);
    assert_eq!(http.base().to_string(), format!("{}all/", server.url()));
    builders(&http).await.unwrap();
    assert_eq!(server.asked().len(), 3);
}

#[tokio::test]
async fn elsewhere_is_refused_and_both_are_named() {
    for place in [
        "http://elsewhere.example/api/v2/builders?limit=1&token=secret",
        "https://elsewhere.example/",
        "//elsewhere.example/",
        "http://127.0.0.1:1/api/v2/builders",
        "http://127.0.0.2/api/v2/builders",
    ] {
        let server = Server::start(move |_| to(place)).await;
        match builders(&http(&server.url())).await {
            Err(Error::Elsewhere { from, to }) => {
                assert!(from.starts_with(&server.url()), "{from}");
                assert!(!to.contains("secret") && to.contains("//"), "{to}");
            }
            other => panic!("{place}: {other:?}"),
        }
        assert_eq!(server.asked().len(), 1);
    }
}

#[tokio::test]
async fn a_circle_ends() {
    let server = Server::start(|asked| to(&asked.path.clone())).await;
    assert!(matches!(builders(&http(&server.url())).await, Err(Error::Lies(_))));
    assert!(server.asked().len() <= 6);
}

#[tokio::test]
async fn from_plain_to_secure_is_followed_and_never_back() {
    let folder = tempfile::tempdir().unwrap();
    let (acceptor, certificate) = tls("127.0.0.1", folder.path());
    let secure = Server::start_with(Some(acceptor), |_| Reply::json(GOOD)).await;
    let place = format!("https://127.0.0.1:{}/api/v2/builders?limit=1", secure.port);
    let plain = Server::start(move |_| to(&place)).await;
    let trust = Trust {
        certificates: vec![certificate],
        ..trust()
    };
    let http = Http::with_allowance(Base::parse(&plain.url()).unwrap(), &trust, Allowance::default()).unwrap();
    assert_eq!(builders(&http).await.unwrap().len(), 1);
    assert!(http.base().is_secure());

    let (acceptor, certificate) = tls("127.0.0.1", folder.path());
    let back = plain.url();
    let secure = Server::start_with(Some(acceptor), move |_| to(&back)).await;
    let base = Base::parse(&format!("https://127.0.0.1:{}/", secure.port)).unwrap();
    let trust = Trust {
        certificates: vec![certificate],
        ..trust
    };
    let http = Http::new(base, &trust).unwrap();
    assert!(matches!(builders(&http).await, Err(Error::Elsewhere { .. })));
}
