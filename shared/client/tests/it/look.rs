//! Joining by the address of any page, and the answers where that is not possible.

use crate::rig::master::password;
use crate::rig::{Generation, Master, Options, Proxy, Reply, Server, tls, trust};
use client::{Auth, Credentials, LookError, Trust, look};

const NOTHING: u16 = 404;

fn other(kind: &str, body: &str) -> Reply {
    Reply::new(NOTHING, kind, body)
}

#[tokio::test]
async fn a_master_is_found_by_any_of_its_pages() {
    for generation in [Generation::New, Generation::Old] {
        let Some(master) = Master::start(generation, Options::default()).await else {
            return;
        };
        let proxy = Proxy::below(master.port(), "/all/").await;
        let below = format!("http://127.0.0.1:{}/all/", proxy.port);
        let pages = [
            (master.url(), master.url()),
            (format!("{}#/builders/1/builds/7?x=1", master.url()), master.url()),
            (format!("{}api/v2/builders?limit=3", master.url()), master.url()),
            (format!("127.0.0.1:{}", master.port()), master.url()),
            (below.clone(), below.clone()),
            (format!("127.0.0.1:{}/all/#/workers", proxy.port), below.clone()),
            (format!("{below}builders/5/builds/7"), below.clone()),
        ];
        for (text, base) in pages {
            let seen = look(&text, &trust(), None)
                .await
                .unwrap_or_else(|error| panic!("{text}: {error}"));
            assert_eq!(seen.base.to_string(), base, "{text}");
            assert_eq!((seen.title.as_str(), &seen.auth), ("Rig", &Auth::None));
            assert_eq!((seen.reads, seen.builders, seen.is_outpost), (true, Some(5), false));
            let version = seen.version.unwrap();
            let expected = if generation == Generation::New {
                "Buildbot 4."
            } else {
                "Buildbot 3.11."
            };
            assert!(version.starts_with(expected), "{version}");
        }
    }
}

