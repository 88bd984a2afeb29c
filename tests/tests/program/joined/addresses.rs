//! Joining by any address, and what is said of addresses that lead nowhere.

use super::{as_json, join, refused};
use tests::farm::{Knobs, MadeUp};
use tests::{Outpost, Release, Team};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

#[tokio::test(flavor = "multi_thread")]
async fn any_address_of_its_pages_will_do() {
    let Some(team) = Team::start(Release::New).await else {
        return;
    };
    let outpost = Outpost::start().await;
    let plain = team.url();
    let bare = plain.trim_start_matches("http://").trim_end_matches('/');
    for address in [
        plain.clone(),
        bare.to_owned(),
        format!("{plain}#/builders/5/builds/1/steps/2/logs/stdio"),
        format!("{plain}api/v2/builders?limit=1"),
        format!("{plain}config"),
    ] {
        outpost.ok(&["join", &address, "--name", "team"]);
        let masters = as_json(&outpost, &["masters"]);
        let row = masters["masters"]
            .as_array()
            .and_then(|rows| rows.iter().find(|row| row["master"] == "team"));
        let row = row.expect("it is joined");
        assert_eq!(row["url"], plain, "{address}");
        assert_eq!(row["title"], "Team CI", "{address}");
        outpost.ok(&["leave", "team"]);
    }
    // A name is proposed, and a master is joined once.
    let said = outpost.ok(&["join", &plain]);
    assert!(said.contains("Team CI") && said.contains("4.3"), "{said}");
    let (_, said) = refused(&outpost, &["join", bare]);
    assert!(said.contains("joined already"), "{said}");
}

/// A server that answers every request alike.
async fn server(answer: &'static str) -> String {
    server_of("", answer).await
}

/// A server that answers requests for paths that begin so, and has nothing else.
async fn server_of(path: &'static str, answer: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut head = [0; 4096];
                while let Ok(length @ 1..) = stream.read(&mut head).await {
                    let asked = String::from_utf8_lossy(&head[..length]).into_owned();
                    let is_there = asked.starts_with(&format!("GET /{path}"));
                    let (status, answer) = if is_there {
                        ("200 OK", answer)
                    } else {
                        ("404 Not Found", "no")
                    };
                    let kind = if answer.starts_with('{') {
                        "application/json"
                    } else {
                        "text/html"
                    };
                    let head = format!(
                        "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n\r\n",
                        answer.len()
                    );
                    if stream.write_all(head.as_bytes()).await.is_err()
                        || stream.write_all(answer.as_bytes()).await.is_err()
                    {
                        return;
                    }
                }
            });
        }
    });
    format!("http://{address}/")
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_master_is_told_apart() {
    let outpost = Outpost::start().await;
    let page = server("<html><head><title>Welcome to nginx!</title></head></html>").await;
    let (_, said) = refused(&outpost, &["join", &page]);
    assert!(said.contains("no Buildbot"), "{said}");
    let (_, said) = refused(&outpost, &["join", "http://127.0.0.1:1/"]);
    assert!(said.contains("cannot be reached"), "{said}");
    let secure = page.replace("http:", "https:");
    let (_, said) = refused(&outpost, &["join", &secure]);
    assert!(said.contains("secure connection"), "{said}");
    let (_, said) = refused(&outpost, &["join", "mailto:ann@example.org"]);
    assert!(!said.is_empty());
    let masters = as_json(&outpost, &["masters"]);
    assert_eq!(masters["masters"].as_array().map(Vec::len), Some(1), "only the own one");
}

/// What a master of the generation before 0.9 tells of its builders.
const BEFORE_NINE: &str = r#"{"linux": {"basedir": "linux", "cachedBuilds": [0, 1], "category": null,
    "currentBuilds": [], "pendingBuilds": 0, "schedulers": ["all"], "slaves": ["bot1"], "state": "idle"}}"#;

#[tokio::test(flavor = "multi_thread")]
async fn a_master_of_the_generation_before_is_told_by_its_age() {
    let outpost = Outpost::start().await;
    let old = server_of("json/builders", BEFORE_NINE).await;
    for address in [old.clone(), format!("{old}builders/linux/builds/1")] {
        let (_, said) = refused(&outpost, &["join", &address]);
        assert!(said.contains("0.9") && !said.contains("no Buildbot"), "{said}");
    }
    let masters = as_json(&outpost, &["masters"]);
    assert_eq!(masters["masters"].as_array().map(Vec::len), Some(1), "only the own one");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_master_that_was_joined_is_followed_after_a_restart_until_it_is_left() {
    let made = MadeUp::start("Made up", 3, Knobs::default()).await;
    let mut outpost = Outpost::start().await;
    join(&outpost, &made.url()).await;
    outpost.quit();
    outpost.run(&["--no-tray"]).await;
    super::until_it_is(&outpost, "team", "live").await;
    assert!(outpost.ok(&["builders", "team"]).contains("team/builder 2"));
    outpost.ok(&["masters", "rename", "team", "crew"]);
    assert!(outpost.ok(&["builders"]).contains("crew/builder 2"));
    outpost.ok(&["leave", "crew"]);
    assert!(!outpost.ok(&["builders"]).contains("builder 2"));
    let (code, _) = refused(&outpost, &["log", "crew/builder 2"]);
    assert_eq!(code, 4);
}
