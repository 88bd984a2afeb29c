//! Signing in at real masters, staying signed in, and being refused.

use crate::rig::master::{force, form, password};
use crate::rig::{Generation, Master, Options, Proxy, Reply, Server, http};
use client::rest::Builder;
use client::{Credentials, Error, Http, Session};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

fn closed(cookie_seconds: Option<u32>) -> Options {
    Options {
        auth: Some("password"),
        closed: true,
        cookie_seconds,
    }
}

async fn builders(http: &Http) -> Result<usize, Error> {
    let rows: Vec<Builder> = http.rows("builders?limit=100", "builders").await?;
    Ok(rows.len())
}

#[tokio::test]
async fn a_password_opens_a_closed_master_and_signing_out_closes_it() {
    for generation in [Generation::New, Generation::Old] {
        let Some(master) = Master::start(generation, closed(None)).await else {
            return;
        };
        let http = master.http();
        assert_eq!(builders(&http).await, Err(Error::SignInNeeded));
        if generation == Generation::New {
            // An older one lets anybody listen.
            assert_eq!(http.upgrade().await.err(), Some(Error::SignInNeeded));
        }
        let refused = http.sign_in(&password("alice", "wrong")).await;
        assert!(matches!(refused, Err(Error::SignInRefused(_))), "{refused:?}");
        assert_eq!(http.session(), Session::SignedOut);

        let signed_in = http.sign_in(&password("alice", "secret")).await.unwrap();
        assert_eq!(signed_in.user.as_deref(), Some("alice"));
        assert!(signed_in.expires.unwrap().since(http.server_time()) > 6 * 24 * 3_600_000);
        assert_eq!(builders(&http).await, Ok(5));
        http.upgrade().await.unwrap();
        assert_eq!(http.session(), Session::SignedIn(signed_in));

        http.sign_out();
        assert_eq!(builders(&http).await, Err(Error::SignInNeeded));
    }
}