#[tokio::test]
async fn a_master_that_shows_nothing_says_how_one_signs_in() {
    let options = Options {
        auth: Some("password"),
        closed: true,
        ..Options::default()
    };
    let Some(master) = Master::start(Generation::New, options).await else {
        return;
    };
    let seen = look(&master.url(), &trust(), None).await.unwrap();
    assert_eq!((seen.reads, seen.builders, seen.auth), (false, None, Auth::Password));
    let alice = password("alice", "secret");
    let seen = look(&master.url(), &trust(), Some(&alice)).await.unwrap();
    assert_eq!((seen.builders, seen.user.as_deref()), (Some(5), Some("alice")));
    match look(&master.url(), &trust(), Some(&password("alice", "wrong"))).await {
        Err(LookError::SignInRefused { reason, .. }) => assert!(reason.contains("password is wrong"), "{reason}"),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn behind_a_proxys_password_there_is_a_master() {
    let Some(master) = Master::start(Generation::New, Options::default()).await else {
        return;
    };
    // `alice:secret`
    let proxy = Proxy::start(master.port(), |head| {
        let is_let_in = head.to_ascii_lowercase().contains("authorization: basic ywxpy2u6c2vjcmv0");
        (!is_let_in).then_some(
            "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"team\"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
        )
    })
    .await;
    let url = format!("http://127.0.0.1:{}/", proxy.port);
    match look(&url, &trust(), None).await {
        Err(LookError::SignInNeeded { address, auth }) => assert_eq!((address, auth), (url.clone(), Auth::Proxy)),
        other => panic!("{other:?}"),
    }
    for credentials in [password("alice", "secret"), proxys("alice", "secret")] {
        let seen = look(&url, &trust(), Some(&credentials)).await.unwrap();
        assert_eq!(seen.builders, Some(5));
    }
    let refused = look(&url, &trust(), Some(&proxys("alice", "wrong"))).await;
    assert!(matches!(refused, Err(LookError::SignInRefused { .. })), "{refused:?}");
}

fn proxys(user: &str, password: &str) -> Credentials {
    Credentials::ProxyBasic {
        user: user.to_owned(),
        password: password.to_owned(),
    }
}

#[tokio::test]
async fn something_else_is_told_by_what_it_seems_to_be() {
    let jenkins = Server::start(|_| other("text/html", "<title>Dashboard</title>").with("x-jenkins", "2.4")).await;
    let site = Server::start(|_| Reply::new(200, "text/html", "<html><title>Cats &amp; more</title>")).await;
    let api = Server::start(|_| Reply::json(r#"{"masters":"no list"}"#)).await;
    for (server, word) in [(jenkins, "Jenkins"), (site, "Cats"), (api, "no Buildbot")] {
        match look(&format!("{}some/page", server.url()), &trust(), None).await {
            Err(error @ LookError::NotBuildbot { .. }) => assert!(error.to_string().contains(word), "{error}"),
            other => panic!("{other:?}"),
        }
        assert!(server.asked().len() < 12, "{:?}", server.paths());
    }
}

#[tokio::test]
async fn a_buildbot_before_nine_is_too_old() {
    let server = Server::start(|asked| match asked.path.starts_with("/bb/json/builders") {
        true => Reply::json(r#"{"linux":{"basedir":"linux","cachedBuilds":[1,2],"state":"idle","slaves":["a"]}}"#),
        false => other("text/html", "<title>BuildBot: old</title>"),
    })
    .await;
    match look(&format!("{}bb/waterfall", server.url()), &trust(), None).await {
        Err(LookError::TooOld { address }) => assert_eq!(address, format!("{}bb/", server.url())),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_certificate_that_is_wrong_is_told_and_never_gone_around() {
    let folder = tempfile::tempdir().unwrap();
    let (acceptor, certificate) = tls("ci.example.org", folder.path());
    let server = Server::start_with(Some(acceptor), |_| Reply::json(r#"{"masters":[],"meta":{}}"#)).await;
    // Written as a name: without a scheme both would be tried, if the certificate were not the trouble.
    for text in [
        format!("https://127.0.0.1:{}/", server.port),
        format!("https://localhost:{}", server.port),
    ] {
        match look(&text, &trust(), None).await {
            Err(LookError::Tls { reason, .. }) => assert!(reason.contains("signed by nobody"), "{reason}"),
            other => panic!("{other:?}"),
        }
        let trusting = Trust {
            certificates: vec![certificate.clone()],
            ..trust()
        };
        match look(&text, &trusting, None).await {
            Err(LookError::Tls { reason, .. }) => assert!(reason.contains("ci.example.org"), "{reason}"),
            other => panic!("{other:?}"),
        }
    }
    assert!(server.asked().is_empty());
}

#[tokio::test]
async fn where_nothing_listens_it_is_unreachable() {
    let port = crate::rig::free_port();
    for text in [
        format!("http://127.0.0.1:{port}/"),
        format!("https://127.0.0.1:{port}/"),
    ] {
        match look(&text, &trust(), None).await {
            Err(LookError::Unreachable { reason, .. }) => assert!(reason.contains("nothing listens"), "{reason}"),
            other => panic!("{other:?}"),
        }
    }
    let plain = Server::start(|_| Reply::json("{}")).await;
    match look(&format!("https://127.0.0.1:{}/", plain.port), &trust(), None).await {
        Err(LookError::Tls { reason, .. }) => assert!(reason.contains("does not speak TLS"), "{reason}"),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_master_that_moved_elsewhere_is_named() {
    let server =
        Server::start(|_| Reply::new(302, "text/html", "").with("location", "https://sso.example.org/login")).await;
    match look(&server.url(), &trust(), None).await {
        Err(LookError::Elsewhere { to, .. }) => assert_eq!(to, "https://sso.example.org/login"),
        other => panic!("{other:?}"),
    }
}