#[tokio::test]
async fn what_a_role_may_not_do_is_forbidden_in_the_masters_words() {
    let options = Options {
        auth: Some("password"),
        ..Options::default()
    };
    let Some(master) = Master::start(Generation::New, options).await else {
        return;
    };
    let http = master.http();
    let builder = crate::rig::master::builder(&http, "hello").await;
    let form = form(&http, builder, "force").await;
    assert_eq!(
        http.force(&form, builder, &BTreeMap::new()).await,
        Err(Error::SignInNeeded)
    );

    http.sign_in(&password("bob", "hunter2")).await.unwrap();
    let before = http.requests();
    for _ in 0..2 {
        match http.force(&form, builder, &BTreeMap::new()).await {
            Err(Error::Forbidden(words)) => assert_eq!(words, "you need to have role 'admins'"),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(http.requests() - before, 2, "a refusal is no reason to sign in again");
    assert!(matches!(http.session(), Session::SignedIn(_)));
    force(&master.http_of_alice().await, "hello").await;
}

#[tokio::test]
async fn a_session_of_seconds_is_renewed_once_for_all_who_wait() {
    let Some(master) = Master::start(Generation::New, closed(Some(3))).await else {
        return;
    };
    let logins = Arc::new(AtomicU32::new(0));
    let counted = logins.clone();
    let proxy = Proxy::start(master.port(), move |head| {
        counted.fetch_add(u32::from(head.contains("/auth/login")), Ordering::SeqCst);
        None
    })
    .await;
    let http = http(&format!("http://127.0.0.1:{}/", proxy.port));
    http.sign_in(&password("alice", "secret")).await.unwrap();
    assert_eq!(logins.load(Ordering::SeqCst), 1);
    // Real time: it is the master's clock that ends the session.
    tokio::time::sleep(std::time::Duration::from_secs(4)).await;
    let asked = futures_util::future::join_all((0..8).map(|_| builders(&http))).await;
    assert!(asked.iter().all(|builders| *builders == Ok(5)), "{asked:?}");
    assert_eq!(logins.load(Ordering::SeqCst), 2);
    assert!(matches!(http.session(), Session::SignedIn(_)));
}

#[tokio::test]
async fn a_session_that_the_master_forgot_is_renewed_when_it_is_missed() {
    let Some(mut master) = Master::start(Generation::New, closed(None)).await else {
        return;
    };
    let http = master.http();
    http.sign_in(&password("alice", "secret")).await.unwrap();
    // Its secret is in the database; with a new one all sessions end.
    master.kill().await;
    if !forget_secret(&master) {
        println!("SKIPPED: there is no python3 to change the master's database with");
        return;
    }
    master.run().await;
    assert_eq!(builders(&http).await, Ok(5));
    assert!(matches!(http.session(), Session::SignedIn(_)));
}

/// Makes the master forget the secret that it signs sessions with.
fn forget_secret(master: &Master) -> bool {
    let script = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); \
                  c.execute(\"DELETE FROM object_state WHERE name = 'session_secret'\"); c.commit()";
    let database = master.folder().join("master/state.sqlite");
    let ran = std::process::Command::new("python3")
        .args(["-c", script])
        .arg(database)
        .status();
    ran.is_ok_and(|status| status.success())
}

#[tokio::test]
async fn a_cookie_of_a_browser_is_taken_over_and_when_it_ends_that_is_said() {
    let Some(master) = Master::start(Generation::New, closed(Some(4))).await else {
        return;
    };
    let cookie = cookie_of_alice(&master).await;
    let http = master.http();
    let wrong = http.sign_in(&Credentials::Cookie("a.b.c".to_owned())).await;
    assert!(matches!(wrong, Err(Error::SignInRefused(_))), "{wrong:?}");
    let signed_in = http.sign_in(&Credentials::Cookie(cookie)).await.unwrap();
    assert_eq!(signed_in.user.as_deref(), Some("alice"));
    assert_eq!(builders(&http).await, Ok(5));
    let mut sessions = http.sessions();
    tokio::time::sleep(std::time::Duration::from_secs(5)).await;
    assert_eq!(builders(&http).await, Err(Error::SignInNeeded));
    let ended = sessions
        .wait_for(|session| matches!(session, Session::RanOut(_)))
        .await
        .unwrap();
    assert_eq!(*ended, Session::RanOut(signed_in));
}

/// What a browser would have after signing in.
async fn cookie_of_alice(master: &Master) -> String {
    let client = std::process::Command::new("curl")
        .args(["-s", "-i", "-u", "alice:secret", &format!("{}auth/login", master.url())])
        .output()
        .expect("curl runs");
    let head = String::from_utf8_lossy(&client.stdout).into_owned();
    let last = head.lines().rev().find_map(|line| line.split_once("TWISTED_SESSION="));
    let value = last.expect("a session").1;
    value.split(';').next().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn a_master_that_believes_its_proxy_knows_whom_that_names() {
    let options = Options {
        auth: Some("remote"),
        ..Options::default()
    };
    let Some(master) = Master::start(Generation::New, options).await else {
        return;
    };
    let proxy = Proxy::start(master.port(), |head| {
        if !head
            .to_ascii_lowercase()
            .contains("authorization: basic ywxpy2u6c2vjcmv0")
        {
            return Some("HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        }
        *head = head.replacen("\r\n", "\r\nREMOTE_USER: alice@EXAMPLE.ORG\r\n", 1);
        None
    })
    .await;
    let http = http(&format!("http://127.0.0.1:{}/", proxy.port));
    assert_eq!(builders(&http).await, Err(Error::SignInNeeded));
    let credentials = Credentials::ProxyBasic {
        user: "alice".to_owned(),
        password: "secret".to_owned(),
    };
    let signed_in = http.sign_in(&credentials).await.unwrap();
    assert_eq!(signed_in.user.as_deref(), Some("alice"));
    assert_eq!(builders(&http).await, Ok(5));
    http.upgrade().await.unwrap();
}

#[tokio::test]
async fn a_cookie_that_keeps_one_out_of_the_live_connection_is_left_out() {
    let options = Options {
        auth: Some("password"),
        ..Options::default()
    };
    let Some(master) = Master::start(Generation::New, options).await else {
        return;
    };
    let http = master.http();
    http.sign_in(&Credentials::Cookie(cookie_of_alice(&master).await))
        .await
        .unwrap();
    http.upgrade().await.unwrap();
    let wrong = Proxy::start(master.port(), |head| {
        *head = head.replace("TWISTED_SESSION=", "TWISTED_SESSION=x");
        None
    })
    .await;
    let http = crate::rig::http(&format!("http://127.0.0.1:{}/", wrong.port));
    http.sign_in(&password("alice", "secret")).await.unwrap();
    http.upgrade().await.unwrap();
}

#[tokio::test]
async fn a_password_goes_nowhere_else() {
    let other = Server::start(|_| Reply::json("{}")).await;
    let place = format!("{}auth/login", other.url());
    let server = Server::start(move |asked| match asked.path.as_str() {
        "/auth/login" => Reply::new(302, "text/html", "").with("location", &place),
        _ => Reply::json(r#"{"versions":[["Buildbot","4.3.0"]]}"#),
    })
    .await;
    let http = http(&server.url());
    let refused = http.sign_in(&password("alice", "secret")).await;
    assert!(matches!(refused, Err(Error::SignInRefused(_))), "{refused:?}");
    assert!(other.asked().is_empty());
    let shown = format!("{:?}", password("alice", "secret"));
    assert!(!shown.contains("secret"), "{shown}");
}
